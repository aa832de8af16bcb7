"""Whatever fails at a step, it says what, why and what to do, and nothing that is done is done again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Reach
from runners.layers.rights import wanted_rights
from runners.layers.runs import RunState
from runners.layers.walkthroughs.engine import StepState, StepView, progress
from runners.layers.walkthroughs.state_words import PATIENCE, state_words, usual_seconds
from runners.layers.walkthroughs.steps import Doing, Step
from tests.layers import walk_worlds as k
from tests.layers import worlds as w
from tests.layers.step_states import MISSING, NO_ANSWER, ran, seen_as

EACH = pytest.mark.parametrize(("name", "step"), k.STEPS, ids=k.NAMES)
DOES = [(name, step) for name, step in k.STEPS if step.doing is Doing.COMMAND]
EACH_COMMAND = pytest.mark.parametrize(("name", "step"), DOES, ids=[f"{name}-{step.id}" for name, step in DOES])
ELSEWHERE = ("triage", "preflight", "report", "verify", "flux:commits")
"""These rest on what no watch brings: what was gathered, files of this machine, and probes."""
BY_HAND = ("keys:", "flux:commits")
"""At these, nothing comes by itself: somebody has to do it."""
NO_WORDS = re.compile(r"Error\b|Exception|Traceback|\bNone\b|[<>]|:\s*$|\(\)")


def advice(view: StepView, since: float | None = None) -> Iterator[str]:
    """What the screen says that one may do: the step's own words, and the remedies beside what was found."""
    yield from state_words(view, w.NOW, since).tries
    yield from (each.remedy for each in (*view.closed_by, *view.proof) if each.remedy and each.severity > Severity.NOTE)


def says(view: StepView, state: StepState, *words: str, since: float | None = None) -> None:
    """It is in this state, says why in words for people, and what to do about it."""
    text = state_words(view, w.NOW, since).text
    assert view.state is state, (text, view.proof)
    assert all(word in text for word in words), text
    found = [text, *advice(view, since)]
    assert len(found) > 1, f"it says nothing to do: {text}"
    assert not [words for words in found if not words.strip() or NO_WORDS.search(words)], found


@EACH
def test_somebody_can_stand_at_it_and_is_told_what_it_waits_for(name: str, step: Step) -> None:
    view = k.alone(name, step, k.undone(name, step))
    text = state_words(view, w.NOW).text
    assert text
    assert not NO_WORDS.search(text)
    if view.state is not StepState.READY:
        says(view, view.state, since=w.NOW - 86_400)


@EACH
def test_a_missing_tool(name: str, step: Step) -> None:
    at = k.undone(name, step)
    gathered = tuple(finding for found in MISSING.values() for finding in found)
    view = k.alone(name, step, replace(at, tools=MISSING, gathered=gathered))
    if step.id.startswith("preflight"):
        says(view, StepState.FAILED, "is not on PATH")
    elif step.command is not None and step.command.tools:
        says(view, StepState.BLOCKED, "is not on PATH")
        assert any(words.startswith("get it: https://") for words in advice(view))
    else:  # it needs none
        assert view.state is k.alone(name, step, at).state


@EACH_COMMAND
@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        (RunState.FAILED, {"exit_code": 1}, "ended with exit code 1, 2m ago"),
        (RunState.FAILED, {"error": "helmfile is not on PATH"}, "could not be started: helmfile is not on PATH"),
        (RunState.INTERRUPTED, {}, "was interrupted"),
        (RunState.LOST, {}, "was lost: the machine went down, or its supervisor was killed"),
    ],
)
def test_what_it_runs_fails(name: str, step: Step, state: RunState, more: dict[str, object], words: str) -> None:
    at = k.undone(name, step)
    view = k.alone(name, step, replace(at, runs=[ran(step, state, **more)]))
    if view.state is StepState.WAITING:  # the cluster says that it is on its way all the same
        return
    says(view, StepState.FAILED, "failed: ", words)
    assert "nothing is done twice" in "\n".join(advice(view))


@EACH
def test_its_proof_never_comes(name: str, step: Step) -> None:
    at, long_ago = k.undone(name, step), w.NOW - 80_000
    if step.command is not None:
        at = replace(at, runs=[ran(step, RunState.SUCCEEDED, exit_code=0, started=long_ago - 9, ended=long_ago)])
    view = k.alone(name, step, at)
    if view.state.over:
        assert step.id.startswith("hold:"), "a run proves nothing but that something was held for a while"
    elif view.state is StepState.WAITING:
        says(view, StepState.WAITING, "to do: " if step.id.startswith(BY_HAND) else "waiting: ", since=long_ago)
    elif view.state is StepState.READY and step.command is not None:
        says(view, StepState.READY, "succeeded 22h ago, and what proves it is not there")


