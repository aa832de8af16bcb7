"""What the rules read: rows by table and namespace, and how far each table can be trusted.

The store of the cluster half implements ``Rows`` live; ``FrozenRows`` is the same from plain data, for the rules'
tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from runners.layers.freshness import LIVE, LOADING, Freshness
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Key, Kind, Row

R = TypeVar("R", bound=Row)


class Rows(Protocol):
    """A reader of rows."""

    def all(self, kind: Kind[R]) -> Sequence[R]:
        """Every row of a kind, in no particular order."""
        ...

    def within(self, kind: Kind[R], namespaces: Collection[str]) -> Sequence[R]:
        """The rows of a kind in some namespaces, without touching the others."""
        ...

    def get(self, key: Key) -> Row | None:
        """One row."""
        ...

    def table(self, table: str) -> Sequence[Row]:
        """Every row of a table; of several kinds where kinds share one (``flux``)."""
        ...

    def freshness(self, kind: AnyKind) -> Freshness:
        """How fresh a kind's rows are."""
        ...

    def table_freshness(self, table: str) -> Freshness:
        """The least fresh of the watches that fill a table."""
        ...


class Steady:
    """Rows whose freshness is asked once, for everything that is said of one moment."""

    def __init__(self, rows: Rows) -> None:
        """Takes the rows behind it."""
        self.all = rows.all
        self.within = rows.within
        self.table = rows.table
        self.get = rows.get
        self._rows = rows
        self._kinds: dict[str, Freshness] = {}
        self._tables: dict[str, Freshness] = {}

    def freshness(self, kind: AnyKind) -> Freshness:
        """How fresh a kind's rows are."""
        found = self._kinds.get(kind.id)
        if found is None:
            found = self._kinds[kind.id] = self._rows.freshness(kind)
        return found

    def table_freshness(self, table: str) -> Freshness:
        """The least fresh of the watches that fill a table."""
        found = self._tables.get(table)
        if found is None:
            found = self._tables[table] = self._rows.table_freshness(table)
        return found


class FrozenRows:
    """Rows that never change."""

    def __init__(self, rows: Iterable[Row], freshness: Mapping[str, Freshness] | None = None) -> None:
        """Takes rows of any kinds, and the freshness of kinds by id; a kind that isn't named is live."""
        self._rows = tuple(rows)
        self._freshness = dict(freshness or {})

    def all(self, kind: Kind[R]) -> Sequence[R]:
        """Every row of a kind."""
        # A row's kind names the Kind that made it, so its type is that kind's.
        return [row for row in self._rows if row.kind == kind.id]  # type: ignore[misc]

    def within(self, kind: Kind[R], namespaces: Collection[str]) -> Sequence[R]:
        """The rows of a kind in some namespaces."""
        return [row for row in self.all(kind) if row.namespace in namespaces]

    def get(self, key: Key) -> Row | None:
        """One row."""
        return next((row for row in self._rows if row.key == key), None)

    def table(self, table: str) -> Sequence[Row]:
        """Every row of a table."""
        from runners.layers.kinds import CORE, CUSTOM

        single = {kind.id: kind.table for kind in (*CORE, *CUSTOM)}
        return [row for row in self._rows if single.get(row.kind, "flux") == table]

    def freshness(self, kind: AnyKind) -> Freshness:
        """How fresh a kind's rows are."""
        return self._freshness.get(kind.id, LIVE)

    def table_freshness(self, table: str) -> Freshness:
        """The freshness given for the table's own name, else live."""
        return self._freshness.get(table, LIVE if self._rows else LOADING)
