"""Rows by a name of theirs, kept in step by what came and went: rows are compared by identity, never by value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from operator import is_
from typing import Generic, TypeVar

from runners.layers.kinds.base import Row

R = TypeVar("R", bound=Row)
N = TypeVar("N", bound=Hashable)


class Index(Generic[R, N]):
    """The rows of one kind by a name that several may share."""

    def __init__(self, name: Callable[[R], N]) -> None:
        """Takes what a row is found by."""
        self._name = name
        self._last: Sequence[R] = ()
        self._rows: dict[int, R] = {}
        self._found: dict[N, dict[int, R]] = {}

    def update(self, rows: Sequence[R]) -> Collection[N]:
        """Takes the rows of the moment, and returns the names whose rows are not the very same as before."""
        # Two lists of the same objects are compared without looking into any of them.
        if len(rows) == len(self._last) and all(map(is_, rows, self._last)):
            return ()
        now = {id(row): row for row in rows}
        # What is gone is held until here, so nothing that came can have its id.
        gone, come = self._rows.keys() - now.keys(), now.keys() - self._rows.keys()
        touched = {self._forget(at, self._rows[at]) for at in gone} | {self._take(at, now[at]) for at in come}
        self._last, self._rows = rows, now
        return touched

    def all(self, name: N) -> Collection[R]:
        """The rows of a name, in no particular order."""
        return self._found[name].values() if name in self._found else ()

    def one(self, name: N) -> R | None:
        """The row of a name that only one can have."""
        return next(iter(self.all(name)), None)

    def _take(self, at: int, row: R) -> N:
        name = self._name(row)
        self._found.setdefault(name, {})[at] = row
        return name

    def _forget(self, at: int, row: R) -> N:
        name = self._name(row)
        del self._found[name][at]
        if not self._found[name]:
            del self._found[name]
        return name
