"""All watches of one cluster: they start, end and come alive with what the server serves, without a restart."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping

from runners.cluster.connection import Connection
from runners.cluster.crds import CRDS, CrdNames
from runners.cluster.discovery import Served, discover
from runners.cluster.errors import ApiError, Forbidden
from runners.cluster.reflector import Reflector, Timing
from runners.cluster.store import Store
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Key, Row
from runners.layers.kinds.flux import GROUP_SUFFIXES, KUSTOMIZATIONS, flux_kind

_log = logging.getLogger(__name__)
_CUSTOM_GROUPS = frozenset(kind.group for kind in CUSTOM)
_ON_DEMAND: tuple[AnyKind, ...] = (*CUSTOM, KUSTOMIZATIONS)
"""Kinds that rules ask for whether they are served or not."""
_POLL = 30.0
_SETTLING = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between looks at discovery after a CRD changed: a server takes a moment to serve it as it is now."""
_LOOKS = 4
_REST = 300.0


class StoreSink:
    """Writes what a reflector finds into a store."""

    def __init__(self, store: Store, kind: AnyKind) -> None:
        """Takes the store and the kind."""
        self._store = store
        self._kind = kind

    def apply(self, changes: Mapping[Key, Row | None]) -> None:
        """Sets and removes rows."""
        self._store.apply(self._kind, changes)

    def settle(self, keys: set[Key]) -> None:
        """Removes every other row."""
        self._store.keep_only(self._kind, keys)

    def set_freshness(self, freshness: Freshness) -> None:
        """Says how fresh they are."""
        self._store.set_freshness(self._kind, freshness)


