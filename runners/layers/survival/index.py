"""Rows by a name of theirs, kept in step by what came and went: rows are compared by identity, never by value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Generic, TypeVar

from runners.layers.kinds.base import Row

R = TypeVar("R", bound=Row)


class Index(Generic[R]):
    """The rows of one kind by a name that several may share."""

    def __init__(self, name: Callable[[R], str]) -> None:
        """Takes what a row is found by."""
        self._name = name
        self._rows: Sequence[R] = ()
        self._found: dict[str, list[R]] = {}

    def update(self, rows: Sequence[R]) -> tuple[Sequence[R], Sequence[R]]:
        """Takes the rows of the moment; returns those that went and those that came, seen from the moment before.

        A store keeps the order of what stays, so what lies between the rows that both moments begin with and those
        that both end with is all that can have changed.
        """
        before, self._rows = self._rows, rows
        if len(before) == len(rows) and all(map(is_, before, rows)):
            return (), ()
        start = _alike(before, rows)
        end = min(_alike(reversed(before), reversed(rows)), len(before) - start, len(rows) - start)
        went, came = before[start : len(before) - end], rows[start : len(rows) - end]
        for row in went:
            self._forget(row)
        for row in came:
            self._found.setdefault(self._name(row), []).append(row)
        return went, came

    def all(self, name: str) -> Sequence[R]:
        """The rows of a name, in no particular order."""
        return self._found.get(name, ())

    def one(self, name: str) -> R | None:
        """The row of a name that only one can have."""
        found = self._found.get(name)
        return found[0] if found else None

    def _forget(self, row: R) -> None:
        name = self._name(row)
        left = [other for other in self._found[name] if other is not row]
        if left:
            self._found[name] = left
        else:
            del self._found[name]


def _alike(one: Iterable[object], other: Iterable[object]) -> int:
    """How many of the very same objects both begin with."""
    count = 0
    for same in map(is_, one, other):
        if not same:
            return count
        count += 1
    return count
