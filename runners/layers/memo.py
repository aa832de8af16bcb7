"""Answers that are kept until something that they rest on changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Set
from typing import TypeVar, cast

from runners.layers.sight import Mark, Sight

T = TypeVar("T")


class Memo:
    """Asks pure functions of rows, and asks one again only when a row that it looked at changed.

    For one thread; which rows changed is told by whoever watches them.
    """

    def __init__(self) -> None:
        """Starts with no answer."""
        self._answers: dict[Hashable, tuple[object, frozenset[Mark]]] = {}
        self._rests_on: dict[Mark, set[Hashable]] = {}

    def forget(self, changed: Iterable[Mark]) -> Set[Hashable]:
        """Drops every answer that rests on something that changed, and returns their names."""
        stale: set[Hashable] = set()
        for mark in changed:
            stale |= self._rests_on.get(mark, set())
        for name in stale:
            self._drop(name)
        return stale

    def forget_all(self) -> None:
        """Drops every answer."""
        self._answers.clear()
        self._rests_on.clear()

    def ask(self, name: Hashable, look: Callable[[], Sight], question: Callable[[Sight], T]) -> T:
        """The answer that is kept under a name, or else what the function says of what there is to see now."""
        kept = self._answers.get(name)
        if kept is not None:
            return cast(T, kept[0])  # one name always asks the same question
        sight = look()
        answer = question(sight)
        marks = frozenset(sight.marks)
        self._answers[name] = (answer, marks)
        for mark in marks:
            self._rests_on.setdefault(mark, set()).add(name)
        return answer

    def _drop(self, name: Hashable) -> None:
        _answer, marks = self._answers.pop(name)
        for mark in marks:
            resting = self._rests_on[mark]
            resting.discard(name)
            if not resting:
                del self._rests_on[mark]
