"""Where a walkthrough stands: found from proofs and decisions alone, whatever was done before, by whom and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from runners.layers.findings import Finding, Severity, worst
from runners.layers.freshness import Freshness, Reach
from runners.layers.gates import gate
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, Walkthrough, proved

SEEN_WITHIN = 15.0
"""Seconds after a command has ended well for which its proof is waited for: the cluster is on its way to it."""


class StepState(Enum):
    """What a step is, in one word."""

    DONE = "done"
    SKIPPED = "skipped"
    READY = "ready"
    WAITING = "waiting"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "can't tell"
    LATER = "later"

    @property
    def symbol(self) -> str:
        """One cell that stands beside the word, so that colour is never alone."""
        return _SYMBOLS[self]

    @property
    def over(self) -> bool:
        """Nothing more is to be done for it."""
        return self in (StepState.DONE, StepState.SKIPPED)


_SYMBOLS = {
    StepState.DONE: "✔",
    StepState.SKIPPED: "–",
    StepState.READY: "○",
    StepState.WAITING: "◐",
    StepState.BLOCKED: "■",
    StepState.FAILED: "✖",
    StepState.UNKNOWN: "?",
    StepState.LATER: "·",
}


@dataclass(frozen=True)
class StepView:
    """One step at one moment."""

    step: Step
    state: StepState
    proof: Proof = ()
    closed_by: tuple[Finding, ...] = ()
    """Why its command can't start now."""
    decision: Decision | None = None
    run: RunRecord | None = None
    """The newest run of its command, where there is one."""
    away: Freshness | None = None
    """Since when the cluster has not been seen, and why; None while it is."""


@dataclass(frozen=True)
class Progress:
    """A whole walkthrough at one moment."""

    walkthrough: Walkthrough
    steps: tuple[StepView, ...]
    away: Freshness | None = None
    """As of each step: while the cluster is away nothing can be told, and no step is next."""

    @property
    def current(self) -> int:
        """Index of the step that is next; the number of steps when all are over."""
        return next((index for index, view in enumerate(self.steps) if not view.state.over), len(self.steps))

    @property
    def finished(self) -> bool:
        """Every step is done or skipped."""
        return self.current == len(self.steps)

    @property
    def is_new(self) -> bool:
        """Has nobody decided or run anything of it, while its first step, which only looks, is over already?"""
        looked = self.away is None and self.current > 0 and self.steps[0].step.doing is Doing.LOOK
        return looked and all(view.decision is None and view.run is None for view in self.steps)


def progress(walkthrough: Walkthrough, moment: Moment, unread: Freshness | None = None) -> Progress:
    """Every step's state; what comes after the first one that isn't over is later, unless it is proved already.

    While the cluster is away nothing is called done or failed: what its rows proved may not be so any more. The same
    holds while something else is ``unread`` that the steps rest on.
    """
    if (away := _away(moment) or unread) is not None:
        since = moment.now - walkthrough.holds
        return Progress(walkthrough, tuple(_unseen(step, moment, since, away) for step in walkthrough.steps), away)
    views: list[StepView] = []
    reached = True
    for step in walkthrough.steps:
        view = _view(step, moment, moment.now - walkthrough.holds, reached=reached)
        views.append(view)
        reached = reached and view.state.over
    return Progress(walkthrough, tuple(views))


def _away(moment: Moment) -> Freshness | None:
    """A short reconnect is none, and what is merely forbidden is the matter of those steps that look at it."""
    found = moment.picture.freshness
    gone = found.reach is Reach.STALE or (found.reach is Reach.LOADING and moment.picture.identity is not None)
    return found if gone else None


def _unseen(step: Step, moment: Moment, since: float, away: Freshness) -> StepView:
    """What is known all the same: a person's skip, and a run of this machine that goes on."""
    decision, run = moment.decisions.get(step.id), _run(step, moment, since)
    state = StepState.UNKNOWN
    if _is_skipped(step, decision):
        state = StepState.SKIPPED
    elif run is not None and not run.state.ended:
        state = StepState.WAITING
    why = "has not been read yet" if away.reach is Reach.LOADING else "does not answer"
    remedy = "it is asked again by itself; what was done stays done"
    proof = (Finding("cluster", Severity.UNKNOWN, away.detail or why, remedy),)
    return StepView(step, state, proof, decision=decision, run=run, away=away)


def _is_skipped(step: Step, decision: Decision | None) -> bool:
    return decision is not None and decision.choice is Choice.SKIPPED and bool(step.skip)


def _view(step: Step, moment: Moment, since: float, *, reached: bool) -> StepView:
    proof = step.proof(moment)
    decision = moment.decisions.get(step.id)
    run = _run(step, moment, since)
    if _is_skipped(step, decision):
        return StepView(step, StepState.SKIPPED, proof, decision=decision, run=run)
    if proved(proof):
        # What comes next would be refused for as long as its run goes on.
        ending = reached and run is not None and not run.state.ended
        return StepView(step, StepState.WAITING if ending else StepState.DONE, proof, decision=decision, run=run)
    if not reached:
        return StepView(step, StepState.LATER, proof, decision=decision, run=run)
    closed = gate(step.command, moment.situation(step.target)).closed_by if step.command is not None else ()
    return StepView(step, _state(step, proof, closed, run, moment.now), proof, closed, decision, run)


def _state(step: Step, proof: Proof, closed: tuple[Finding, ...], run: RunRecord | None, now: float) -> StepState:
    if run is not None and (not run.state.ended or _is_to_be_seen(run, now)):
        return StepState.WAITING
    severity = worst(proof)
    if severity is Severity.UNKNOWN:
        return StepState.UNKNOWN
    if step.doing is Doing.LOOK:
        return StepState.FAILED if severity is Severity.BLOCKER else StepState.WAITING
    if severity is Severity.WARNING and step.doing is Doing.COMMAND:
        return StepState.WAITING  # what was done is on its way to being proved
    if run is not None and run.went_wrong:
        return StepState.FAILED
    return StepState.BLOCKED if closed else StepState.READY


def _is_to_be_seen(run: RunRecord, now: float) -> bool:
    return run.state is RunState.SUCCEEDED and 0.0 <= now - (run.ended or run.started) < SEEN_WITHIN


def _run(step: Step, moment: Moment, since: float) -> RunRecord | None:
    """The newest run of the step's command on its target, by the title that it bears; none from before this time."""
    if step.command is None:
        return None
    title = f"{step.command.name} {step.target.component or step.target.name}".strip()
    return next((run for run in moment.picture.runs if run.title == title and run.started >= since), None)
