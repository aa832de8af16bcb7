"""A pane that knows all of its lines and shows those in view: for what is short and read by scrolling."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.canvas import Canvas, Extent, Line


class ScrolledPane(Canvas):
    """Scrolls where its lines don't fit."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._top = 0
        self._total = 0

    def all_lines(self, width: int) -> Sequence[Line | None]:
        """Everything that it says, in lines of so many cells."""
        raise NotImplementedError

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """The lines in view."""
        lines = self.all_lines(width)
        self._total = len(lines)
        self._top = max(0, min(self._top, len(lines) - height))
        return lines[self._top : self._top + height]

    def extent(self) -> Extent:
        """In lines."""
        return Extent(self._top, self.content_size.height, self._total)

    def move_by(self, lines: int) -> None:
        """Scrolls."""
        self._top = max(0, min(self._top + lines, self._total - self.content_size.height))
        self.changed()

    def move_to_edge(self, direction: int) -> None:
        """To the first or the last line."""
        self._top = 0 if direction < 0 else self._total
        self.changed()
