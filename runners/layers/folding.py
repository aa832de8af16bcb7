"""Many objects with the same trouble, so that a screen stays readable: one finding each, or one for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")

MANY = 10
"""More objects than this are counted instead of listed."""
NAMED = 3
"""How many of those that are counted are named."""


def fold_rows(
    rows: Sequence[R], each: Callable[[R], Finding], together: Callable[[Sequence[R]], Finding]
) -> Iterator[Finding]:
    """A finding for each row, or one for all of them when they are many; the worst should stand first."""
    if len(rows) > MANY:
        yield together(rows)
    else:
        yield from map(each, rows)


def first_claims(
    ones: Sequence[T], each: Callable[[T], Finding], at_most: int, rest: str = "more"
) -> Iterator[Finding]:
    """A finding for each of the first few claims, and in a note how many there are besides: ``and 34 more``."""
    yield from map(each, ones[:at_most])
    if len(ones) > at_most:
        yield Finding("claims", Severity.NOTE, f"and {len(ones) - at_most} {rest}")


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 claim``, ``3 claims``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], at_most: int = NAMED) -> str:
    """The first few names: ``a, b, c and 34 more``."""
    more = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {more} more" if more > 0 else "")
