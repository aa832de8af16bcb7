"""What a person does on a step beside its command: decides, has the sheet written, copies; and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path

import anyio
from textual.screen import Screen

from runners.asks import Refusal, ended_badly
from runners.journal import who
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepView
from runners.operate import Operator
from runners.session import Session
from runners.tools.calls import ToolError
from runners.tools.private_files import as_written, keep_copied
from runners.walking import Walk


class StepDeeds:
    """Does it beside the screen, and says there what was refused; what is done is looked for again at once."""

    def __init__(
        self, screen: Screen[None], session: Session, operator: Operator, walk: Walk, look: Callable[[], None]
    ) -> None:
        """Takes where it is said, of what, who carries it out, the walkthrough, and who looks again."""
        self._screen = screen
        self._session = session
        self._operator = operator
        self._walk = walk
        self._look = look

    def decide(self, view: StepView, choice: Choice, *, typed: str = "", reason: str = "", answer: str = "") -> None:
        """Keeps a decision: what was typed for it, the reason of a skip, and the answer where there are several."""
        name = self._walk.walkthrough.name
        decision = Decision(name, view.step.id, choice, self._walk.now(), who(), reason, answer)
        self._work(self._keep(view, decision, typed), "keep a decision")

    def write_sheet(self, path: Path) -> None:
        """Writes the survival sheet, after that of another cluster was copied beside it."""
        self._work(self._keep_sheet(path), "write the survival sheet")

    def copy(self, command: str) -> None:
        """Hands a command to the terminal's clipboard (OSC 52), and to a file: not every terminal has one."""
        self._screen.app.copy_to_clipboard(command)
        self._work(self._keep_copied(command), "keep a copy", group="copy")

    def _work(self, work: Coroutine[None, None, None], what: str, group: str = "decide") -> None:
        self._screen.run_worker(work, group=group, description=what, exit_on_error=False)

    async def _keep(self, view: StepView, decision: Decision, typed: str) -> None:
        try:
            note = await self._operator.decide(decision, view.step, typed=typed)
        except (Refusal, ToolError) as error:
            self._was_not_done(error, "nothing was decided")
            return
        if note is not None:
            self._screen.notify(f"{note.subject}: {note.text}", timeout=15, markup=False)
        self._look()

    async def _keep_sheet(self, path: Path) -> None:
        try:
            await self._operator.write_survival(path, aside=True)
        except (Refusal, ToolError) as error:
            self._was_not_done(error, "nothing was written")
            return
        self._look()

    async def _keep_copied(self, command: str) -> None:
        copied = "copied, where the terminal allows it"
        try:
            path = await anyio.to_thread.run_sync(keep_copied, self._session.environ, command)
        except OSError as error:
            self._screen.notify(f"{copied}; it can't be written to a file: {error.strerror or error}", markup=False)
        else:
            written = as_written(path, Path.home())  # the person's: a demo's tools have another one
            self._screen.notify(f"{copied}, and written to {written}", markup=False)

    def _was_not_done(self, error: Refusal | ToolError, title: str) -> None:
        self._screen.notify("\n".join(ended_badly(error)), title=title, severity="warning", timeout=15, markup=False)
