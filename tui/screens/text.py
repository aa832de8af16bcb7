"""A text to read: everything that is said of a component, or a row whose columns were cut."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.screens.once import LeavesOnce
from widgets.hints import Hint, HintBar
from widgets.log import LogPane


class TextScreen(LeavesOnce[None]):
    """Covers the screen until esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "back", "Back", show=False, tooltip="Back to the overview"),
    ]

    def __init__(self, heading: str, text: str) -> None:
        """Takes what it shows."""
        super().__init__()
        self._heading = heading
        self._text = text

    def compose(self) -> ComposeResult:
        """The text, and the keys."""
        yield LogPane(self._heading, id="text")
        yield HintBar()

    def on_mount(self) -> None:
        """Fills it; long lines are wrapped, since reading them is the point."""
        pane = self.query_one(LogPane)
        pane.show(self._text, self._heading)
        pane.wrap = True
        pane.focus()
        self.query_one(HintBar).show(((Hint("esc", "back"), Hint("↑↓", "scroll"), Hint("w", "wrap")),))

    def action_back(self) -> None:
        """Back to the overview."""
        self.leave()
