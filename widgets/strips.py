"""What differs between two lines as they are drawn: an age that ticks costs its few cells, not the whole line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_Piece = tuple[str, Style | None]


def changed_cells(before: Strip, now: Strip) -> tuple[int, int]:
    """The cells of a line that look different now: the first, and the one after the last; equal where none does.

    It is the whole line where a character takes two cells or none, so that none is ever cut in half.
    """
    width = now.cell_length
    if {before.cell_length, len(before.text), len(now.text)} != {width}:
        return 0, width
    start = _common(_pieces(before), _pieces(now))
    if start == width:
        return width, width
    return start, width - _common(_backwards(before), _backwards(now))


def _common(one: Iterable[_Piece], other: Iterable[_Piece]) -> int:
    """How many characters two lines have in common from where they begin."""
    number = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        number += 1
    return number


def _pieces(segments: Iterable[Segment]) -> Iterator[_Piece]:
    for text, style, _control in segments:
        yield from ((character, style) for character in text)


def _backwards(strip: Strip) -> Iterator[_Piece]:
    for text, style, _control in reversed(list(strip)):
        yield from ((character, style) for character in reversed(text))
