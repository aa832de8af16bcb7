"""The lines of a log as values, and how each looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from widgets.ansi import window
from widgets.canvas import Ink
from widgets.viewport import folded


@dataclass(frozen=True, slots=True)
class LogLine:
    """One row of a log."""

    raw: str
    row: int
    """Which row of the wrapped line; -1 where lines are cut instead."""
    left: int
    """Cells that are scrolled away sideways."""
    needle: str
    """What is marked where it occurs, in lower case; empty: nothing."""
    found: bool
    """The search stands here."""

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """The tool's colours on the pane's ground; › where a cut line goes on."""
        base = ink("plain")
        if self.row >= 0:
            rows = folded(self.raw, width)
            parts: list[Segment] = list(rows[min(self.row, len(rows) - 1)])
        else:
            parts = window(self.raw, self.left, width + 1)
            if sum(cell_len(part.text) for part in parts) > width:
                parts = [*window(self.raw, self.left, width - 1), Segment("›", ink("muted"))]
        styled = [Segment(part.text, _on(base, part.style)) for part in parts]
        match = ink("match") + Style(reverse=True) if self.found else ink("match")
        return mark(styled, self.needle, match) if self.needle else styled


def _on(base: Style, style: Style | None) -> Style:
    """A tool's style on the pane's ground; text on a coloured ground that has no colour of its own takes the pane's."""
    if not style:
        return base
    if style.bgcolor is not None and style.color is None and not style.bgcolor.is_default:
        return base + style + Style(color=base.bgcolor)
    return base + style


def mark(segments: Iterable[Segment], needle: str, match: Style) -> list[Segment]:
    """The segments with each occurrence of the needle (in lower case) marked, also across segments."""
    parts = list(segments)
    text = "".join(part.text for part in parts)
    folded_text = text.casefold()
    if len(folded_text) != len(text):
        return parts
    marked = bytearray(len(text))
    start = folded_text.find(needle)
    while start >= 0:
        marked[start : start + len(needle)] = b"\x01" * len(needle)
        start = folded_text.find(needle, start + len(needle))
    if not any(marked):
        return parts
    result: list[Segment] = []
    at = 0
    for part in parts:
        run = 0
        while run < len(part.text):
            flag = marked[at + run]
            stop = run
            while stop < len(part.text) and marked[at + stop] == flag:
                stop += 1
            style = (part.style or Style.null()) + match if flag else part.style
            result.append(Segment(part.text[run:stop], style))
            run = stop
        at += len(part.text)
    return result
