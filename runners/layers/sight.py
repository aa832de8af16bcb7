"""What a rule looked at: rows that note what is read of them.

A rule is a function of rows, so it need not be asked again while none of those that it looked at changed. Noting what
it reads can't be forgotten, as a declaration could.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from runners.layers.freshness import Freshness
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Key, Kind, Row
from runners.layers.rows import Rows

R = TypeVar("R", bound=Row)

Mark = tuple[str, ...]
"""One thing that was looked at, or that changed."""

CLOCK: Mark = ("clock",)


def _whole(kind: str) -> Mark:
    return ("kind", kind)


def _space(kind: str, namespace: str) -> Mark:
    return ("space", kind, namespace)


def _table(table: str) -> Mark:
    return ("table", table)


def _named(table: str, name: str) -> Mark:
    return ("named", table, name)


def _row(key: Key) -> Mark:
    return ("row", *key)


def _fresh(table: str) -> Mark:
    return ("fresh", table)


def changes(table: str, keys: Iterable[Key], *, fresh: bool = False) -> set[Mark]:
    """The marks of what changed in a table: some rows, and whether it is as fresh as it was."""
    found = {_fresh(table)} if fresh else set()
    for key in keys:
        kind, namespace, name = key
        found |= {_whole(kind), _space(kind, namespace), _table(table), _named(table, name), _row(key)}
    return found


class Sight:
    """Rows for one rule, and the time; what it reads is noted in ``marks``."""

    def __init__(self, rows: Rows, now: float) -> None:
        """Takes the rows behind it, and the present time in seconds since the epoch."""
        self._rows = rows
        self._now = now
        self.marks: set[Mark] = set()

    @property
    def now(self) -> float:
        """The present time, in seconds since the epoch."""
        self.marks.add(CLOCK)
        return self._now

    def all(self, kind: Kind[R]) -> Sequence[R]:
        """Every row of a kind."""
        self.marks.add(_whole(kind.id))
        return self._rows.all(kind)

    def within(self, kind: Kind[R], namespaces: Collection[str]) -> Sequence[R]:
        """The rows of a kind in some namespaces."""
        if not namespaces:
            return ()
        self.marks.update(_space(kind.id, namespace) for namespace in namespaces)
        return self._rows.within(kind, namespaces)

    def get(self, key: Key) -> Row | None:
        """One row."""
        self.marks.add(_row(key))
        return self._rows.get(key)

    def table(self, table: str) -> Sequence[Row]:
        """Every row of a table."""
        self.marks.add(_table(table))
        return self._rows.table(table)

    def freshness(self, kind: AnyKind) -> Freshness:
        """How fresh a kind's rows are."""
        self.marks.add(_fresh(kind.table))
        return self._rows.freshness(kind)

    def trusts(self, kinds: Iterable[AnyKind]) -> bool:
        """May a verdict rest on the rows of all these kinds?"""
        found = [self.freshness(kind).trusted for kind in kinds]  # all of them are noted, whatever the first says
        return all(found)

    def table_freshness(self, table: str) -> Freshness:
        """The least fresh of the watches that fill a table."""
        self.marks.add(_fresh(table))
        return self._rows.table_freshness(table)

    def note_table(self, table: str) -> None:
        """Notes that every row of a table was looked at, in an index that somebody made of it."""
        self.marks.add(_table(table))

    def note_name(self, table: str, name: str) -> None:
        """Notes that the rows of a table were looked at that bear a name, in such an index."""
        self.marks.add(_named(table, name))
