"""Which part of a log is in view: scrolling, wrapping, following the end, and finding, without a screen."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment

from widgets.ansi import fold, text_of
from widgets.scrollback import Scrollback

Place = tuple[int, int]
"""A line's number, and a row of it (0 unless lines are wrapped)."""


@lru_cache(maxsize=256)
def folded(raw: str, width: int) -> tuple[tuple[Segment, ...], ...]:
    """The rows of a wrapped line; kept for the lines that are about to be drawn again."""
    return tuple(tuple(row) for row in fold(raw, width))


class Viewport:
    """A window on a scrollback. It follows the end until someone scrolls up, and again when they come back."""

    def __init__(self, lines: Scrollback) -> None:
        self._lines = lines
        self._width = self._height = 1
        self.wrap = False
        self.following = True
        self.top: Place = (0, 0)
        self.left = 0
        """Cells that are scrolled away sideways; only where lines aren't wrapped."""

    def resize(self, width: int, height: int) -> None:
        """Takes the size of the pane."""
        if width != self._width:
            self.top = (self.top[0], 0)
        self._width, self._height = max(1, width), max(1, height)

    def set_wrap(self, wrap: bool) -> None:
        """Wraps lines, or cuts them; the line at the top stays."""
        self.wrap = wrap
        self.left = 0
        self.top = (self.top[0], 0)

    def rows(self, number: int) -> int:
        """How many rows a line takes."""
        if not self.wrap:
            return 1
        raw = self._lines.line(number)
        if raw.isascii() and raw.isprintable():
            return max(1, -(-len(raw) // self._width))
        return len(folded(raw, self._width))

    def visible(self) -> list[Place]:
        """The places in view, from the top down."""
        self._settle()
        places: list[Place] = []
        number, row = self.top
        while len(places) < self._height and number < self._lines.end:
            rows = self.rows(number)
            places += [(number, each) for each in range(row, rows)][: self._height - len(places)]
            number, row = number + 1, 0
        return places

    def scroll(self, rows: int) -> None:
        """Moves down by rows, or up; scrolling up stops following, reaching the end resumes it."""
        self._settle()
        self.following = False
        self.top = self._down(self.top, rows) if rows > 0 else self._up(self.top, -rows)
        if rows > 0 and self.top >= self._last_top():
            self.following = True
        self._settle()

    def sideways(self, cells: int) -> None:
        """Moves right by cells, or left, as far as the lines in view go."""
        longest = max((len(text_of(self._lines.line(number))) for number, _row in self.visible()), default=0)
        self.left = 0 if self.wrap else max(0, min(self.left + cells, longest - self._width // 2))

    def to_start(self) -> None:
        """To the oldest line."""
        self.following = False
        self.top = (self._lines.first, 0)

    def to_end(self) -> None:
        """To the newest line, and follows."""
        self.following = True

    def show(self, number: int) -> None:
        """Brings a line to the middle."""
        self.following = False
        self.top = self._up((number, 0), self._height // 2)
        self._settle()

    def find(self, needle: str, start: int, step: int) -> int | None:
        """The number of the next line (step 1) or the one before (-1) that holds the text; goes round at the end."""
        first, end = self._lines.first, self._lines.end
        count = end - first
        wanted = needle.casefold()
        for offset in range(1, count + 1):
            number = first + (start - first + step * offset) % count
            if wanted in text_of(self._lines.line(number)).casefold():
                return number
        return None

    def _settle(self) -> None:
        """Keeps the top between the oldest line and the last place that fills the window."""
        last = self._last_top()
        self.top = last if self.following else max((self._lines.first, 0), min(self.top, last))

    def _last_top(self) -> Place:
        end = self._lines.end
        if end == self._lines.first:
            return (end, 0)
        return self._up((end - 1, self.rows(end - 1) - 1), self._height - 1)

    def _down(self, place: Place, rows: int) -> Place:
        number, row = place
        while rows and number < self._lines.end:
            left = self.rows(number) - 1 - row
            if rows <= left or number == self._lines.end - 1:
                return (number, row + min(rows, left))
            rows -= left + 1
            number, row = number + 1, 0
        return (number, row)

    def _up(self, place: Place, rows: int) -> Place:
        number, row = place
        while rows:
            if rows <= row:
                return (number, row - rows)
            if number <= self._lines.first:
                return (number, 0)
            rows -= row + 1
            number -= 1
            row = self.rows(number) - 1
        return (number, row)
