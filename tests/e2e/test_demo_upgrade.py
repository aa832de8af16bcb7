"""An upgrade day in the demo, by keyboard alone: from the walkthrough's first step to its summary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runners.demo.actors import resources as res
from runners.layers.jsons import text
from tests.e2e.test_demo import SETTING_UP, Demo, Newcomer


def on_record(demo: Demo, event: str) -> list[dict[str, str]]:
    """The lines of one event in the demo's own journal."""
    (journal,) = demo.places[0].rglob("journal.jsonl")
    lines = (json.loads(line) for line in journal.read_text().splitlines())
    return [line for line in lines if line["event"] == event]


@pytest.mark.long
def test_longhorn_goes_one_minor_up(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "upgrade")
    with demo.terminal as terminal:
        person = Newcomer(terminal)
        person.is_led("longhorn 1.11 runs", seconds=SETTING_UP)
        terminal.press("w")
        person.sees("▸ Upgrade")
        terminal.press("enter")
        person.sees("step 1 of 8")
        terminal.press("enter")
        person.sees("type the word demo to go on")
        person.confirms_by_a_word("The right cluster", "demo")
        person.sees("step 5 of 8")
        person.sees("1.11.2 is installed, 1.12.1 is asked for")
        terminal.press("enter")
        person.confirms("Apply longhorn", "Apply")
        person.sees("step 8 of 8", seconds=90)
        person.sees("5 Longhorn volumes run engine v1.11.2")
        terminal.press("enter")
        person.confirms("Upgrade engines longhorn", "Upgrade engines")
        person.sees("all 8 steps over", seconds=60)
        person.sees("time to storage")
        proved = [line["step"].partition(":")[0] for line in on_record(demo, "proved")]
        assert {"apply", "settled", "storage", "engines"} <= set(proved)
        with demo.cluster() as cluster:
            images = {text(each, "status", "currentImage") for each in cluster.list(res.LONGHORN_VOLUMES)}
            assert {image.rpartition(":")[2] for image in images} == {"v1.12.1"}
        terminal.press("esc")
        person.sees_card("longhorn", "healthy")
        person.leaves(demo)
