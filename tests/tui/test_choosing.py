"""A question whose answers have no room: they scroll, and the keys stay in view."""

from __future__ import annotations

import pytest

from runners.layers.walkthroughs.steps import Option
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import started
from tests.widgets.fixtures import screen_text, until
from tui.app import BedplateApp
from tui.screens.choosing import ChoosingScreen, SelectingScreen

pytestmark = pytest.mark.anyio

NAMES = ("first", "second", "third", "fourth")
WHY = "Whatever isn't restored now is created empty by what is installed next, and stays empty. " * 2
KEYS = "goes back"


def answer(name: str) -> Option:
    """One of five lines, the last of which ends with a word of its own."""
    return Option(name, name, f"{'what follows from that answer ' * 6}{name}-ends")


def shows(app: BedplateApp, *words: str) -> bool:
    text = "\n".join(screen_text(app))
    return all(each in text for each in words)


@pytest.mark.parametrize("size", [(80, 24), (64, 17)], ids=str)
async def test_what_is_marked_is_in_view_and_so_are_the_keys(size: tuple[int, int], session: StillSession) -> None:
    app = BedplateApp(session, clock)
    async with app.run_test(size=size) as pilot:
        await started(app, pilot)
        app.add_class("-demo")  # which takes a line for its banner
        app.push_screen(ChoosingScreen("What is restored", WHY, [*map(answer, NAMES)], marked=3))
        await until(lambda: shows(app, " DEMO ", "▸ fourth", "fourth-ends", KEYS))
        for key, name in (("up", "third"), ("up", "second"), ("up", "first"), ("end", "fourth")):
            await pilot.press(key)
            await until(lambda name=name: shows(app, f"▸ {name}", f"{name}-ends", KEYS))  # type: ignore[misc]
        await pilot.press("escape")
        app.push_screen(SelectingScreen("volumes", [Option(f"apps/c{at}", f"apps/c{at}") for at in range(40)]))
        await until(lambda: shows(app, "▸ [x] apps/c0", KEYS))
        await pilot.press("end")
        await until(lambda: shows(app, "▸ [x] apps/c39", KEYS))
