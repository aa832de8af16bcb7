"""Each declared step in every state that it can have, as its faults and its progress make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds import CORE, CUSTOM
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState, StepView
from runners.layers.walkthroughs.steps import Doing, Step
from runners.tools.versions import find_tools
from tests.layers import walk_worlds as k
from tests.layers import worlds as w

KINDS = (*(kind.id for kind in (*CORE, *CUSTOM, KUSTOMIZATIONS)), "flux")
MISSING = find_tools({"PATH": ""}).findings
NO_ANSWER = f"{k.HOME.server} does not answer: connection refused"


def seen_as(reach: Reach, detail: str = "") -> dict[str, Freshness]:
    """Every kind as one that is seen so since half a minute."""
    return {kind: Freshness(reach, w.NOW - 34, detail or f"list {kind}") for kind in KINDS}


def ran(step: Step, state: RunState, **more: object) -> RunRecord:
    """The run of a step's command."""
    assert step.command is not None
    title = f"{step.command.name} {step.target.component or step.target.name}".strip()
    ended = None if state is RunState.RUNNING else w.NOW - 120
    made = RunRecord("20270115-080000-7f3a", title, ("helmfile",), "/", "", w.NOW - 300, state, ended)
    return replace(made, **more)  # type: ignore[arg-type]


def states(name: str, step: Step) -> Iterator[StepView]:
    """One view for each state that the step can have."""
    seen: set[StepState] = set()
    for view in _views(name, step):
        if view.state not in seen:
            seen.add(view.state)
            yield view


def _views(name: str, step: Step) -> Iterator[StepView]:
    at = k.undone(name, step)
    now = k.alone(name, step, at)
    yield replace(now, state=StepState.LATER, closed_by=())
    yield now
    if step.doing is Doing.COMMAND:
        yield k.alone(name, step, replace(at, tools=MISSING))
        yield k.alone(name, step, replace(at, runs=[ran(step, RunState.RUNNING)]))
        yield k.alone(name, step, replace(at, runs=[ran(step, RunState.FAILED, exit_code=1)]))
    yield from (k.alone(name, step, world) for world in k.worlds())
    yield k.alone(name, step, replace(at, freshness=seen_as(Reach.FORBIDDEN), keys=None))
    yield k.alone(name, step, replace(at, freshness=seen_as(Reach.STALE, NO_ANSWER)))
    if step.skip:
        why = "the volumes were copied by hand to the NAS last night, and the copy was looked at"
        skip = Decision("", step.id, Choice.SKIPPED, w.NOW - 60, "ada@workshop", why)
        yield k.alone(name, step, replace(at, decisions={step.id: skip}))
    there = (Finding("what it is for", Severity.OK, "is there"),)
    yield k.alone(name, replace(step, proof=lambda _moment: there), at)
