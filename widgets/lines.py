"""A line made of parts, for panes whose lines need no shape of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from widgets.canvas import Ink
from widgets.safe import cut


@dataclass(frozen=True, slots=True)
class PartsLine:
    """Parts in a row, each in its ink; the last that fits is cut."""

    parts: tuple[tuple[str, str], ...]
    """Ink and harmless text of each part."""
    under: str = ""
    """The ink whose ground lies under the whole line; empty: the pane's own."""

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """The parts, as far as the width goes."""
        segments: list[Segment] = []
        room = width
        for name, text in self.parts:
            shown = cut(text, room, middle=False)
            if shown:
                segments.append(Segment(shown, ink(name)))
            room -= cell_len(shown)
        if not self.under:
            return segments
        segments.append(Segment(" " * room, ink("plain")))
        under = Style(bgcolor=ink(self.under).bgcolor)
        return [Segment(segment.text, (segment.style or Style.null()) + under) for segment in segments]


def flow(parts: Iterable[tuple[str, str]], width: int, gap: str = "    ") -> list[PartsLine]:
    """Lines of parts that stay whole where they can: one that doesn't fit beside the others begins the next line."""
    lines: list[list[tuple[str, str]]] = []
    room = 0
    whole = ((ink, piece) for ink, text in parts for piece in wrap(text, max(8, width - 1), break_on_hyphens=False))
    for ink, text in whole:
        need = len(gap) + cell_len(text)
        if lines and need <= room:
            lines[-1] += [("plain", gap), (ink, text)]
        else:
            lines.append([("plain", " "), (ink, text)])
            room, need = width - 1, cell_len(text)
        room -= need
    return [PartsLine(tuple(line)) for line in lines]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A quiet line from side to side."""

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """As wide as there is room."""
        return [Segment("─" * width, ink("track"))]
