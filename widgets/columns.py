"""How wide the columns of a table are on a screen of some width, and which are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runners.layers.kinds.base import Column

AnyColumn = Column[Any]

GAP = 2
"""Blanks between two columns."""
_FLEXIBLE = 24
"""A column that wants more than so many cells may be cut, whether it grows or not."""
_ENOUGH = 20
"""What is left of a column that is cut, before others are left out."""
_LEAST = 6


@dataclass(frozen=True, slots=True)
class Slot:
    """A column's place: its index, and its width in cells."""

    column: int
    width: int


def arrange(columns: Sequence[AnyColumn], wanted: Sequence[int], width: int) -> tuple[Slot, ...]:
    """Places as many columns as fit.

    Columns that may be cut give way first, then columns that may be left out go, then the widest are cut until the
    rest fits.

    Args:
        columns: the table's columns, in their order.
        wanted: cells that each would take, its title included.
        width: cells there are.
    """
    kept = list(range(len(columns)))
    least = [_least(column, want) for column, want in zip(columns, wanted, strict=True)]
    while _sum(kept, least) > width and (going := _first_to_go(columns, kept)) is not None:
        kept.remove(going)
    widths = {index: least[index] for index in kept}
    _squeeze(widths, width)
    spare = width - sum(widths.values()) - GAP * (len(widths) - 1)
    for index in widths:
        more = min(max(0, spare), wanted[index] - widths[index])
        if more > 0:
            widths[index] += more
            spare -= more
    return tuple(Slot(index, widths[index]) for index in widths)


def _least(column: AnyColumn, want: int) -> int:
    flexible = column.grows or want > _FLEXIBLE
    return min(want, max(_ENOUGH, len(column.title))) if flexible else want


def _sum(kept: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[index] for index in kept) + GAP * (len(kept) - 1)


def _first_to_go(columns: Sequence[AnyColumn], kept: Sequence[int]) -> int | None:
    """The column that can be missed most easily, the rightmost of several."""
    droppable = [index for index in kept if columns[index].drop and len(kept) > 1]
    return max(droppable, key=lambda index: (columns[index].drop, index), default=None)


def _squeeze(widths: dict[int, int], width: int) -> None:
    """Cuts the widest columns until all fit; where even that isn't enough, the rightmost go."""
    while len(widths) > 1 and sum(min(each, _LEAST) for each in widths.values()) + GAP * (len(widths) - 1) > width:
        del widths[max(widths)]
    over = sum(widths.values()) + GAP * (len(widths) - 1) - width
    while over > 0:
        widest = max(widths, key=lambda index: widths[index])
        if widths[widest] <= 1:
            return
        widths[widest] -= 1
        over -= 1
