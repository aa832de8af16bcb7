"""What the walkthrough's screen says of one step: why, do, proof, undo; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import Tone, age
from runners.layers.settings import Settings
from runners.layers.survival.fold import Survival
from runners.layers.walkthroughs.decisions import Choice
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.old_disks import left_on_disks
from runners.layers.walkthroughs.restore_rules import DISKS
from runners.layers.walkthroughs.state_words import state_words
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Section, Step, Walkthrough
from runners.layers.walkthroughs.timeline import Passage
from tui.step_calls import call_facts
from widgets.facts import Fact
from widgets.hints import Groups, Hint
from widgets.steps import STEP_TONES
from widgets.theme import SEVERITY_TONES

_NEXT = "esc leads to both layers: there v says what would return, and 8 what was run"
_LEFT = 4
"""Lines of what is left once a walkthrough is over."""
_PROOF = {Severity.OK: "✔", Severity.NOTE: "·", Severity.WARNING: "◐", Severity.UNKNOWN: "?", Severity.BLOCKER: "✖"}


def step_facts(
    view: StepView,
    settings: Settings,
    context: str,
    now: float,
    sections: Sequence[Section] = (),
    *,
    since: float | None = None,
    look: Callable[[], Moment] | None = None,
    remark: str = "",
) -> list[Fact]:
    """Everything about a step, most telling first: what was seen comes first where a step only looks, is at work, or
    was answered and wants more.

    ``since`` is when something last happened on the walkthrough; ``look`` gives what is decided and seen by now;
    ``remark`` is what a demo says of the step.
    """
    step, said = view.step, state_words(view, now, since)
    command = command_of(step, settings, context, look)
    closing = () if view.state is StepState.WAITING else view.closed_by
    known = [
        *_headed("Why", [Fact(step.why)]),
        *_headed("Do", [Fact(step.do), *call_facts(command)]),
        *_headed("Gate", _besides_its_proof(closing, view)),
    ]
    proof = _headed("Proof", [_line(each) for each in _to_be_seen_to(view)] or [Fact("a person's word")])
    moving = [fact for section in sections for fact in _section(section, view)]
    at_work = bool(sections) and view.state not in (StepState.READY, StepState.BLOCKED, StepState.LATER)
    answered = view.state is StepState.READY and view.decision is not None
    seen_first = at_work or answered or (step.doing is Doing.LOOK and view.state is not StepState.LATER)
    return [
        Fact(said.text, STEP_TONES[view.state], view.state.symbol),
        *_headed("Demo", [Fact(remark, Tone.MOVING)] if remark and not view.state.over else []),
        *_headed("Try", [Fact(words) for words in said.tries]),
        *([*proof, *moving, *known] if seen_first else [*known, *proof, *moving]),
        *_headed("Undo", [Fact(step.undo)]),
        *_headed("Skip", [Fact(step.skip)] if step.skip and not view.state.over else []),
    ]


def _to_be_seen_to(view: StepView) -> Proof:
    """What a step's proof found; nobody is to do now what mends a step that comes later."""
    return tuple(replace(each, remedy="") for each in view.proof) if view.state is StepState.LATER else view.proof


def _section(section: Section, view: StepView) -> list[Fact]:
    more = [Fact(f"and {section.more} more", Tone.MUTED)] if section.more else []
    return _headed(section.head, [*_besides_its_proof(section.lines, view), *more])


def _besides_its_proof(findings: Sequence[Finding], view: StepView) -> list[Fact]:
    """What its proof says already is not said twice."""
    said = {(finding.subject, finding.text) for finding in view.proof}
    return [_line(finding) for finding in findings if (finding.subject, finding.text) not in said]


def command_of(step: Step, settings: Settings, context: str, look: Callable[[], Moment] | None) -> str:
    """A step's command; by what was decided, where that says more. Empty where it has none."""
    if step.shell_now is not None and look is not None:
        return step.shell_now(look(), context)
    return step.shell(settings, context) if step.shell is not None else ""


def step_hints(view: StepView, *, onward: int = 0, opens: bool = False, summed_up: bool = False) -> Groups:
    """The keys that do something with a step now, and those that leave it.

    ``onward`` is the number of the step that is next, to which enter leads from one that is over or comes later; enter
    may also open what a proof is about. Under what a whole walkthrough came to, no command of one step is meant.
    """
    going = {Doing.COMMAND: "do it", Doing.DECISION: "confirm", Doing.SHEET: "write it"}.get(view.step.doing)
    going = "choose" if view.step.options is not None else going
    free = view.run is None or view.run.state.ended
    again = view.run is not None and view.run.went_wrong
    can = free and view.away is None and (again or view.state is not StepState.WAITING)
    can = can and view.state is not StepState.LATER
    found = [Hint("↵", going)] if going and can and not view.state.over else []
    leads = view.state.over or view.state is StepState.LATER
    found = [Hint("↵", f"to step {onward}")] if onward and leads else found
    found = [Hint("↵", "open it")] if opens else found
    skips = view.step.skip and view.away is None and view.state is not StepState.LATER
    found += [Hint("s", "skip")] if skips and not view.state.over else []
    found += [Hint("u", "take back")] if view.decision is not None else []
    found += [Hint("c", "copy the command")] if view.step.shell is not None and not summed_up else []
    return (found, (Hint("⇥", "panes"), Hint("esc", "leave"), Hint("?", "help")))


