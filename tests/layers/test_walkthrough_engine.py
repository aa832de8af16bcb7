"""Where a walkthrough stands is found from proofs and decisions, in whatever order things were done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers import commands as c
from runners.layers.commands import Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LIVE
from runners.layers.identity import Identity
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord, RunState
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.decisions import Choice, Decision, answer_words, latest, read, written
from runners.layers.walkthroughs.engine import SEEN_WITHIN, StepState, progress
from runners.layers.walkthroughs.state_words import state_words
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, Walkthrough, objections_to, proved
from tests.layers.worlds import NOW

HOME = Identity("home", "https://10.0.0.10:6443", "41c7", version="v1.37.2")
SETTINGS = Settings("test", foundation=(FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),))
OK = Finding("it", Severity.OK, "is there")
COMING = Finding("it", Severity.WARNING, "is not there yet")
GONE = Finding("it", Severity.BLOCKER, "is not there")
DARK = Finding("it", Severity.UNKNOWN, "can't be seen")


def moment(
    *, runs: Sequence[RunRecord] = (), decisions: Sequence[Decision] = (), identity: Identity | None = HOME
) -> Moment:
    state = ComponentState("longhorn", Layer.FOUNDATION, Verdict.ABSENT)
    seen = Picture(NOW, identity, LIVE, (state,), runs=tuple(runs))
    return Moment(
        seen,
        SETTINGS,
        FrozenRows(()),
        NOW,
        lambda target: Situation(seen, SETTINGS, target),
        latest(decisions, "bootstrap"),
    )


def step(name: str, *proof: Finding, doing: Doing = Doing.LOOK, skip: str = "") -> Step:
    command = c.APPLY if doing is Doing.COMMAND else None
    return Step(name, name, "because", lambda _moment: proof, doing, command, Target(component="longhorn"), skip=skip)


def states(*steps: Step, **more: object) -> list[StepState]:
    walk = Walkthrough("bootstrap", "Bootstrap", steps)
    return [view.state for view in progress(walk, moment(**more)).steps]  # type: ignore[arg-type]


def run(state: RunState, ago: float = SEEN_WITHIN) -> RunRecord:
    ended = NOW - ago if state.ended else None
    began = (ended or NOW) - 9
    return RunRecord("20270115-080000-7f3a", "apply longhorn", ("helmfile",), "/", "", began, state, ended=ended)


def skipped(name: str, choice: Choice = Choice.SKIPPED, at: float = NOW) -> Decision:
    return Decision("bootstrap", name, choice, at, "ada@workshop", "it is there by other means")


@pytest.mark.parametrize(
    ("proof", "doing", "state"),
    [
        ((OK,), Doing.LOOK, StepState.DONE),
        ((OK, COMING), Doing.LOOK, StepState.WAITING),
        ((), Doing.LOOK, StepState.WAITING),
        ((GONE,), Doing.LOOK, StepState.FAILED),
        ((OK, DARK), Doing.LOOK, StepState.UNKNOWN),
        ((GONE,), Doing.COMMAND, StepState.READY),
        ((COMING,), Doing.COMMAND, StepState.WAITING),
        ((DARK,), Doing.COMMAND, StepState.UNKNOWN),
        ((), Doing.DECISION, StepState.READY),
        ((OK,), Doing.DECISION, StepState.DONE),
    ],
)
def test_what_a_step_is(proof: Proof, doing: Doing, state: StepState) -> None:
    assert states(step("one", *proof, doing=doing)) == [state]


def test_the_first_that_is_not_over_is_next_and_what_is_proved_already_stays_so() -> None:
    walk = Walkthrough("bootstrap", "Bootstrap", (step("a", OK), step("b", GONE), step("c", OK), step("d", GONE)))
    found = progress(walk, moment())
    assert [view.state for view in found.steps] == [StepState.DONE, StepState.FAILED, StepState.DONE, StepState.LATER]
    assert (found.current, found.finished) == (1, False)


def test_a_closed_gate_blocks_and_says_why() -> None:
    walk = Walkthrough("bootstrap", "Bootstrap", (step("one", GONE, doing=Doing.COMMAND),))
    view = progress(walk, moment(identity=None)).steps[0]
    assert view.state is StepState.BLOCKED
    assert [finding.text for finding in view.closed_by] == ["has not answered yet"]


@pytest.mark.parametrize(
    ("ended", "state"),
    [
        (RunState.RUNNING, StepState.WAITING),
        (RunState.FAILED, StepState.FAILED),
        (RunState.INTERRUPTED, StepState.FAILED),
        (RunState.LOST, StepState.FAILED),
        (RunState.SUCCEEDED, StepState.READY),
    ],
)
def test_how_its_run_ended_counts_only_while_there_is_no_proof(ended: RunState, state: StepState) -> None:
    assert states(step("one", GONE, doing=Doing.COMMAND), runs=[run(ended)]) == [state]
    proven = StepState.DONE if ended.ended else StepState.WAITING
    assert states(step("one", OK, doing=Doing.COMMAND), runs=[run(ended)]) == [proven]


def test_what_has_just_ended_well_is_given_time_to_be_seen() -> None:
    """Else a person would be offered to do it again before the cluster has shown what was done."""
    one = step("one", GONE, doing=Doing.COMMAND)
    assert states(one, runs=[run(RunState.SUCCEEDED, ago=SEEN_WITHIN - 1)]) == [StepState.WAITING]
    assert states(one, runs=[run(RunState.FAILED, ago=1)]) == [StepState.FAILED]


def test_what_is_proved_before_its_run_has_ended_waits_for_that_end() -> None:
    going = [run(RunState.RUNNING)]
    one, two = step("one", OK, doing=Doing.COMMAND), step("two", GONE, doing=Doing.DECISION)
    assert states(one, two, runs=going) == [StepState.WAITING, StepState.LATER]
    view = progress(Walkthrough("bootstrap", "Bootstrap", (one, two)), moment(runs=going)).steps[0]
    assert state_words(view, NOW).text == "proved; waiting for apply longhorn to end (for 9s)"
    assert states(two, one, runs=going) == [StepState.READY, StepState.DONE]


def test_what_is_proved_although_its_run_has_failed_is_done_and_says_so() -> None:
    one = step("one", OK, doing=Doing.COMMAND)
    failed = replace(run(RunState.FAILED, ago=60), exit_code=1)
    view = progress(Walkthrough("bootstrap", "Bootstrap", (one,)), moment(runs=[failed])).steps[0]
    assert view.state is StepState.DONE, "what the cluster proves is done, however"
    words = state_words(view, NOW)
    assert words.text == "done: proved below; but apply longhorn ended with exit code 1, 1m ago"
    assert "what it had still to do may be missing" in words.tries[0]
    going = progress(Walkthrough("bootstrap", "Bootstrap", (one,)), moment(runs=[run(RunState.RUNNING)])).steps[0]
    assert state_words(replace(going, state=StepState.DONE), NOW).text == "done: proved below"


def test_of_many_names_an_answer_says_the_first_ones() -> None:
    claims = [f"monitoring/prometheus-kube-prometheus-stack-prometheus-db-{at}" for at in range(5)]
    assert answer_words(f"volumes {','.join(claims)}") == f"volumes {', '.join(claims[:3])} and 2 more"
    assert answer_words("gone") == "gone"


def test_what_comes_by_itself_no_more_is_to_be_done() -> None:
    by_hand = replace(COMING, remedy="make one")
    moves = replace(by_hand, about=("volumes", "apps", "data"))
    for found, verb in ((COMING, "waiting"), (by_hand, "to do"), (moves, "waiting")):
        view = progress(Walkthrough("bootstrap", "Bootstrap", (step("one", found),)), moment()).steps[0]
        assert state_words(view, NOW).text == f"{verb}: it: is not there yet"


def test_a_walkthrough_is_new_until_somebody_has_begun_it() -> None:
    look, do = step("look", OK), step("do", GONE, doing=Doing.COMMAND)
    walk = Walkthrough("bootstrap", "Bootstrap", (look, do))
    assert progress(walk, moment()).is_new
    assert not progress(walk, moment(runs=[run(RunState.FAILED)])).is_new
    assert not progress(walk, moment(decisions=[skipped("do")])).is_new
    assert not progress(replace(walk, steps=(do, look)), moment()).is_new, "nothing stands before what is next"


def test_only_what_may_be_skipped_is() -> None:
    may, never = step("may", GONE, skip="when it is elsewhere"), step("never", GONE)
    decided = [skipped("may"), skipped("never")]
    assert states(may, never, decisions=decided) == [StepState.SKIPPED, StepState.FAILED]
    back = skipped("may", Choice.TAKEN_BACK, NOW + 1)
    assert states(may, decisions=[back, *decided]) == [StepState.FAILED]


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from([OK, COMING, GONE, DARK]), max_size=3), max_size=6))
def test_nothing_is_done_that_is_not_proved(proofs: list[list[Finding]]) -> None:
    steps = [step(str(at), *proof, doing=list(Doing)[at % 3]) for at, proof in enumerate(proofs)]
    found = progress(Walkthrough("bootstrap", "Bootstrap", tuple(steps)), moment())
    assert [view.state is StepState.DONE for view in found.steps] == [proved(tuple(proof)) for proof in proofs]
    later = [view.state for view in found.steps[found.current + 1 :]]
    assert set(later) <= {StepState.DONE, StepState.LATER}


@settings(max_examples=50)
@given(st.text(), st.text(), st.sampled_from(list(Choice)), st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_a_decision_is_read_as_it_was_written(name: str, who: str, choice: Choice, at: float, reason: str) -> None:
    decision = Decision("recover", f"step {name}", choice, at, who, reason, "answer")
    assert read(written(decision)) == decision


@settings(max_examples=50)
@given(st.one_of(st.text(), st.sampled_from(['{"choice": []}', "[]", "null", '{"step": 1, "choice": "skipped"}'])))
def test_what_is_no_decision_is_none(line: str) -> None:
    assert read(line) is None


@pytest.mark.parametrize(
    ("decision", "typed", "says"),
    [
        (skipped("one", Choice.CONFIRMED), "home", []),
        (skipped("one", Choice.CONFIRMED), "hom", ["home has to be typed"]),
        (skipped("one"), "", ["can't be skipped: what follows rests on it"]),
        (skipped("one", Choice.TAKEN_BACK), "", []),
    ],
)
def test_what_a_decision_needs(decision: Decision, typed: str, says: list[str]) -> None:
    guarded = replace(step("one", doing=Doing.DECISION), word="context")
    assert [finding.text for finding in objections_to(decision, guarded, typed, "home")] == says


def test_a_skip_needs_its_reason() -> None:
    may = step("may", skip="when it is elsewhere")
    assert list(objections_to(skipped("may"), may, "", "home")) == []
    assert [each.text for each in objections_to(replace(skipped("may"), reason=" "), may, "", "home")] == [
        "is skipped with a reason only"
    ]