@EACH
def test_the_cluster_is_away(name: str, step: Step) -> None:
    for at in (k.At(), k.At(k.BEHIND)):
        view = k.alone(name, step, replace(at, freshness=seen_as(Reach.STALE, NO_ANSWER)))
        says(view, StepState.UNKNOWN, "can't tell for 34s: ", NO_ANSWER)
        assert "it is asked again by itself; what was done stays done" in list(advice(view))


@EACH
def test_what_it_looks_at_is_forbidden(name: str, step: Step) -> None:
    at = replace(k.undone(name, step), freshness=seen_as(Reach.FORBIDDEN), keys=None)
    view = k.alone(name, step, at)
    if step.doing is Doing.DECISION or step.id.startswith(ELSEWHERE):
        assert view.state is not StepState.DONE or step.id.startswith(("triage", "preflight", "verify:flux"))
        return
    if view.state is StepState.WAITING:
        assert "is not applied yet" in state_words(view, w.NOW).text
        return
    says(view, StepState.UNKNOWN, "can't tell: ")
    assert re.search(
        "forbidden|may not be looked at|can't be seen|not known yet|not read yet", state_words(view, w.NOW).text
    )
    assert any("right" in words or "wait" in words for words in advice(view))


@EACH_COMMAND
def test_a_right_that_a_change_needs_is_missing(name: str, step: Step) -> None:
    at = k.undone(name, step)
    view = k.alone(name, step, replace(at, rights=dict.fromkeys(wanted_rights(k.SETTINGS), False)))
    if step.command is not None and step.command.tools and step.command.name in ("apply", "bootstrap"):
        assert any("needs rights that you have not" in each.text for each in view.closed_by)
        says(view, StepState.BLOCKED)
        assert "ask for them, or use another user" in list(advice(view))


@EACH_COMMAND
def test_what_is_done_stays_done_however_its_last_run_ended(name: str, step: Step) -> None:
    proof = (Finding("it", Severity.OK, "is there"),)
    done = replace(step, proof=lambda _moment: proof)
    for state in RunState:
        view = k.alone(name, done, k.At(runs=[ran(step, state)], tools=MISSING))
        assert (view.state, view.closed_by) == (StepState.DONE if state.ended else StepState.WAITING, ())


def test_no_step_is_next_while_the_cluster_is_away_and_a_run_goes_on() -> None:
    walkthrough = k.WALKTHROUGHS["bootstrap"]
    longhorn = walkthrough.step("foundation:longhorn")
    assert longhorn is not None
    going = ran(longhorn, RunState.RUNNING)
    found = progress(walkthrough, k.At(freshness=seen_as(Reach.STALE, "timeout"), runs=[going]).moment())
    assert found.away is not None
    assert {view.state for view in found.steps if view.step is not longhorn} == {StepState.UNKNOWN}
    (view,) = (view for view in found.steps if view.step is longhorn)
    assert view.state is StepState.WAITING
    assert "waiting for apply longhorn to end (for 5m already, usually 1–3 min)" in state_words(view, w.NOW).text


def test_a_short_reconnect_unmakes_nothing() -> None:
    walkthrough = k.WALKTHROUGHS["bootstrap"]
    seen, again = (
        progress(walkthrough, replace(k.At(k.BEHIND), freshness=freshness).moment())
        for freshness in ({}, seen_as(Reach.RECONNECTING))
    )
    assert [view.state for view in seen.steps] == [view.state for view in again.steps]
    assert again.away is None


@pytest.mark.parametrize(
    ("usually", "seconds"),
    [
        ("60–90 s", 90),
        ("1–3 min", 180),
        ("up to 5 min", 300),
        ("under 10 s", 10),
        ("", PATIENCE),
        ("1 min a volume", 3600),
        ("minutes to hours, by size", 3600),
    ],
)
def test_how_long_a_wait_is_usual(usually: str, seconds: float) -> None:
    assert usual_seconds(usually) == seconds


def test_what_waits_longer_than_usual_says_so() -> None:
    step = replace(k.STEPS[0][1], doing=Doing.LOOK, usually="60–90 s", proof=lambda _moment: (COMING,))
    view = k.alone("bootstrap", step, k.At())
    assert state_words(view, w.NOW, w.NOW - 41).text == (
        "waiting: StorageClass longhorn: is not there yet (for 41s, usually 60–90 s)"
    )
    late = state_words(view, w.NOW, w.NOW - 600)
    assert late.text.endswith("(for 10m already, usually 60–90 s)")
    assert late.tries == ("see whether it was done as it says under Do",)


COMING = Finding("StorageClass longhorn", Severity.WARNING, "is not there yet")
