"""ctrl-c while helmfile works: it asks, never quits silently, and sends exactly one SIGINT."""

from __future__ import annotations

import json

import pytest

from runners.layers.runs import RunState
from runners.tools import run_files
from tests.e2e.person import Person
from tests.e2e.place import Place
from tests.rig.waiting import until

pytestmark = pytest.mark.rig


def test_ctrl_c_asks_before_it_interrupts_and_interrupts_once(place: Place) -> None:
    place.values(colour="red", claim=True)
    place.helmfile(wait=True, timeout=120)
    place.commit("Wait for a claim")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        person.confirms("Apply web", "Apply")
        until("helm waits", lambda: place.release() == (1, "pending-install"))
        (run,) = place.runs.records()
        title = f"Interrupt run {run.short_id}?"
        for keep_watching in ("enter", "esc"):
            terminal.press("ctrl-c")
            person.sees(f"─ {title}")
            person.sees("[▸Cancel ]")
            terminal.press("ctrl-c")  # a second one in a hurry quits no more than the first
            terminal.press(keep_watching)
            terminal.wait("the question to go", lambda text: title not in text)
            assert place.runs.record(run.id).state is RunState.RUNNING
        assert not place.journal("interrupted")
        terminal.press("q")
        person.sees("it goes on without the screen")
        terminal.press("esc")
        terminal.wait("the question to go", lambda text: "Leave?" not in text)

        terminal.press("ctrl-c")
        person.answers(title, "Interrupt")
        person.sees(f"run {run.short_id}  apply web ─ interrupted")
        person.sees("✖ apply web: interrupted, exit code 130")
        person.sees(f"✖ release {place.namespace}/web: revision 1 is failed")
        ended = json.loads((place.runs.root / run.id / run_files.ENDED).read_text())
        assert (ended["code"], ended["interrupts"], ended["killed"]) == (130, 1, False)
        assert place.release() == (1, "failed")
        assert [line["run"] for line in place.journal("interrupted")] == [run.id]

        terminal.press("ctrl-c")  # with nothing to interrupt it leaves
        assert terminal.wait_for_end() == 0
    until("the Lease is given back", lambda: not place.lease_holder())
