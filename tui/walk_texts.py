"""What the walkthrough's screen says of one step: why, do, proof, undo; pure."""

from __future__ import annotations

from dataclasses import replace

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import Tone, age
from runners.layers.settings import Settings
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.steps import Doing
from runners.layers.walkthroughs.timeline import Passage
from widgets.facts import Fact
from widgets.steps import STEP_TONES
from widgets.theme import SEVERITY_TONES

_PROOF = {Severity.OK: "✔", Severity.NOTE: "·", Severity.WARNING: "◐", Severity.UNKNOWN: "?", Severity.BLOCKER: "✖"}
_STANDS = {
    StepState.DONE: "done: the cluster proves it",
    StepState.READY: "ready",
    StepState.WAITING: "waiting for the proof",
    StepState.BLOCKED: "blocked by its gate",
    StepState.FAILED: "failed",
    StepState.UNKNOWN: "can't tell",
    StepState.LATER: "comes later",
}

_SHOWN = 8
"""Lines of a command that a step shows at most."""


def step_facts(view: StepView, settings: Settings, context: str, now: float) -> list[Fact]:
    """Everything about a step, most telling first."""
    step = view.step
    command = step.shell(settings, context) if step.shell is not None else ""
    return [
        Fact(_state_words(view, now), STEP_TONES[view.state], view.state.symbol),
        *_headed("Why", [Fact(step.why)]),
        *_headed("Do", [Fact(step.do), *_commands(command.splitlines())]),
        *_headed("Gate", [_line(finding) for finding in view.closed_by if view.state is not StepState.WAITING]),
        *_headed("Proof", [_line(finding) for finding in view.proof] or [Fact("a person's word")]),
        *_headed("Undo", [Fact(step.undo)]),
        *_headed("Skip", [Fact(step.skip)] if step.skip else []),
    ]


def summary_facts(passage: Passage) -> list[Fact]:
    """What was done on a walkthrough that is over: how long it took, what was proved when, and what was skipped."""
    began = passage.began
    reached = [f"{name} {age(took)}" for name, took in passage.milestones.items()]
    took = f"all in {age(passage.ended - began)}" + (f"; time to {', '.join(reached)}" if reached else "")
    alarms = [Fact(entry.title, Tone.BAD, "✖") for entry in passage.alarms]
    proofs = [
        Fact(f"{moment.title}, after {age(moment.at - passage.began)}", Tone.GOOD, "✔") for moment in passage.proved
    ]
    skipped = [Fact(f"{each.step}, by {each.who}: {each.reason}", Tone.MUTED, "–") for each in passage.skipped]
    runs = [Fact(f"{run.title} {run.state.value}, {age(run.seconds(passage.ended))}") for run in passage.runs]
    return [
        *_headed("Took", [Fact(took)]),
        *_headed("Alarms", alarms),
        *_headed("Proved", proofs),
        *_headed("Skipped", skipped),
        *_headed("Runs", runs),
    ]


def _headed(head: str, facts: list[Fact]) -> list[Fact]:
    """Facts beside a word that stands before the first of them."""
    return [replace(fact, head=head if at == 0 else "") for at, fact in enumerate(facts)]


def _commands(lines: list[str]) -> list[Fact]:
    """Commands to copy; of what is long the beginning, since it would push the proof off the screen."""
    shown = lines if len(lines) <= _SHOWN else lines[: _SHOWN - 1]
    facts = [Fact(f"$ {line}", Tone.MOVING) for line in shown]
    rest = len(lines) - len(shown)
    return [*facts, Fact(f"… and {rest} lines more: c copies them all", Tone.MUTED)] if rest else facts


def _state_words(view: StepView, now: float) -> str:
    decision = view.decision
    if view.state is StepState.SKIPPED and decision is not None:
        return f"skipped by {decision.who}: {decision.reason}"
    words = _STANDS[view.state]
    if view.state is StepState.WAITING:
        run = view.run
        going = f": {run.title} has run for {age(run.seconds(now))}" if run is not None and not run.state.ended else ""
        usually = f" (usually {view.step.usually})" if view.step.usually else ""
        return f"{words}{going}{usually}"
    if view.state is StepState.FAILED and view.run is not None and view.step.doing is Doing.COMMAND:
        return f"{words}: {view.run.title} {view.run.state.value}; its log says why, and ↵ tries it again"
    return words


def _line(finding: Finding) -> Fact:
    remedy = f" → {finding.remedy}" if finding.remedy and finding.severity > Severity.NOTE else ""
    text = f"{finding.subject}: {finding.text}{remedy}"
    return Fact(text, SEVERITY_TONES[finding.severity], _PROOF[finding.severity], about=finding.about)


def standing(found: Progress, passage: Passage | None, now: float) -> str:
    """``step 3 of 9 · 12m so far``; once all is over, how long that took."""
    if found.finished:
        took = f" · {age(passage.ended - passage.began)}" if passage is not None else ""
        return f"all {len(found.steps)} steps over{took}"
    so_far = f" · {age(now - passage.began)} so far" if passage is not None else ""
    return f"step {found.current + 1} of {len(found.steps)}{so_far}"
