"""One line that says what to do next; hidden while there is nothing to say."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.safe import plain
from widgets.theme import ACCENT


class Guide(Widget):
    """A line of text below the header; takes a second one where the screen is narrow."""

    DEFAULT_CSS = """
    Guide {
        height: auto;
        max-height: 2;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        display: none;
    }
    """

    text: reactive[str] = reactive("", layout=True)
    """What it says."""

    def watch_text(self, text: str) -> None:
        """Shows it, or goes away."""
        self.display = bool(text)

    def render(self) -> Content:
        """The text behind its mark."""
        return Content.assemble(("▸ ", f"bold {ACCENT}"), plain(self.text))
