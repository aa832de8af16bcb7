"""The rows of a table in the order and choice a person asked for, kept right with little work for each change."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence

from runners.layers.kinds.base import Key, Row
from widgets.columns import AnyColumn

Rank = tuple[object, ...]
"""Where a row belongs: comparable with those of the same table."""

_DIGITS = re.compile(r"([0-9]{1,18})")


def natural(text: str) -> Rank:
    """A text's rank among texts, with its numbers counted as numbers: ``node-2`` before ``node-10``."""
    parts = _DIGITS.split(text.casefold())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


def rank(column: AnyColumn | None, row: Row) -> Rank:
    """The row's rank by a column, or by namespace and name where none is asked for."""
    if column is None:
        return (natural(row.namespace), natural(row.name))
    value = column.sort(row) if column.sort is not None else column.cell(row, 0.0)
    # Numbers and texts can't be compared, so numbers come first.
    return (0, value) if isinstance(value, int | float) else (1, natural(str(value)))


def matches(columns: Sequence[AnyColumn], row: Row, text: str) -> bool:
    """Does a cell of the row contain the text, in whatever case? With a leading ``!``: does none?

    Texts that change by themselves, like ages, don't count.
    """
    wanted = not text.startswith("!")
    needle = text.removeprefix("!").casefold()
    if not needle:
        return True
    found = any(needle in column.cell(row, 0.0).casefold() for column in columns if not column.ticks)
    return found is wanted


class Ordering:
    """Rows by key, and the sorted list of those that are shown."""

    def __init__(self) -> None:
        self._columns: Sequence[AnyColumn] = ()
        self._rows: dict[Key, Row] = {}
        self._ranks: dict[Key, Rank] = {}
        self._order: list[tuple[Rank, Key]] = []
        self._column: AnyColumn | None = None
        self._reverse = False
        self._needle = ""
        self._only: Callable[[Row], bool] | None = None
        self.moves = 0
        """Grows whenever a row comes, goes or moves among those that are shown."""

    def __len__(self) -> int:
        """How many rows are shown."""
        return len(self._order)

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    def arrange(
        self,
        columns: Sequence[AnyColumn],
        column: AnyColumn | None = None,
        *,
        reverse: bool = False,
        needle: str = "",
        only: Callable[[Row], bool] | None = None,
    ) -> None:
        """Sorts by a column, or by namespace and name, and shows only the rows that match and that ``only`` admits."""
        self._columns, self._column, self._reverse, self._needle, self._only = columns, column, reverse, needle, only
        self.replace(list(self._rows.values()))

    def replace(self, rows: Iterable[Row]) -> None:
        """Takes these rows instead of those before."""
        self._rows = {row.key: row for row in rows}
        self._ranks = {key: rank(self._column, row) for key, row in self._rows.items() if self._shows(row)}
        self.moves += 1
        self._order = sorted((place, key) for key, place in self._ranks.items())

    def put(self, row: Row) -> bool:
        """Adds or changes one row; False where it was there already, the same."""
        key = row.key
        if self._rows.get(key) == row:
            return False
        self._rows[key] = row
        place = rank(self._column, row) if self._shows(row) else None
        before = self._ranks.get(key)
        if place != before:
            self._take_out(key)
            self.moves += 1
            if place is not None:
                self._ranks[key] = place
                insort(self._order, (place, key))
        return True

    def remove(self, key: Key) -> bool:
        """Removes one row; False where it wasn't there."""
        if self._rows.pop(key, None) is None:
            return False
        self.moves += 1
        self._take_out(key)
        return True

    def get(self, key: Key) -> Row | None:
        """The row of a key, shown or not."""
        return self._rows.get(key)

    def at(self, index: int) -> Row:
        """The row that is shown at a place."""
        return self._rows[self._order[-1 - index if self._reverse else index][1]]

    def index(self, key: Key) -> int | None:
        """The place at which a key is shown; None where it isn't."""
        place = self._ranks.get(key)
        if place is None:
            return None
        found = bisect_left(self._order, (place, key))
        return len(self._order) - 1 - found if self._reverse else found

    def _shows(self, row: Row) -> bool:
        admitted = self._only is None or self._only(row)
        return admitted and (not self._needle or matches(self._columns, row, self._needle))

    def _take_out(self, key: Key) -> None:
        place = self._ranks.pop(key, None)
        if place is not None:
            del self._order[bisect_left(self._order, (place, key))]
