"""A plan to read: what an apply would do now, object by object, and the diff that the tools printed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import Worker

from runners.asks import Ask, Refusal, ended_badly
from runners.layers.commands import PLAN, Target
from runners.layers.findings import Severity
from runners.layers.plan_rules import summary
from runners.layers.plans import Change, Plan
from runners.operate import Operator
from runners.tools.calls import ToolError
from tui.failures import failure
from tui.screens.once import LeavesOnce
from widgets.hints import Hint, HintBar
from widgets.log import LogPane

_MARKS = {Change.ADDED: "+", Change.CHANGED: "~", Change.REMOVED: "-"}


class PlanScreen(LeavesOnce[None]):
    """Covers the screen until esc; planning that still goes on is ended with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", show=False, tooltip="Back to the overview"),
    ]

    def __init__(self, operator: Operator, target: Target, *, may_run_code: bool) -> None:
        """Takes the component to plan, and whether a person said yes to the hooks that planning runs."""
        super().__init__()
        self._may_run_code = may_run_code
        self._operator = operator
        self._target = target

    def compose(self) -> ComposeResult:
        """The text, and the keys."""
        yield LogPane(f"plan {self._target.component} ─ planning…", id="plan")
        yield HintBar()

    def on_mount(self) -> None:
        """Makes the plan."""
        self.query_one(HintBar).show(((Hint("esc", "back"), Hint("↑↓", "scroll"), Hint("w", "wrap")),))
        self.query_one(LogPane).focus()
        self.run_worker(self._plan(), group="plan", description="plan", exit_on_error=False)

    def action_leave(self) -> None:
        """Back to the overview."""
        self.workers.cancel_group(self, "plan")
        self.leave(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Planning failed in a way that nobody foresaw."""
        if words := failure(event):
            self.query_one(LogPane).show(words, f"plan {self._target.component} ─ failed")

    async def _plan(self) -> None:
        pane, name = self.query_one(LogPane), self._target.component
        try:
            ask = await self._operator.ask(PLAN, self._target, may_run_code=self._may_run_code)
        except (Refusal, ToolError) as error:
            pane.show("\n".join(ended_badly(error)), f"plan {name} ─ refused")
            return
        assert ask.plan is not None, "planning always answers with a plan"
        pane.show("\n".join(plan_lines(ask, ask.plan)), f"plan {name} ─ {summary(ask.plan)}")


def plan_lines(ask: Ask, plan: Plan) -> list[str]:
    """The plan as text."""
    lines = [summary(plan), f"commit {plan.commit or 'not in Git'} · {len(plan.inputs)} files"]
    lines += [f"destroys: {words}" for words in ask.destroys]
    told = [item for item in ask.gate.findings if item.severity > Severity.OK]
    lines += [f"{item.severity.symbol} {item.subject}: {item.text}" for item in told]
    lines += [f"hook {hook}" for hook in plan.own_hooks]
    for release in plan.releases:
        lines += ["", f"release {release.id}  {release.action.value}  {release.installed_version} → {release.version}"]
        lines += [f"  {_MARKS[item.change]} {item.ref}" for item in sorted(release.changes, key=lambda item: item.ref)]
    return [*lines, "", plan.output] if plan.output else lines
