"""A text to read that is known already: a row whose columns were cut, and that stands for no object of the cluster."""

from __future__ import annotations

from tui.screens.reading import ReadingScreen


class TextScreen(ReadingScreen):
    """Shows it wrapped, since reading it is the point."""

    def __init__(self, heading: str, text: str) -> None:
        """Takes what it shows."""
        super().__init__(heading)
        self._text = text

    def on_mount(self) -> None:
        """Fills it."""
        self.pane.show(self._text, self._heading)
        self.pane.wrap = True
