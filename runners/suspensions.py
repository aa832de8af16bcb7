"""Finds who suspended what: hears what is suspended, and asks journal and cluster once for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError
from runners.cluster.listing import METADATA
from runners.cluster.store import Delta
from runners.cluster.watches import Watches
from runners.edges import Errand
from runners.journal import Journal
from runners.layers.flux_roots import named
from runners.layers.identity import Identity
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.suspension import Exactness, Suspension, joined
from runners.layers.suspension_records import ENDED, STARTED, journalled, managed

MOST = 50
"""Objects that the server is asked for; of more that are suspended only journal and watch bear witness."""


class Place(Protocol):
    """Where it is asked."""

    connection: Connection
    watches: Watches
    journal: Journal
    identity: Identity | None

    @property
    def now(self) -> float:
        """The present time, in seconds since the epoch."""
        ...


class Suspensions:
    """Every suspended Flux object with what is known of it, kept while it stays suspended."""

    def __init__(self, place: Place, changed: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Takes where to ask, and whom to tell when more is known or a look failed; starts nothing."""
        self._place = place
        self._changed = changed
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._seen: dict[str, tuple[FluxObject, Suspension]] = {}
        self._managed: dict[str, Suspension | None] = {}
        self._errand = Errand(self.find_out, failed, settle=0.2)
        self.known: Mapping[str, Suspension] = {}
        """``Kind/namespace/name`` → by whom, and since when."""

    @property
    def is_settled(self) -> bool:
        """Was it asked about everything that is suspended?"""
        with self._lock:
            return self.known.keys() >= self._seen.keys()

    def start(self) -> None:
        """Begins to find out."""
        self._errand.start()

    def stop(self) -> None:
        """Finds out no more."""
        self._errand.stop()

    def ask(self) -> None:
        """Finds out soon."""
        self._errand.ask()

    def heard(self, delta: Delta) -> None:
        """Notes what is suspended by now, and what isn't any more; returns at once."""
        if delta.table != KUSTOMIZATIONS.table:
            return
        with self._lock:
            news = [self._noted(row) for row in delta.changed.values() if isinstance(row, FluxObject)]
            gone = [self._forgotten(ref) for ref, (row, _) in [*self._seen.items()] if row.key in delta.removed]
        if any((*news, *gone)):
            self.ask()

    def _noted(self, row: FluxObject) -> bool:
        """Is it news whether it is suspended?"""
        if not row.suspended:
            self._running.add(row.ref)
            return self._forgotten(row.ref)
        before = self._seen.get(row.ref)
        exactness = Exactness.EXACT if row.ref in self._running else Exactness.OR_LONGER
        self._running.discard(row.ref)
        self._seen[row.ref] = (row, before[1] if before else Suspension(self._place.now, exactness))
        return before is None

    def _forgotten(self, ref: str) -> bool:
        self._managed.pop(ref, None)
        return self._seen.pop(ref, None) is not None

    def find_out(self) -> None:
        """Asks whoever bears witness, now; the server once for each object."""
        identity = self._place.identity
        if identity is None:
            return
        by_person = self._by_person(identity)
        with self._lock:
            seen = {**self._seen}
            managed_by = {ref: self._managed[ref] for ref in seen if ref in self._managed}
        for ref, (row, _) in [*seen.items()][:MOST]:
            if ref not in managed_by:
                managed_by[ref] = self._asked(row)
        with self._lock:
            # What was resumed while the server was asked may be suspended again, by somebody else.
            self._managed |= {ref: by for ref, by in managed_by.items() if self._is_same(ref, seen[ref][1])}
        found = {
            ref: joined(by_person.get(named(ref)), managed_by.get(ref), witnessed, row.last_worked)
            for ref, (row, witnessed) in seen.items()
        }
        if found != self.known:
            self.known = found
            self._changed()

    def _is_same(self, ref: str, witnessed: Suspension) -> bool:
        return ref in self._seen and self._seen[ref][1] is witnessed

    def _by_person(self, identity: Identity) -> Mapping[str, Suspension]:
        try:
            return journalled(self._place.journal.lines(STARTED, ENDED), identity.server, identity.uid)
        except OSError:  # it can't be read: the other witnesses are left
            return {}

    def _asked(self, row: FluxObject) -> Suspension | None:
        kind = next((each for each in self._place.watches.kinds if each.id == row.kind), None)
        if kind is None:
            return None
        path = kind.object_path(row.namespace, row.name)
        try:
            return managed(self._place.connection.request("GET", path, accept=METADATA))
        except ApiError:  # it went away, or may not be read: the other witnesses are left
            return None
