"""The lines of a live table as values, and how each looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Tone, age
from widgets.canvas import Ink
from widgets.columns import GAP
from widgets.safe import cut, fit, plain
from widgets.theme import REACH_SYMBOLS, REACH_TONES, TONE_SYMBOLS

GUTTER = 3
"""Cells before the first column: the cursor's mark, the tone's symbol, a blank."""


@dataclass(frozen=True, slots=True)
class TitleLine:
    """The titles of the columns."""

    texts: tuple[tuple[str, bool], ...]
    """Each title in its width and one cell of the gap, and whether the rows are sorted by it."""

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """Quiet, the one that sorts in the accent."""
        segments = [Segment(" " * GUTTER, ink("title"))]
        for text, sorts in self.texts:
            segments += [Segment(text, ink("mark" if sorts else "title")), Segment(" " * (GAP - 1), ink("title"))]
        return segments


@dataclass(frozen=True, slots=True)
class RowLine:
    """One visible row."""

    cells: tuple[tuple[str, str], ...]
    """The ink and the fitted text of each cell."""
    tone: Tone
    selected: bool
    focused: bool
    needle: str
    """What is marked where it occurs, in lower case; empty: nothing."""

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """The mark, the symbol and the cells; the selected row lies on a ground of its own."""
        blank = ink("plain")
        segments = [
            Segment("▶" if self.selected else " ", ink("mark" if self.focused else "muted")),
            Segment(TONE_SYMBOLS[self.tone] + " ", ink(self.tone.value)),
        ]
        for name, text in _runs(self.cells):
            segments += marked(text, self.needle, ink(name), ink("match"))
        if not self.selected:
            return segments
        used = sum(cell_len(segment.text) for segment in segments)
        segments.append(Segment(" " * max(0, width - used), blank))
        under = Style(bgcolor=ink("cursor" if self.focused else "cursor-blurred").bgcolor)
        return [Segment(segment.text, (segment.style or Style.null()) + under) for segment in segments]


@dataclass(frozen=True, slots=True)
class WordsLine:
    """What a table says of itself instead of rows, or below them."""

    text: str
    tone: Tone = Tone.MUTED
    symbol: str = " "

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """Below the first column's title; quiet unless something is wrong."""
        start = fit(f" {self.symbol}", GUTTER)
        return [Segment(start + cut(plain(self.text), width - GUTTER, middle=False), ink(self.tone.value))]


def freshness_line(freshness: Freshness, now: float) -> WordsLine | None:
    """What has to be said of rows that aren't live, in words; None where they are, or where there can't be any."""
    reach, detail = freshness.reach, freshness.detail
    if reach in (Reach.LIVE, Reach.ABSENT):
        return None
    if reach is Reach.LOADING:
        words = f"not loaded yet: {detail}" if detail else "loading…"
    elif reach is Reach.FORBIDDEN:
        words = f"forbidden: this user may not {detail}"
    else:
        words = f"{reach.value} for {age(now - freshness.since)}" + (f": {detail}" if detail else "")
    return WordsLine(words, REACH_TONES[reach], REACH_SYMBOLS[reach])


def _runs(cells: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The cells with the gaps between them; neighbours of one ink are one run, which draws twice as fast."""
    runs: list[tuple[str, str]] = []
    for name, text in cells:
        if runs and runs[-1][0] == name:
            runs[-1] = (name, f"{runs[-1][1]}{text}{' ' * GAP}")
        else:
            runs.append((name, text + " " * GAP))
    return runs


def marked(text: str, needle: str, style: Style, match: Style) -> list[Segment]:
    """The text with each occurrence of the needle (in lower case) marked."""
    folded = text.casefold()
    if not needle or len(folded) != len(text):
        return [Segment(text, style)]
    parts: list[Segment] = []
    start = 0
    while (found := folded.find(needle, start)) >= 0:
        parts += [Segment(text[start:found], style), Segment(text[found : found + len(needle)], match)]
        start = found + len(needle)
    return [part for part in [*parts, Segment(text[start:], style)] if part.text]
