"""What every screen has: the word DEMO in a demo, and a calm word where there is no room."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

import pytest
from textual.geometry import Size
from textual.screen import Screen

import tui.screens
from runners.layers.picture import Picture
from runners.layers.runs import RunRecord, RunState
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.tui.rows import pod
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import WORLD, started, top
from tui.app import BedplateApp
from tui.screens.component import ComponentScreen
from tui.screens.ground import Ground
from tui.screens.question import QuestionScreen
from widgets.confirm import Confirm
from widgets.guide import Guide
from widgets.table import LiveTable
from widgets.too_small import TooSmall

pytestmark = pytest.mark.anyio

RUNNING = RunRecord("20270115-080000-7f3a", "apply longhorn", (), "/", "", w.NOW - 42, RunState.RUNNING)
OTHER = replace(RUNNING, id="20270115-080100-9b1c", title="apply minio", started=w.NOW - 20)


def test_every_screen_stands_on_it() -> None:
    modules = [
        importlib.import_module(f"tui.screens.{found.name}") for found in pkgutil.iter_modules(tui.screens.__path__)
    ]
    made = {
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Screen) and found.__module__.startswith("tui.")
    }
    assert len(made) > 10
    assert not [found for found in made if not issubclass(found, Ground)]


def first_line(app: BedplateApp) -> str:
    """What stands on the first line of the terminal."""
    return "".join(segment.text for segment in app.screen._compositor.render_strips(Size(app.size.width, 1))[0])


@pytest.mark.long
@pytest.mark.parametrize(("demo", "size"), [(True, (40, 10)), (False, (80, 24))])
async def test_the_word_demo_is_on_every_screen_of_one_and_on_no_other(
    session: StillSession, demo: bool, size: tuple[int, int]
) -> None:
    session.options = replace(session.options, demo=demo)
    session.fill([*WORLD, pod("one")])
    session.seen_runs = replace(session.seen_runs, running=(RUNNING,))
    app = BedplateApp(session, clock)
    async with app.run_test(size=size) as pilot:
        await started(app, pilot)
        ways = ((), ("question_mark",), ("ctrl+c",), ("a",), ("i",), ("enter",), ("1", "enter"), ("1", "l"))
        for keys in ways:
            await pilot.press(*keys)
            await pilot.pause()
            assert (top(app) is app.overview) is not bool(keys)
            assert ("DEMO" in first_line(app)) is demo, f"after {keys}"
            await pilot.press("escape", "escape")
            assert top(app) is app.overview


async def test_a_guide_speaks_when_it_has_something_to_say(session: StillSession) -> None:
    session.fill([w.node("node-1")])

    def words(seen: Picture) -> str:
        longhorn = seen.component("longhorn")
        return (
            "" if longhorn is None or longhorn.verdict is Verdict.HEALTHY else f"longhorn is {longhorn.verdict.value}"
        )

    app = BedplateApp(session, clock, words)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        guide = app.overview.query_one(Guide)
        assert (guide.text, guide.display) == ("longhorn is absent", True)
        session.fill(WORLD)
        while guide.text:
            await pilot.pause()
        assert not guide.display


@pytest.mark.long
async def test_a_terminal_may_change_its_size_at_any_time(session: StillSession) -> None:
    session.fill([*WORLD, pod("one")])
    session.seen_runs = replace(session.seen_runs, running=(RUNNING,))
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        for keys in ((), ("1",), ("enter",), ("escape", "ctrl+c")):
            await pilot.press(*keys)
            focused = app.screen.focused
            for size in ((20, 5), (40, 10), (1, 1), (80, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert app.screen.query_one(TooSmall).display is (size[0] < 36 or size[1] < 8)
            assert app.screen.focused is focused
        await pilot.press("escape")


def seen(app: BedplateApp, name: str) -> bool:
    """Is any of a pane on the terminal?"""
    return app.screen.find_widget(app.screen.query_one(f"#{name}")).visible_region.area > 0


async def test_where_there_is_little_room_the_pane_with_the_focus_has_it(session: StillSession) -> None:
    session.fill([*WORLD, pod("one")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(40, 10)) as pilot:
        await started(app, pilot)
        ids = ("foundation", "gitops", "table")
        for shown in (*ids, "foundation"):
            while app.screen.focused is None or app.screen.focused.id != shown:
                await pilot.press("tab")
            await pilot.pause()
            high = {name for name in ids if seen(app, name)}
            assert high == {shown}
            assert app.overview.query_one(f"#{shown}").size.height >= 4


async def test_an_interrupt_means_the_run_under_the_cursor(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.fill(WORLD)
    for run in (RUNNING, OTHER):
        (session.runs.root / run.id).mkdir()
    monkeypatch.setattr(
        session.runs,
        "records",
        lambda: (replace(OTHER, cluster=session.cluster_words), replace(RUNNING, cluster=session.cluster_words)),
    )
    session.changed()
    session.renew()
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        for keys, title in ((("8",), "apply minio"), (("down",), "apply longhorn")):
            await pilot.press(*keys, "ctrl+c")
            screen = top(app)
            assert isinstance(screen, QuestionScreen)
            assert title in str(screen.query_one(Confirm).dialog.rows)
            await pilot.press("escape")
        assert app.overview.query_one(LiveTable).has_focus
        longhorn = session.picture.component("longhorn")
        assert longhorn is not None
        app.push_screen(ComponentScreen(session, longhorn, app.overview.header, clock))
        app.action_interrupt()  # a key may come before a screen has its widgets
        await pilot.pause()
        assert isinstance(top(app), QuestionScreen)
