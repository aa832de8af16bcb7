"""Every row that is known of the cluster, by kind and namespace, and who is told when they change.

Rows, not documents: what the screen and the rules need of an object and no more. Reading is possible from any thread
and at any time; each change costs the same, however many rows there are.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from runners.layers.freshness import LOADING, Freshness, Reach, least_fresh
from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Key, Row, TableKind

R = TypeVar("R", bound=Row)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in one table at once."""

    table: str
    changed: Mapping[Key, Row] = field(default_factory=dict)
    """Rows that are new or differ from before."""
    removed: frozenset[Key] = frozenset()
    freshness: Freshness | None = None
    """The table's freshness, where that of one of its kinds changed; else None."""

    @property
    def kinds(self) -> frozenset[str]:
        """The ids of the kinds whose rows changed."""
        return frozenset(key[0] for key in (*self.changed, *self.removed))


Told = Callable[[Delta], None]
"""Is called on a watch's own thread, one call at a time for each table; it must return at once and never wait."""


@dataclass(frozen=True)
class Attachment:
    """A table as it was at the moment from which on its deltas are told."""

    rows: Mapping[Key, Row]
    freshness: Freshness
    detach: Callable[[], None]


class Store:
    """The rows of one cluster; ``runners.layers.rows.Rows`` for the rules, deltas for what is shown live.

    Each table has a lock of its own that is held from a change to the end of its callbacks, so that its deltas come in
    order. Who is told of a change is settled in the moment of the change: whoever attaches sees it in the snapshot or
    is told, never neither and never both. Neither reading nor attaching waits for callbacks.
    """

    def __init__(self) -> None:
        """Starts empty; every kind is loading."""
        self._lock = threading.Lock()
        self._rows: dict[str, dict[str, dict[str, Row]]] = {}
        self._kinds: dict[str, dict[str, Freshness]] = {}
        self._deliveries: dict[str, threading.RLock] = {}
        self._everything: dict[object, Told] = {}
        self._attached: dict[str, dict[object, Told]] = {}

    # What the rules read.

    def all(self, kind: TableKind[R]) -> Sequence[R]:
        """Every row of a kind, in no particular order."""
        with self._lock:
            # A row's kind names the kind that made it, so its type is that kind's.
            return self._of(kind.id)  # type: ignore[return-value]

    def within(self, kind: TableKind[R], namespaces: Collection[str]) -> Sequence[R]:
        """The rows of a kind in some namespaces, without touching the others."""
        with self._lock:
            spaces = self._rows.get(kind.id, {})
            names = dict.fromkeys(namespaces)
            return [row for name in names for row in spaces.get(name, {}).values()]  # type: ignore[misc]

    def table(self, table: str) -> Sequence[Row]:
        """Every row of a table."""
        with self._lock:
            return self._in_table(table)

    def count(self, table: str, *, kind: str = "", namespace: str = "") -> int:
        """How many rows a table has; costs what its namespaces are, not what its rows are.

        Args:
            table: the table.
            kind: count only this kind of those that share the table.
            namespace: count only what is in this namespace, and what is in none.
        """
        with self._lock:
            spaces = [self._rows.get(each, {}) for each in ([kind] if kind else self._kinds.get(table, {}))]
            if namespace:
                return sum(len(found.get(name, {})) for found in spaces for name in {namespace, ""})
            return sum(len(names) for found in spaces for names in found.values())

    def namespaces(self) -> frozenset[str]:
        """The namespaces in which there is a row of any kind."""
        with self._lock:
            return frozenset(name for found in self._rows.values() for name in found if name)

    def get(self, key: Key) -> Row | None:
        """One row."""
        kind, namespace, name = key
        with self._lock:
            return self._rows.get(kind, {}).get(namespace, {}).get(name)

    def freshness(self, kind: AnyTable) -> Freshness:
        """How fresh a kind's rows are."""
        with self._lock:
            return self._kinds.get(kind.table, {}).get(kind.id, LOADING)

    def table_freshness(self, table: str) -> Freshness:
        """The least fresh of the watches that fill a table; what isn't served doesn't count beside what is."""
        with self._lock:
            return self._table_freshness(table)

    # What watches write.

    def apply(self, kind: AnyTable, changes: Mapping[Key, Row | None]) -> None:
        """Sets rows, and removes those that are None; what is equal to what was there is no change."""
        with self._delivery(kind.table):
            with self._lock:
                delta, calls = self._changed(kind, changes), self._calls(kind.table)
            _tell(delta, calls)

    def keep_only(self, kind: AnyTable, keys: Collection[Key]) -> None:
        """Removes every row of a kind that is not among the keys: the end of a full list."""
        with self._delivery(kind.table):
            with self._lock:
                gone: dict[Key, Row | None] = {row.key: None for row in self._of(kind.id) if row.key not in keys}
                delta, calls = self._changed(kind, gone), self._calls(kind.table)
            _tell(delta, calls)

    def set_freshness(self, kind: AnyTable, freshness: Freshness) -> None:
        """Says how fresh a kind is from now on."""
        with self._delivery(kind.table):
            with self._lock:
                states = self._kinds.setdefault(kind.table, {})
                same = states.get(kind.id) == freshness
                states[kind.id] = freshness
                delta = Delta(kind.table, freshness=None if same else self._table_freshness(kind.table))
                calls = self._calls(kind.table)
            _tell(delta, calls)

    # Who is told.

    def subscribe(self, told: Told) -> Callable[[], None]:
        """Tells of every change in every table from now on; returns what ends that."""
        token = object()
        with self._lock:
            self._everything = {**self._everything, token: told}

        def leave() -> None:
            with self._lock:
                self._everything = {other: call for other, call in self._everything.items() if other is not token}

        return leave

    def attach(self, table: str, told: Told) -> Attachment:
        """A snapshot of a table, and every delta after it: none is missing, and none is in both."""
        token = object()
        with self._lock:
            self._attached[table] = {**self._attached.get(table, {}), token: told}
            rows = {row.key: row for row in self._in_table(table)}
            freshness = self._table_freshness(table)

        def leave() -> None:
            with self._lock:
                self._attached[table] = {k: call for k, call in self._attached[table].items() if k is not token}

        return Attachment(rows, freshness, leave)

    def _changed(self, kind: AnyTable, changes: Mapping[Key, Row | None]) -> Delta:
        """Writes what really differs, and says what that was."""
        freshness = self._joined(kind)
        spaces = self._rows.setdefault(kind.id, {})
        changed: dict[Key, Row] = {}
        removed: set[Key] = set()
        for key, row in changes.items():
            _, namespace, name = key
            names = spaces.setdefault(namespace, {})
            if row is None:
                if names.pop(name, None) is not None:
                    removed.add(key)
                if not names:
                    del spaces[namespace]
            elif names.get(name) != row:
                names[name] = row
                changed[key] = row
        return Delta(kind.table, changed, frozenset(removed), freshness)

    def _joined(self, kind: AnyTable) -> Freshness | None:
        """Its table's freshness where a kind that is heard of for the first time changes that: it is still loading."""
        states = self._kinds.setdefault(kind.table, {})
        if kind.id in states:
            return None
        before = self._table_freshness(kind.table)
        states[kind.id] = LOADING
        after = self._table_freshness(kind.table)
        return after if after != before else None

    def _calls(self, table: str) -> tuple[Told, ...]:
        return (*self._everything.values(), *self._attached.get(table, {}).values())

    def _delivery(self, table: str) -> threading.RLock:
        with self._lock:
            return self._deliveries.setdefault(table, threading.RLock())

    def _of(self, kind: str) -> list[Row]:
        return [row for names in self._rows.get(kind, {}).values() for row in names.values()]

    def _in_table(self, table: str) -> list[Row]:
        return [row for kind in self._kinds.get(table, {}) for row in self._of(kind)]

    def _table_freshness(self, table: str) -> Freshness:
        states = list(self._kinds.get(table, {}).values())
        return least_fresh([state for state in states if state.reach is not Reach.ABSENT] or states)


def _tell(delta: Delta, calls: Iterable[Told]) -> None:
    """Calls everybody who wants to know; the table's delivery lock is held, the store's is not."""
    if not delta.changed and not delta.removed and delta.freshness is None:
        return
    for call in calls:
        try:
            call(delta)
        except Exception:  # noqa: BLE001 - one listener's bug must cost neither the watch nor the other listeners
            _log.exception("a listener of table %s failed", delta.table)
