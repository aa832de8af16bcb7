"""What the tests of the cluster half share: a small kind, an access to a fake server, and a sink that remembers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runners.cluster.access import Access
from runners.cluster.reflector import Reflector
from runners.layers.freshness import Freshness, Reach
from runners.layers.jsons import Json, mapping, text
from runners.layers.kinds.base import Key, Kind, Row, head


@dataclass(frozen=True, slots=True)
class Thing(Row):
    """A row with one label."""

    colour: str


def thing_row(kind: str, obj: Json) -> Thing:
    """The row of a decoded thing."""
    return Thing(*head(kind, obj), colour=text(mapping(obj, "metadata", "labels"), "colour"))


THINGS: Kind[Thing] = Kind(
    id="things",
    table="things",
    group="",
    version="v1",
    plural="configmaps",
    singular="ConfigMap",
    row=thing_row,
    columns=(),
)
PATH = THINGS.path


def access(
    server: str, *, user: Json | None = None, cluster: Json | None = None, environ: Mapping[str, str] | None = None
) -> Access:
    """Access to a server with some user's entry."""
    return Access(
        context="test",
        server=server,
        cluster={"server": server, **(cluster or {})},
        user=user or {},
        cluster_name="test",
        user_name="someone",
        source="a kubeconfig",
        environ=environ or {},
    )


class Recorder:
    """A sink that keeps the rows as told, and everything it was told with the time."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._told = threading.Condition()
        self.rows: dict[Key, Row] = {}
        self.fresh: list[Freshness] = []
        self.calls: list[tuple[float, str, object]] = []
        self.reflector: Reflector

    def apply(self, changes: Mapping[Key, Row | None]) -> None:
        """Keeps and forgets rows."""
        for key, row in changes.items():
            if row is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = row
        self._note("apply", dict(changes))

    def settle(self, keys: set[Key]) -> None:
        """Forgets every other row."""
        self.rows = {key: row for key, row in self.rows.items() if key in keys}
        self._note("settle", set(keys))

    def set_freshness(self, freshness: Freshness) -> None:
        """Remembers it."""
        self.fresh.append(freshness)
        self._note("freshness", freshness)

    @property
    def names(self) -> set[str]:
        """The names of the rows."""
        return {row.name for row in list(self.rows.values())}

    @property
    def reach(self) -> Reach | None:
        """The present freshness."""
        return self.fresh[-1].reach if self.fresh else None

    def wait(self, condition: Callable[[], bool], timeout: float = 20.0) -> None:
        """Waits until something holds."""
        with self._told:
            assert self._told.wait_for(condition, timeout), (self.names, self.fresh[-3:], self.calls[-5:])

    def _note(self, what: str, value: object) -> None:
        with self._told:
            self.calls.append((time.monotonic(), what, value))
            self._told.notify_all()


def until(condition: Callable[[], bool], timeout: float = 20.0, what: str = "") -> None:
    """Waits until something holds that nobody tells of."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, what or "it did not come true in time"
        time.sleep(0.001)
