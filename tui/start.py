"""Opens the screen: its outlines at once, and then the program."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.first_frame import first_frame, keys_held

if TYPE_CHECKING:
    from runners.layers.picture import Picture
    from runners.session import Session
    from tui.app import FirstScreen


def open_screen(
    make: Callable[[], Session],
    guide: Callable[[Picture], str] | None = None,
    *,
    label: str = "",
    first: FirstScreen | None = None,
) -> int:
    """Opens the terminal program on a session and returns its exit code.

    Args:
        make: makes the session; it is called when the outlines are on the screen.
        guide: says what to look at next, for those who are led.
        label: ``DEMO`` where it is one.
        first: makes what lies on the overview at first.

    Raises:
        runners.layers.unusable.UnusableError: there is no such session; the terminal is as it was.
    """
    # A collection in the middle of the start costs more than the garbage; the app turns it on again.
    gc.disable()
    # Textual reads this when it is imported: at 60 a key's answer waits up to 17 ms for its frame.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    # A shell that exports them says how large the terminal was at some moment, and screens would be drawn for that.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    with keys_held(interrupts=True):
        with first_frame(os.environ, label):
            session = make()
            from tui.app import BedplateApp

            app = BedplateApp(session, guide=guide, first=first)
        # An interrupt in the middle of Textual's own start would be swallowed; as a key it waits for the app.
        with keys_held(interrupts=False):
            app.run()
    return app.return_code or 0