class Watches:
    """Keeps a store filled: the core kinds at once, all others as far as the server serves them."""

    def __init__(
        self,
        connection: Connection,
        store: Store,
        *,
        timing: Timing = Timing(),  # noqa: B008 - frozen
        poll: float = _POLL,
    ) -> None:
        """Takes the connection and the store; ``poll`` is how often discovery is asked where CRDs can't be watched."""
        self._connection = connection
        self._store = store
        self._timing = timing
        self._poll = poll
        # Listeners may be called while it is held; what they may ask for (kinds, skipped) does without it.
        self._lock = threading.RLock()
        self._running: Mapping[str, Reflector] = {}
        self._ended: list[Reflector] = []
        self._stop = threading.Event()
        self._poke = threading.Event()
        self._answered = False
        self._crds = CrdNames(self._poke.set)
        self._crd_watch = self._reflector(CRDS, self._crds)
        self._threads = [
            threading.Thread(target=self._discovering, name="discovery", daemon=True),
            threading.Thread(target=self._ticking, name="freshness", daemon=True),
        ]

    @property
    def kinds(self) -> tuple[AnyKind, ...]:
        """The kinds that are watched now."""
        return tuple(reflector.kind for reflector in self._running.values())

    @property
    def skipped(self) -> int:
        """How many objects made no row, over all kinds."""
        return sum(reflector.skipped for reflector in self._running.values())

    def start(self) -> None:
        """Starts everything; returns at once, whether the server can be reached or not."""
        self._adjust(CORE, ())
        self._crd_watch.start()
        for thread in self._threads:
            thread.start()

    def refresh(self) -> None:
        """Tries at once whatever waits for its next try."""
        for reflector in (*self._running.values(), self._crd_watch):
            reflector.nudge()
        self._poke.set()

    def stop(self) -> None:
        """Ends everything: the store is not written to any more once this has returned. Not from a listener."""
        with self._lock:
            self._stop.set()
        for reflector in (*self._running.values(), self._crd_watch):
            reflector.stop()
        self._poke.set()

    def join(self, timeout: float) -> bool:
        """Waits for the threads' end after ``stop``; says whether all have ended."""
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        reflectors = (*self._running.values(), self._crd_watch, *self._ended)
        ended = [reflector.join(max(0.0, deadline - time.monotonic())) for reflector in reflectors]
        return all(ended) and not any(thread.is_alive() for thread in self._threads)

    def _reflector(self, kind: AnyKind, sink: StoreSink | CrdNames) -> Reflector:
        return Reflector(self._connection, kind, sink, timing=self._timing, recovered=self._recovered)

    def _recovered(self) -> None:
        """One watch is live again, so the others need not wait for their next try."""
        for reflector in self._running.values():
            if self._store.freshness(reflector.kind).reach in (Reach.RECONNECTING, Reach.STALE, Reach.LOADING):
                reflector.nudge()
        if not self._answered:
            self._poke.set()

    def _ticking(self) -> None:
        while not self._stop.wait(1.0):
            for reflector in self._running.values():
                reflector.tick()

    def _discovering(self) -> None:
        """Looks at what is served whenever CRDs changed, and from time to time where they can't be watched."""
        looks = 0
        while not self._stop.is_set():
            self._poke.clear()
            settled = self._look()
            looks += 1
            if self._poke.wait(self._pause(settled, looks)):
                looks = 0
                # Charts install their CRDs in bursts.
                self._stop.wait(0.05)

    def _pause(self, settled: bool, looks: int) -> float:
        if self._crds.live and settled and looks > _LOOKS:
            return _REST
        if settled and not self._crds.live:
            return self._poll
        return _SETTLING[min(looks, len(_SETTLING)) - 1]

    def _look(self) -> bool:
        """Asks discovery and adjusts what is watched; says whether that agrees with the CRDs there are."""
        self._answered = False
        try:
            served = discover(self._connection, _wanted)
        except Forbidden:
            # Without discovery each kind says for itself whether it is served.
            self._adjust((*CORE, *_ON_DEMAND), ())
            return True
        except ApiError as error:
            _log.info("discovery: %s", error)
            return False
        self._answered = True
        kinds = tuple(_kinds_of(served))
        watched = {kind.id for kind in kinds}
        self._adjust((*CORE, *kinds), [kind for kind in _ON_DEMAND if kind.id not in watched])
        names = frozenset(item.name for item in served)
        return not self._crds.live or self._crds.matching(_wanted) == names

    def _adjust(self, kinds: Iterable[AnyKind], absent: Iterable[AnyKind]) -> None:
        """Starts what is new, ends what isn't served any more, and says so."""
        wanted = {kind.id: kind for kind in kinds}
        with self._lock:
            if self._stop.is_set():
                return
            running = dict(self._running)
            over = [old for name, old in running.items() if name not in wanted or wanted[name].path != old.kind.path]
            for old in over:
                del running[old.kind.id]
            fresh = [
                self._reflector(kind, StoreSink(self._store, kind))
                for kind in wanted.values()
                if kind.id not in running
            ]
            self._running = running | {reflector.kind.id: reflector for reflector in fresh}
            self._ended = [old for old in (*self._ended, *over) if not old.join(0)]
        for old in over:
            old.stop()
        self._absent([*(old.kind for old in over if old.kind.id not in wanted), *absent])
        for reflector in fresh:
            reflector.start()

    def _absent(self, kinds: Iterable[AnyKind]) -> None:
        """These are not served: they have no rows, and that can be relied on."""
        with self._lock:
            for kind in kinds:
                if not self._stop.is_set() and self._store.freshness(kind).reach is not Reach.ABSENT:
                    self._store.keep_only(kind, ())
                    self._store.set_freshness(kind, Freshness(Reach.ABSENT, time.time()))


def _wanted(group: str) -> bool:
    return group in _CUSTOM_GROUPS or group.endswith(GROUP_SUFFIXES)


def _kinds_of(served: Iterable[Served]) -> Iterable[AnyKind]:
    """The kinds to watch: the known custom ones, and each of Flux's in the version that the server prefers."""
    known = {(kind.group, kind.version, kind.plural): kind for kind in CUSTOM}
    flux: set[tuple[str, str]] = set()
    for item in served:
        if not item.watchable:
            continue
        kind = known.get((item.group, item.version, item.plural))
        if kind is not None:
            yield kind
        elif item.group.endswith(GROUP_SUFFIXES) and (item.group, item.plural) not in flux:
            flux.add((item.group, item.plural))
            yield flux_kind(item.group, item.version, item.plural, item.singular, namespaced=item.namespaced)
