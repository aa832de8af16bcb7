"""When something moved last in a namespace: what tells a release that goes on from one that nobody is at."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from runners.cluster.store import Delta
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS

_TELLING = frozenset(kind.table for kind in (DEPLOYMENTS, DAEMONSETS, STATEFULSETS, CLAIMS))


class Movement:
    """Hears every delta, and keeps one time a namespace."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Takes the present time in seconds since the epoch; what was before is not known."""
        self._clock = clock
        self._began = clock()
        self._moved: dict[str, float] = {}

    def heard(self, delta: Delta) -> None:
        """Notes whose workloads and claims changed, and where a pod came or went.

        That a pod's state changes is no movement: one that crashes again and again changes for ever.
        """
        now = self._clock()
        if delta.table in _TELLING:
            self._note((key[1], now) for key in (*delta.changed, *delta.removed))
        elif delta.table == PODS.table:
            self._note((row.namespace, row.created) for row in delta.changed.values())
            self._note((key[1], now) for key in delta.removed)

    def _note(self, moves: Iterable[tuple[str, float]]) -> None:
        for namespace, when in moves:
            self._moved[namespace] = max(when, self._moved.get(namespace, self._began))

    def last(self, namespace: str) -> float:
        """When it was, in seconds since the epoch; where nothing was seen to move, since when somebody watches."""
        return self._moved.get(namespace, self._began)
