"""Looks for the signs that a release is stuck: its helmfile's timeouts, the Lease, and what moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from runners.cluster.connection import Connection
from runners.cluster.store import Store
from runners.edges import Errand
from runners.layers.kinds.releases import RELEASES, Revision
from runners.layers.settings import Settings
from runners.layers.stuck import HELM_TIMEOUT, Signs, late_releases
from runners.lease_keeping import living_holder
from runners.movement import Movement
from runners.tools.helmfile_source import read_source


class Files(Protocol):
    """Whose helmfiles they are."""

    @property
    def repository(self) -> Path:
        """Where they lie."""
        ...

    @property
    def settings(self) -> Settings:
        """Which of them are the foundation's."""
        ...


class Place(Protocol):
    """Where it is looked."""

    connection: Connection
    movement: Movement
    store: Store

    @property
    def options(self) -> Files:
        """The repository."""
        ...

    @property
    def now(self) -> float:
        """The present time, in seconds since the epoch."""
        ...


def signs(place: Place, row: Revision) -> Signs:
    """What speaks for somebody being at work on a release, as it is now; asks for the Lease."""
    return Signs(living_holder(place.connection), place.movement.last(row.namespace), timeout(place, row))


def timeout(place: Place, row: Revision) -> float:
    """What the slowest release of the helmfiles for this namespace may take; helm's own timeout without a helmfile."""
    mine = (entry for entry in place.options.settings.foundation if row.namespace in entry.namespaces)
    files = (place.options.repository / entry.helmfile for entry in mine)
    named = [read_source(path)[0].timeout for path in files]
    return float(max(named, default=0)) or HELM_TIMEOUT


class StuckLook:
    """Keeps which releases are late, and which of them are stuck."""

    def __init__(self, place: Place, changed: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Takes where to look, and whom to tell when something else is true or a look failed; starts nothing."""
        self._place = place
        self._changed = changed
        self._errand = Errand(self.find_out, failed, settle=1.0)
        self.start, self.stop, self.ask = self._errand.start, self._errand.stop, self._errand.ask
        self.known: Mapping[str, str] = {}
        """``namespace/name`` of each late release → why it isn't stuck yet; empty where it is."""

    def find_out(self) -> None:
        """Looks now; nothing is asked while no release is late."""
        place = self._place
        releases = place.store.all(RELEASES)
        found = late_releases(releases, partial(timeout, place), partial(signs, place), place.now)
        if found != self.known:
            self.known = found
            self._changed()
