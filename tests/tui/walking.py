"""What the tests of walkthroughs share: one that is open, and knows what was decided."""

from __future__ import annotations

from textual.pilot import Pilot

from tui.app import BedplateApp
from tui.screens.walkthrough import WalkthroughScreen
from widgets.steps import StepsPane


async def read(app: BedplateApp, pilot: Pilot[None]) -> WalkthroughScreen:
    """Waits until the walkthrough is on the screen, has read what happened on it, and says how long it has taken."""
    while not (isinstance(app.screen, WalkthroughScreen) and app.screen.focused is not None):
        await pilot.pause()
    screen = app.screen

    def is_read() -> bool:
        said = str(screen.query_one(StepsPane).border_subtitle)
        return "so far" in said and "can't tell" not in said

    while not is_read():
        await pilot.pause()
    return screen
