"""What is said of a step's state: what it is and why, and what a person may do about it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity, worst
from runners.layers.kinds.base import age
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Decision, answer_words
from runners.layers.walkthroughs.engine import StepState, StepView
from runners.layers.walkthroughs.steps import NOTHING_TO_PROVE, Doing, proved

PATIENCE = 600.0
"""Seconds after which a wait is called long where nobody has said how long it usually takes."""
_BY_SIZE = 3600.0
"""The same where that depends on how much there is."""
_LINE = 120
"""Characters of a finding that stands in the state's own line; a longer one is named there, and read below."""


@dataclass(frozen=True, slots=True)
class StateWords:
    """A step's state in words."""

    text: str
    tries: tuple[str, ...] = ()
    """What to do about it, beyond the remedies of what was found; empty where nothing has to be done."""


def state_words(view: StepView, now: float, since: float | None = None) -> StateWords:
    """What is said of one step.

    Args:
        view: the step.
        now: seconds since the epoch.
        since: when something last happened on the walkthrough; None where that isn't known.
    """
    match view.state:
        case StepState.DONE:
            return _done(view, now)
        case StepState.SKIPPED:
            who = view.decision
            return StateWords(f"skipped by {who.who}: {who.reason}" if who is not None else "skipped")
        case StepState.READY:
            return _ready(view, now)
        case StepState.WAITING:
            return _waiting(view, now, since)
        case StepState.BLOCKED:
            return _blocked(view)
        case StepState.FAILED:
            return _failed(view, now)
        case StepState.UNKNOWN:
            return _unknown(view, now)
        case StepState.LATER:
            return StateWords("comes later: the steps before it come first")


def usual_seconds(usually: str) -> float:
    """The longest that a step usually takes: of ``60–90 s`` it is 90."""
    if not usually:
        return PATIENCE
    found = re.fullmatch(r"\D*(?:\d+–)?(\d+) (s|min)", usually)
    return float(found[1]) * (60.0 if found[2] == "min" else 1.0) if found else _BY_SIZE


def _done(view: StepView, now: float) -> StateWords:
    if view.step.doing is Doing.DECISION and view.decision is not None:
        return StateWords(f"done: {_said(view, view.decision)}")
    nothing = any(finding.subject == NOTHING_TO_PROVE for finding in view.proof)
    proven = "done: there is nothing to prove" if nothing else "done: proved below"
    run = view.run
    if run is None or not run.went_wrong:
        return StateWords(proven)
    tries = "read its log below: what it had still to do may be missing"
    return StateWords(f"{proven}; but {_ended(run)}, {_ago(run, now)}", (tries,))


def _said(view: StepView, decision: Decision) -> str:
    if view.step.options is None:
        return f"{decision.who} has confirmed it"
    return f"{decision.who} said “{answer_words(decision.answer)}”"


def _ready(view: StepView, now: float) -> StateWords:
    run = view.run
    if view.step.doing is Doing.DECISION and view.decision is not None:
        found = _worst_of(view)
        return StateWords(f"ready: {_said(view, view.decision)}{f'; {_named(found)}' if found else ''}")
    if run is None or run.state is not RunState.SUCCEEDED:
        return StateWords("ready")
    text = f"ready: {run.title} succeeded {_ago(run, now)}, and what proves it is not there"
    return StateWords(text, ("its log below says what it did; ↵ does what is left",))


def _blocked(view: StepView) -> StateWords:
    anyway = "↵ asks for a typed word, to go on in spite of it"
    opens = anyway if all(finding.overridable for finding in view.closed_by) else "no typed word opens it"
    return StateWords(f"blocked: {_named(view.closed_by)}", (f"see to it, and it opens by itself; {opens}",))


def _unknown(view: StepView, now: float) -> StateWords:
    if view.away is not None:
        lasted = f" for {age(now - view.away.since)}" if view.away.since else ""
        return StateWords(f"can't tell{lasted}: {_named(view.proof)}", ("see to the network and the API server",))
    found = [finding for finding in view.proof if finding.severity is Severity.UNKNOWN]
    return StateWords(f"can't tell: {_named(found)}", _or_skip(view, *_without_remedy(found)))


def _waiting(view: StepView, now: float, since: float | None) -> StateWords:
    run = view.run
    on = [finding for finding in view.proof if finding.severity >= Severity.WARNING]
    if run is not None and not run.state.ended:
        proven = "proved; " if proved(view.proof) else ""
        going, text, began = True, f"{proven}waiting for {run.title} to end", run.started
    else:
        # What has a remedy and no object that moves comes by itself no more: somebody has to do it.
        verb = "to do" if on and all(each.remedy and not each.about for each in on) else "waiting"
        going, text = False, f"{verb}: {_named(on)}" if on else "waiting: there is nothing to see yet"
        began = max(since or 0.0, (run.ended or 0.0) if run is not None else 0.0)
        if run is not None and run.went_wrong:
            text = f"{text}; but {_ended(run)}"
    took = now - began if began else 0.0
    late = took > usual_seconds(view.step.usually)
    lasted = f"for {age(took)}{' already' if late else ''}" if began else ""
    usual = f"usually {view.step.usually}" if view.step.usually else ""
    facts = ", ".join(part for part in (lasted, usual) if part)
    if not late:
        return StateWords(f"{text} ({facts})" if facts else text)
    if going:
        tries = "its log below says where it is; ctrl+c interrupts it"
    elif any(finding.about for finding in on):
        tries = "open what it waits for (tab, then ↵) and read its events"
    else:
        tries = "see whether it was done as it says under Do"
    return StateWords(f"{text} ({facts})", _or_skip(view, tries))


def _failed(view: StepView, now: float) -> StateWords:
    run = view.run
    if view.step.doing is Doing.COMMAND and run is not None:
        again = "see to what its log below says; then ↵ does what is left: nothing is done twice"
        return StateWords(f"failed: {_ended(run)}, {_ago(run, now)}", _or_skip(view, again))
    found = _worst_of(view)
    return StateWords(f"failed: {_named(found)}", _or_skip(view, *_without_remedy(found)))


def _worst_of(view: StepView) -> list[Finding]:
    return [finding for finding in view.proof if finding.severity is worst(view.proof)]


def _ended(run: RunRecord) -> str:
    if run.error:
        return f"{run.title} could not be started: {run.error}"
    if run.state is RunState.INTERRUPTED:
        return f"{run.title} was interrupted"
    if run.state is RunState.LOST:
        return f"{run.title} was lost: the machine went down, or its supervisor was killed"
    return f"{run.title} ended with exit code {run.exit_code}"


def _without_remedy(found: Sequence[Finding]) -> tuple[str, ...]:
    if any(finding.remedy for finding in found):
        return ()
    return ("see to it: it is looked at again by itself",)


def _or_skip(view: StepView, *tries: str) -> tuple[str, ...]:
    skip = f"{'or ' if tries else ''}skip it (s) {view.step.skip}"
    return (*tries, skip) if view.step.skip else tries


def _ago(run: RunRecord, now: float) -> str:
    return f"{age(now - (run.ended or run.started))} ago"


def _named(found: Sequence[Finding]) -> str:
    """The first of them, and how many more there are."""
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    whole = f"{found[0].subject}: {found[0].text}"
    return (whole if len(whole) <= _LINE else found[0].subject) + more
