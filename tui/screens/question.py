"""A small question about the program itself: leave while a run goes on, interrupt a tool."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.screens.once import LeavesOnce
from widgets.confirm import Confirm, Dialog


class QuestionScreen(LeavesOnce[bool], ModalScreen[bool]):
    """Dismissed with the answer; no is where the focus is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "no", "No", show=False, tooltip="Back to what was there"),
    ]

    def __init__(self, dialog: Dialog) -> None:
        """Takes the question."""
        super().__init__()
        self._dialog = dialog

    def compose(self) -> ComposeResult:
        """The question."""
        yield Confirm(self._dialog, id="dialog")

    def on_confirm_confirmed(self, event: Confirm.Confirmed) -> None:
        """Yes."""
        event.stop()
        self.leave(True)

    def on_confirm_cancelled(self, event: Confirm.Cancelled) -> None:
        """No."""
        event.stop()
        self.leave(False)

    def action_no(self) -> None:
        """No."""
        self.leave(False)
