"""The graph's screen by keyboard: both trees, the root cause first, followed live, and what Enter opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from runners.layers.kinds.base import Row
from tests.layers import worlds as w
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import started, top
from tui.app import BedplateApp
from tui.screens.component import ComponentScreen
from tui.screens.graph import GraphScreen
from tui.screens.object import ObjectScreen
from widgets.table import LiveTable

pytestmark = pytest.mark.anyio

Compare = Callable[..., bool]


def kustomization(name: str, *needs: str, **more: Any) -> Row:
    depends_on = tuple(f"Kustomization/flux-system/{need}" for need in needs)
    return w.flux_object("Kustomization", name, depends_on=depends_on, **more)


def world(ready: str = "True", reason: str = "Succeeded") -> list[Row]:
    waits: dict[str, Any] = {"ready": "False", "reason": "DependencyNotReady"} if ready != "True" else {}
    return [
        *w.longhorn_world(),
        *w.minio_world(),
        w.workload("deployments", "flux-system", "kustomize-controller"),
        w.flux_object("GitRepository", "flux-system"),
        kustomization("flux-system"),
        kustomization("metallb", ready=ready, reason=reason),
        *w.metallb_world(),
        kustomization("cert-manager", "metallb", **waits),
        w.workload("deployments", "cert-manager", "cert-manager-webhook"),
        kustomization("apps", "cert-manager", "metallb", **waits),
        w.claim("monitoring", "metrics"),
        kustomization("monitoring", "apps", **waits),
    ]


async def traced(app: BedplateApp, pilot: Pilot[None], *keys: str) -> GraphScreen:
    await started(app, pilot)
    await pilot.press(*keys)
    while not isinstance(top(app), GraphScreen) or top(app).focused is None:
        await pilot.pause()
    screen = top(app)
    assert isinstance(screen, GraphScreen)
    return screen


def graph(app: BedplateApp) -> GraphScreen:
    screen = top(app)
    assert isinstance(screen, GraphScreen)
    return screen


def lines(screen: GraphScreen) -> list[str]:
    return [row.label for row in screen._shown.values()]


async def test_it_follows_the_cluster_and_opens_what_is_under_the_cursor(session: StillSession) -> None:
    session.fill(world())
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await traced(app, pilot, "t")
        assert lines(screen) == [
            "longhorn waits for",
            "  nothing",
            "what waits for longhorn",
            "  ├─ minio",
            "  └─ monitoring",
        ]
        await pilot.press("down", "t")
        while lines(screen := graph(app))[0] != "monitoring waits for":
            await pilot.pause()
        session.fill(world("False", "BuildFailed"))
        while lines(screen)[:2] != ["root cause", "  metallb"]:
            await pilot.pause()
        await pilot.press("home", "down", "enter")
        assert isinstance(top(app), ComponentScreen)
        await pilot.press("escape")
        table = top(app).query_one(LiveTable)
        source = next(key for key, row in screen._shown.items() if "GitRepository" in row.label)
        table.select(source)
        await pilot.press("enter")
        assert isinstance(top(app), ObjectScreen)


async def test_it_begins_at_a_row_of_flux_and_nowhere_else(session: StillSession) -> None:
    session.fill(world())
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("tab", "tab", "t")
        assert top(app) is app.overview
        screen = await traced(app, pilot, "4", "t")
        assert lines(screen)[0].endswith("waits for")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120", "80"])
def test_graph(snap_compare: Compare, session: StillSession, size: tuple[int, int]) -> None:
    session.fill(world("False", "BuildFailed"))
    app = BedplateApp(session, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await traced(app, pilot, "tab", *["down"] * 4, "t")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)