def over_words(view: StepView) -> str:
    """Why nothing is to be done at a step that is over, and what can be."""
    if view.decision is not None:
        return f"{view.step.title} was decided; u takes that back"
    return f"{view.step.title} is done: what proves it stands beside it"


def record_facts(unrecorded: Finding | None) -> list[Fact]:
    """That nothing can be decided or begun, where nothing can be put on record."""
    return [replace(_line(unrecorded), head="Stop")] if unrecorded is not None else []


def summary_facts(walkthrough: Walkthrough, passage: Passage, survival: Survival) -> list[Fact]:
    """What was done on a walkthrough that is over: how long it took, what was decided, and what was proved when.

    And what is left to see to: whatever would be missing if the cluster died now.
    """
    began = passage.began
    reached = [f"{name} {age(took)}" for name, took in passage.milestones.items()]
    took = f"all in {age(passage.moved - began)}" + (f"; time to {', '.join(reached)}" if reached else "")
    alarms = [Fact(entry.title, Tone.BAD, "✖") for entry in passage.alarms]
    decided = [(step.title, passage.decided[step.id]) for step in walkthrough.steps if step.id in passage.decided]
    answers = [
        Fact(f"{title}{'' if title.endswith('?') else ':'} {passage.answer(each) or each.choice.value}")
        for title, each in decided
        if each.choice is Choice.CONFIRMED
    ]
    skipped = [
        Fact(f"{title}, by {each.who}: {each.reason}", Tone.MUTED, "–")
        for title, each in decided
        if each.choice is Choice.SKIPPED
    ]
    runs = [Fact(f"{run.title} {run.state.value}, {age(run.seconds(passage.ended))}") for run in passage.runs]
    return [
        *_headed("Next", [Fact(_NEXT)]),
        *_headed("Took", [Fact(took)]),
        *_headed("Alarms", alarms),
        *_headed("Left", [*_left_on_disks(passage), *_left(survival)]),
        *_headed("Decided", answers),
        *_headed("Skipped", skipped),
        *_headed("Proved", [*_proofs(walkthrough, passage)]),
        *_headed("Runs", runs),
    ]


def _proofs(walkthrough: Walkthrough, passage: Passage) -> Iterator[Fact]:
    """In the order of the steps, each with the time when it was proved first; what was lost since says when again."""
    for step in walkthrough.steps:
        times = [age(entry.at - passage.began) for entry in passage.proved.get(step.id, ())]
        if times:
            again = f", again after {times[-1]}" if len(times) > 1 else ""
            yield Fact(f"{step.title}, after {times[0]}{again}", Tone.GOOD, "✔")


def _left_on_disks(passage: Passage) -> list[Fact]:
    said = passage.decided.get(DISKS)
    return [_line(finding) for finding in left_on_disks(said.answer)] if said is not None else []


def _left(survival: Survival) -> list[Fact]:
    found = [_line(finding) for finding in survival.findings if finding.severity >= Severity.WARNING]
    more = [Fact(f"and {len(found) - _LEFT} more: v says which", Tone.MUTED)] if len(found) > _LEFT else []
    return [*found[:_LEFT], *more]


def _headed(head: str, facts: list[Fact]) -> list[Fact]:
    """Facts beside a word that stands before the first of them."""
    return [replace(fact, head=head if at == 0 else "") for at, fact in enumerate(facts)]


def _line(finding: Finding) -> Fact:
    remedy = f" → {finding.remedy}" if finding.remedy and finding.severity > Severity.NOTE else ""
    text = f"{finding.subject}: {finding.text}{remedy}"
    return Fact(text, SEVERITY_TONES[finding.severity], _PROOF[finding.severity], about=finding.about)


def standing(found: Progress, passage: Passage | None, now: float) -> str:
    """``step 3 of 9 · 12m so far``; no step while the cluster is away; once all is over, how long that took."""
    if found.finished:
        took = f" · {age(passage.moved - passage.began)}" if passage is not None else ""
        return f"all {len(found.steps)} steps over{took}"
    so_far = f" · {age(now - passage.began)} so far" if passage is not None else ""
    where = f"step {found.current + 1} of {len(found.steps)}" if found.away is None else "can't tell"
    return f"{where}{so_far}"
