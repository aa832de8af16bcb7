"""What stands across every screen of a demo or a rehearsal, so that nobody takes it for a cluster of theirs."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

_MORE = " an embedded cluster: nothing of yours is touched"


class Banner(Widget):
    """One line at the top; shown only where the app says that this is a demo (``.-demo Banner`` in its styles)."""

    DEFAULT_CSS = """
    Banner {
        dock: top;
        height: 1;
        background: $surface;
        color: $foreground;
        display: none;
    }
    """

    def __init__(self, label: str) -> None:
        """Takes the word."""
        super().__init__()
        self._label = label

    def render(self) -> Content:
        """The word in a colour that can't be overlooked, and what it means as far as there is room."""
        return Content.assemble((f" {self._label} ", "bold reverse $warning"), (_MORE, "$foreground-muted"))
