"""The line on the overview and the screen behind it: as pictures, and what its keys do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from runners.layers.settings import KeySource
from runners.layers.survival.checkout import Checkout
from runners.layers.survival.judge import SheetFile, Surroundings
from runners.layers.survival.keys import KeyState
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import started
from tests.tui.test_screen_pictures import Compare
from tests.widgets.fixtures import until
from tui.app import BedplateApp
from tui.screens.object import ObjectScreen
from tui.screens.survival import SurvivalScreen
from widgets.facts import FactsPane
from widgets.remark import Remark
from widgets.table import LiveTable

pytestmark = pytest.mark.anyio

KEY = KeySource("flux-system/sops-age", "keys/age.sops.yaml", "", "flux")
AROUND = Surroundings(
    Checkout("3d2789eb", "main", "origin/main", ahead=2, changed=("longhorn/longhorn-values.yaml",)),
    (KeyState(KEY, source=False, in_cluster=True),),
    SheetFile("~/home.survival.yaml", written=w.NOW - 9 * 86_400),
)


@pytest.fixture
def losing(session: StillSession) -> StillSession:
    session.outlook.known = AROUND
    session.fill([*w.longhorn_world(), *s.world()])
    return session


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=lambda size: str(size[0]))
def test_survival(size: tuple[int, int], losing: StillSession, snap_compare: Compare) -> None:
    app = BedplateApp(losing, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        await pilot.press("v")
        await until(lambda: isinstance(app.screen, SurvivalScreen) and app.focused is not None)

    assert snap_compare(app, terminal_size=size, run_before=run_before)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=lambda size: str(size[0]))
def test_overview_says_what_would_return(size: tuple[int, int], losing: StillSession, snap_compare: Compare) -> None:
    app = BedplateApp(losing, clock)
    assert snap_compare(app, terminal_size=size, run_before=lambda pilot: started(app, pilot))


async def test_the_line_follows_the_backups(losing: StillSession) -> None:
    app = BedplateApp(losing, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        remark = app.screen.query_one(Remark)
        assert str(remark.render()) == "if it died now: 2 of 5 claims return, oldest loss 26 h · 3 would not"
        losing.fill([*w.longhorn_world(), s.target(), *s.whole("photos", 1)])
        app.overview.show_picture(losing.picture)
        assert str(remark.render()) == "if it died now: 1 of 1 claim returns, oldest loss 60 min"
        losing.fill(w.longhorn_world())
        app.overview.show_picture(losing.picture)
        await pilot.pause()
        assert not remark.display


async def test_claims_open_and_the_screen_follows(losing: StillSession) -> None:
    app = BedplateApp(losing, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("colon", *"survival", "enter")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, SurvivalScreen)
        table = screen.query_one(LiveTable)
        assert table.counts == (6, 6)
        assert table.row is not None
        assert table.row.name == "cache"
        await pilot.press("enter")
        assert isinstance(app.screen, ObjectScreen)
        await pilot.press("escape")
        losing.outlook.known = replace(AROUND, keys=())
        losing.fill([*w.longhorn_world(), s.target(), *s.whole("photos", 1)])
        app._show_picture()
        await pilot.pause()
        assert table.counts == (1, 1)
        assert "sops-age" not in screen.query_one(FactsPane).text
        await pilot.press("v")
        assert not isinstance(app.screen, SurvivalScreen)
