"""What a recovery would miss, before it is rehearsed: the list, its label, and enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from textual.pilot import Pilot

from runners.layers.findings import Finding, Severity
from runners.options import Rehearsing
from tests.layers import worlds as w
from tests.tui.still_session import StillSession, clock
from tests.widgets.fixtures import until
from tui.app import BedplateApp
from tui.screens.rehearsal import RehearsalScreen
from tui.screens.walkthrough import WalkthroughScreen
from widgets.header import Header

pytestmark = pytest.mark.anyio

MISSING = (
    Finding(
        "longhorn",
        Severity.BLOCKER,
        "longhorn/helmfile.yaml asks for 1.13, and the sheet is of 1.12: backups of the system return in 1.12 only",
        "have 1.12 at hand: a commit or a branch that asks for it",
    ),
    Finding("claim photos/cache", Severity.WARNING, "would not return: no backup", "back its volume up"),
    Finding("charts", Severity.NOTE, "can't be rendered here (they come over the network): longhorn/longhorn 1.12.1"),
)


@pytest.fixture
def rehearsing(session: StillSession) -> BedplateApp:
    session.fill(w.longhorn_world())
    session.options = replace(session.options, demo=True, rehearsing=Rehearsing(lambda _progress: None))
    return BedplateApp(session, clock, first=partial(RehearsalScreen, MISSING, clock=clock))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120", "80"])
def test_missing(size: tuple[int, int], rehearsing: BedplateApp, snap_compare: Callable[..., bool]) -> None:
    async def shown(_pilot: Pilot[None]) -> None:
        await until(lambda: rehearsing.screen.query_one(Header).facts.identity is not None)

    assert snap_compare(rehearsing, terminal_size=size, run_before=shown)


async def test_enter_goes_on_to_the_walkthrough_and_esc_comes_back(rehearsing: BedplateApp) -> None:
    async with rehearsing.run_test(size=(120, 36)) as pilot:
        await until(lambda: isinstance(rehearsing.screen, RehearsalScreen))
        await pilot.press("enter")
        await until(lambda: isinstance(rehearsing.screen, WalkthroughScreen))
        await pilot.press("escape")
        await until(lambda: isinstance(rehearsing.screen, RehearsalScreen))
