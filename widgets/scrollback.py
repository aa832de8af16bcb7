"""The lines that a log keeps: raw, bounded, and counted from the first that ever came."""

from __future__ import annotations

import codecs

LIMIT = 100_000
"""Lines kept; the oldest go, a tenth at a time, so that trimming costs next to nothing."""
LINE_LIMIT = 1 << 20
"""Characters of an unfinished line; what goes on longer is broken there."""
_PROGRESS = 4096
"""Characters of an unfinished line after which what a progress bar overwrote is forgotten."""


class Scrollback:
    """A growing text by lines; a line's number never changes, also when older ones are gone."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self.clear()

    @property
    def first(self) -> int:
        """The number of the oldest line that is kept."""
        return self._first

    @property
    def end(self) -> int:
        """The number after the newest line, an unfinished one included."""
        return self._first + len(self._lines) + bool(self._tail)

    def clear(self) -> None:
        """Forgets everything, the numbers too."""
        self._lines: list[str] = []
        self._tail = ""
        self._first = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def feed(self, chunk: str | bytes) -> None:
        """Takes more text, cut anywhere: inside a line, or inside a character."""
        text = chunk if isinstance(chunk, str) else self._decode(chunk)
        *lines, self._tail = (self._tail + text).split("\n")
        self._lines += lines
        if len(self._tail) > _PROGRESS:
            self._shorten_tail()
        if len(self._lines) > self._limit + self._limit // 10:
            excess = len(self._lines) - self._limit
            del self._lines[:excess]
            self._first += excess

    def line(self, number: int) -> str:
        """The raw text of a line between ``first`` and ``end``."""
        index = number - self._first
        return self._lines[index] if index < len(self._lines) else self._tail

    def _shorten_tail(self) -> None:
        start = self._tail.rstrip("\r").rfind("\r") + 1
        self._tail = self._tail[start:]
        while len(self._tail) > LINE_LIMIT:
            self._lines.append(self._tail[:LINE_LIMIT])
            self._tail = self._tail[LINE_LIMIT:]
