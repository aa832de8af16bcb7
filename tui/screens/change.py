"""The guarded dialog on the screen: asks, waits for the answer, looks again, and starts the run."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.worker import Worker

from runners.asks import Ask, Refusal, ended_badly
from runners.layers.commands import Command, Target
from runners.layers.findings import Severity, worst
from runners.layers.runs import RunRecord
from runners.operate import Operator
from runners.session import Session
from runners.tools.calls import ToolError
from tui import dialogs
from tui.failures import failure
from tui.screens.once import LeavesOnce
from widgets.confirm import Confirm, Readiness


class ChangeScreen(LeavesOnce[RunRecord | None], ModalScreen[RunRecord | None]):
    """One change, from the question to the run; dismissed with the run, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False, tooltip="Leave without a change"),
    ]

    def __init__(
        self, session: Session, operator: Operator, command: Command, target: Target, *, may_run_code: bool
    ) -> None:
        """Takes what is to be done, to what, and whether a person said yes to the hooks that planning runs."""
        super().__init__()
        self._may_run_code = may_run_code
        self._session = session
        self._operator = operator
        self._command = command
        self._target = target
        self._ask: Ask | None = None
        self._begun = False

    def compose(self) -> ComposeResult:
        """The dialog, while its question is being put together."""
        yield Confirm(dialogs.preparing(self._command, self._target, self._session.identity), id="dialog")

    def on_mount(self) -> None:
        """Puts the question together."""
        self.run_worker(self._question(), group="change", description=f"ask {self._command.name}", exit_on_error=False)

    def on_confirm_confirmed(self, event: Confirm.Confirmed) -> None:
        """Carries it out."""
        event.stop()
        if self._dialog.dialog.readiness is not Readiness.READY:
            return  # a second press of the key that confirmed
        self._dialog.dialog = dialogs.checking(event.dialog)
        self.run_worker(self._carry_out(event.typed), group="change", description="carry out", exit_on_error=False)

    def on_confirm_cancelled(self, event: Confirm.Cancelled) -> None:
        """Leaves without a change."""
        event.stop()
        self.action_cancel()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What nobody foresaw is said too: a dialog must not look for ever as if it were still at it."""
        if words := failure(event):
            more = "; the run may have started" if self._begun else ""
            self._dialog.dialog = dialogs.refused(self._dialog.dialog, (f"{words}{more}",))

    def action_cancel(self) -> None:
        """Leaves without a change; planning that still goes on is ended. A run that starts can't be left any more."""
        if self._begun:
            return
        self.workers.cancel_group(self, "change")
        self.leave(None)

    @property
    def _dialog(self) -> Confirm:
        return self.query_one(Confirm)

    async def _question(self) -> None:
        try:
            self._ask = await self._operator.ask(self._command, self._target, may_run_code=self._may_run_code)
        except (Refusal, ToolError) as error:
            fine = isinstance(error, Refusal) and worst(error.findings) is Severity.OK
            closed = dialogs.nothing_to_do if fine else dialogs.refused
            self._dialog.dialog = closed(self._dialog.dialog, ended_badly(error))
            return
        self._dialog.dialog = dialogs.question(self._ask)

    async def _carry_out(self, typed: str) -> None:
        assert self._ask is not None, "nothing is confirmable before the question stands"
        try:
            run = await self._operator.confirm(self._ask, typed, self._begins)
        except (Refusal, ToolError) as error:
            self._begun = False
            self._dialog.dialog = dialogs.refused(dialogs.question(self._ask), ended_badly(error))
            return
        self.leave(run)

    def _begins(self) -> None:
        self._begun = True
