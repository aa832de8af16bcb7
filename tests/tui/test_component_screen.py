"""A component's own screen by keyboard: what it says, what it is made of, and what can be done from there."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from runners.layers import commands as c
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Key, Row
from runners.layers.kinds.pods import PODS
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.tui.rows import pod
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import WORLD, started, top
from tui.app import BedplateApp
from tui.screens.change import ChangeScreen
from tui.screens.component import ComponentScreen
from tui.screens.object import ObjectScreen
from tui.screens.run_log import RunLogScreen
from widgets.facts import FactsPane
from widgets.hints import HintBar
from widgets.lines import PartsLine
from widgets.log import LogPane
from widgets.table import LiveTable
from widgets.tabs import TabStrip

pytestmark = pytest.mark.anyio


async def opened(app: BedplateApp, pilot: Pilot[None], *keys: str) -> ComponentScreen:
    await started(app, pilot)
    await pilot.press(*keys, "enter")
    while app.screen.focused is None:
        await pilot.pause()
    screen = top(app)
    assert isinstance(screen, ComponentScreen)
    return screen


def lit(screen: ComponentScreen) -> dict[str, bool]:
    return {hint.key: hint.enabled for group in screen.query_one(HintBar).groups for hint in group}


async def test_it_follows_the_cluster(session: StillSession) -> None:
    session.fill([*WORLD, pod("longhorn-manager-1"), pod("elsewhere", "apps")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        facts, table = screen.query_one(FactsPane), screen.query_one(LiveTable)
        assert facts.text.startswith("● healthy")
        assert table.counts == (8, 8)
        await pilot.press("right")
        assert [table.row is not None and table.row.name, table.counts] == ["longhorn-manager-1", (1, 1)]
        session.fill([*w.without(WORLD, "longhorn-manager"), pod("longhorn-manager-1"), pod("longhorn-manager-2")])
        while table.counts != (2, 2) or Verdict.FAILED.value not in facts.text:
            await pilot.pause()
        assert "✖ DaemonSet longhorn-manager: is missing, although its release is deployed" in facts.text
        assert "→ repair longhorn" in facts.text
        counts = {tab.id: tab.count for tab in screen.query_one(TabStrip).tabs}
        assert counts == {"workloads": 7, "pods": 2, "claims": 0, "releases": 1, "events": 0, "runs": 0}
        await pilot.press("escape")
        assert top(app) is app.overview


async def test_a_denial_never_looks_like_emptiness(session: StillSession) -> None:
    session.fill(WORLD, {"pods": Freshness(Reach.FORBIDDEN, w.NOW, "list pods")})
    app = BedplateApp(session, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("2")
        assert screen.query_one(LiveTable).freshness.words(w.NOW) == "forbidden: list pods"
        assert {tab.id: tab.count for tab in screen.query_one(TabStrip).tabs}["pods"] is None


async def test_what_changes_while_it_is_left_finds_nothing_to_change(session: StillSession) -> None:
    session.fill([*WORLD, pod("longhorn-manager-1")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        screen.action_back()
        found = pod("longhorn-manager-2")
        changes: Iterator[dict[Key, Row | None]] = itertools.cycle(({found.key: found}, {found.key: None}))
        while screen.is_running:
            session.store.apply(PODS, next(changes))
            await asyncio.sleep(0)
        assert top(app) is app.overview


async def test_its_commands_act_from_there(session: StillSession) -> None:
    session.options = replace(session.options, read_only=True)
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "down")
        assert screen.targets() == {c.Scope.FOUNDATION: c.Target(component="minio")}
        assert (lit(screen)["i"], lit(screen)["a"], lit(screen)["f"]) == (True, False, False)
        await pilot.press("tab", "a")
        assert isinstance(top(app), ChangeScreen)
        await pilot.press("escape")
        assert top(app) is screen


async def test_of_gitops_the_flux_object_is_what_commands_act_on(session: StillSession) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot, "tab", "down")
        target = screen.targets()[c.Scope.FLUX_ROW]
        assert (target.kind, target.name, target.suspended) == ("HelmRelease", "metallb", True)
        assert (lit(screen)["r"], lit(screen)["s"]) == (True, False)
        table = screen.query_one(LiveTable)
        assert table.row is not None
        assert table.row.name == "metallb"


async def test_enter_opens_rows_and_logs_of_runs(session: StillSession) -> None:
    session.fill([*WORLD, pod("longhorn-manager-1")])
    for run_id, title in (("20270115-080000-7f3a", "apply longhorn"), ("20270115-080100-9b1c", "apply minio")):
        folder = session.runs.root / run_id
        folder.mkdir()
        words = {"title": title, "argv": ["x"], "started": w.NOW - 60, "cluster": session.cluster_words}
        (folder / "request.json").write_text(json.dumps(words))
        (folder / "ended.json").write_text(json.dumps({"ended": w.NOW - 30, "code": 0}))
        (folder / "concluded.json").write_text('{"findings": [{"subject": "r", "severity": "OK", "text": "as shown"}]}')
        (folder / "log").write_text("Upgrading\n")
    session.changed()
    session.renew()
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press("2", "enter")
        assert isinstance(top(app), ObjectScreen)
        await pilot.press("escape", "6")
        assert screen.query_one(LiveTable).counts == (1, 1)
        await pilot.press("enter")
        assert isinstance(top(app), RunLogScreen)
        pane = top(app).query_one(LogPane)
        while "as shown" not in pane.text:
            await pilot.pause()
        assert pane.text == "Upgrading\n\n✔ r: as shown\n"
        assert "apply longhorn" in pane.heading
        await pilot.press("escape")
        assert top(app) is screen


async def test_nothing_is_cut_where_there_is_little_room(session: StillSession) -> None:
    session.fill(
        [*w.without(WORLD, "longhorn-manager"), *(w.longhorn_volume(f"pvc-{at}", "faulted") for at in range(9))]
    )
    app = BedplateApp(session, clock)
    async with app.run_test(size=(40, 10)) as pilot:
        screen = await opened(app, pilot)
        facts = screen.query_one(FactsPane)
        assert facts.has_focus
        assert facts.size.height > 4
        seen: set[str] = set()
        for _step in range(12):
            lines = (line for line in facts.visible_lines(34, 4) if isinstance(line, PartsLine))
            seen |= {"".join(part for _ink, part in line.parts) for line in lines}
            await pilot.press("pagedown")
        said = " ".join(" ".join(seen).split())
        assert all(f"pvc-{at}" in said for at in range(9))
        await pilot.press("tab")
        assert screen.query_one(LiveTable).has_focus
        assert screen.query_one(LiveTable).size.height > 3


async def test_enter_on_a_reason_opens_the_object_that_it_is_about(session: StillSession) -> None:
    session.fill(
        [*w.without(WORLD, "longhorn-manager"), w.workload("daemonsets", "longhorn-system", "longhorn-manager", 1, 3)]
    )
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        screen.query_one(FactsPane).focus()
        await pilot.press("enter")
        while not isinstance(app.screen, ObjectScreen):
            await pilot.pause()
        assert "DaemonSet longhorn-system/longhorn-manager" in str(app.screen.pane.border_title)
