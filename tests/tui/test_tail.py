"""The log of a run that is followed, where nothing of the run is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runners.layers.runs import RunRecord, RunState
from runners.tools.runs import Runs
from tests.layers.worlds import NOW
from tests.widgets.fixtures import Stage
from tui.bridge import Bridge
from tui.tail import GONE, RunTail
from widgets.log import LogPane

pytestmark = pytest.mark.anyio
RUN = RunRecord("20270115-080000-7f3a", "apply longhorn", ("helmfile",), "/", "", NOW - 60, RunState.RUNNING)


@pytest.mark.parametrize(
    ("run", "title"),
    [
        (RUN, "lost: nobody saw how it ended"),
        (replace(RUN, state=RunState.SUCCEEDED, ended=NOW - 30, exit_code=0), "apply longhorn ─ succeeded"),
    ],
)
async def test_a_run_whose_folder_is_gone_says_so_in_a_line(tmp_path: Path, run: RunRecord, title: str) -> None:
    told: list[RunRecord] = []
    pane = LogPane()
    app = Stage(pane)
    async with app.run_test(size=(60, 8)) as pilot:
        bridge = Bridge(lambda: True)
        tail = RunTail(Runs(tmp_path / "runs"), bridge, pane, told.append, lambda: NOW)
        tail.follow(run)
        while not pane.text:
            await pilot.pause()
        bridge.close()
    assert pane.text == f"{GONE}\n"
    assert title in pane.heading
    assert told == []
