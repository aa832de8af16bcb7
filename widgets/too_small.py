"""What a terminal shows that has no room for a screen: a calm word instead of halves of boxes."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from widgets.room import LEAST_HEIGHT, LEAST_WIDTH


class TooSmall(Widget):
    """Covers a whole screen while that is too small; what is below stays as it is."""

    DEFAULT_CSS = """
    TooSmall {
        position: absolute;
        layer: cover;
        width: 100vw;
        height: 100vh;
        background: $background;
        color: $foreground;
        content-align: center middle;
        text-align: center;
        display: none;
    }
    """

    def render(self) -> Content:
        """How much room is wanted, and how much there is."""
        size = self.app.size
        return Content(
            f"Bedplate needs {LEAST_WIDTH} × {LEAST_HEIGHT} cells; this terminal has {size.width} × {size.height}"
        )
