"""The program is killed while helmfile works: the run goes on, and is taken up with nothing lost."""

from __future__ import annotations

import pytest

from runners.layers.runs import RunRecord, RunState
from tests.e2e.person import Person
from tests.e2e.place import Place
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

LINES = 400
"""What a hook prints on each side of helm's waiting."""


@pytest.fixture
def slow(place: Place) -> Place:
    """An apply that prints much, waits for a claim that only the test binds, and prints much again."""
    place.values(colour="red", claim=True)
    place.helmfile(wait=True, timeout=120, hooks=[_prints("presync", "before"), _prints("postsync", "after")])
    place.commit("Take a while")
    return place


def test_a_run_goes_on_and_is_taken_up_again(slow: Place) -> None:
    run = _killed_in_the_middle(slow)
    with slow.open() as terminal:
        person = Person(terminal, slow.rig)
        text = person.sees(f"run {run.short_id}  apply web ─ running")
        assert "1 run" in text.splitlines()[0]
        assert slow.runs.record(run.id).state is RunState.RUNNING
        slow.bind_claim()
        _is_shown_to_its_end(person, slow, run)
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    _left_nothing(slow)


def test_a_run_that_ended_while_nobody_looked_is_shown_with_its_end(slow: Place) -> None:
    run = _killed_in_the_middle(slow)
    slow.bind_claim()
    assert slow.runs.wait(run.id, 60).exit_code == 0
    _left_nothing(slow)
    with slow.open() as terminal:
        _is_shown_to_its_end(Person(terminal, slow.rig), slow, run)
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert [line["exit_code"] for line in slow.journal("ended")] == [0]


def test_what_a_killed_plan_left_behind_is_swept(place: Place) -> None:
    go = place.repository / "go"
    waits = f"until [ -e {go} ]; do sleep 0.05; done"
    place.helmfile(hooks=[{"events": ["prepare"], "command": "sh", "args": ["-c", waits]}])
    try:
        with place.open() as terminal:
            person = Person(terminal, place.rig)
            person.sees("● live")
            terminal.press("a")
            person.answers("Plan web?", "Plan")
            until("it is planning", place.kubeconfigs)
            terminal.kill()
    finally:
        go.touch()
    assert place.kubeconfigs()
    with place.open() as terminal:
        Person(terminal, place.rig).sees("● live")
        until("no private kubeconfig is left", lambda: not place.kubeconfigs())
    assert place.runs.records() == ()


def _prints(event: str, words: str) -> dict[str, object]:
    loop = f"for i in $(seq {LINES}); do echo {words} $i; done"
    return {"events": [event], "showlogs": True, "command": "sh", "args": ["-c", loop]}


def _killed_in_the_middle(place: Place) -> RunRecord:
    """Applies, kills the program alone while helm waits, and returns the run, which goes on."""
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        person.confirms("Apply web", "Apply")
        person.sees(f"before {LINES}")
        until("helm waits", lambda: place.release() == (1, "pending-install"))
        terminal.kill()
    (run,) = place.runs.records()
    assert run.state is RunState.RUNNING
    assert place.lease_holder().endswith(run.id)
    return run


def _is_shown_to_its_end(person: Person, place: Place, run: RunRecord) -> None:
    person.sees(f"run {run.short_id}  apply web ─ succeeded", seconds=60)
    text = person.sees("applied what you saw")
    log = place.runs.log_path(run.id).read_text()
    assert [log.count(f"before {n}\n") for n in (1, LINES)] == [1, 1]
    assert [log.count(f"after {n}\n") for n in (1, LINES)] == [1, 1]
    shown = [line.lstrip("│").rstrip("│┃╻╹ ") for line in text.splitlines()]
    end = next(at for at, line in enumerate(shown) if line.startswith("✔ apply web: ended 0"))
    start = next(at for at, line in enumerate(shown) if "apply web ─ succeeded" in line) + 1
    tail = [line for line in log.splitlines() if line][-3:]
    assert [line for line in shown[start:end] if line][-3:] == tail
    assert shown[end + 1] == f"✔ release {place.namespace}/web: revision 1: applied what you saw"
    assert place.release() == (1, "deployed")


def _left_nothing(place: Place) -> None:
    until("the Lease is given back", lambda: not place.lease_holder())
    until("no private kubeconfig is left", lambda: not place.kubeconfigs())
