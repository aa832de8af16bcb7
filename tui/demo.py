"""``bedplate demo``: the same program on a cluster, a repository and tools that are played."""

from __future__ import annotations

import os
import sys
from functools import partial

from runners.demo.guide import guide
from runners.demo.launch import Demo, DemoError
from runners.demo.place import Place
from runners.demo.tools.pace import PACE
from runners.session import Session
from tui.check import check
from tui.sessions import make_session
from tui.start import open_screen

_FAILED = 1


def show_demo(scenario: str, *, read_only: bool, on_a_screen: bool) -> int:
    """Sets a scenario up, and shows it on a screen, or prints what ``bedplate check`` says of it.

    Whatever it needs is its own and gone afterwards; $BEDPLATE_DEMO_PACE is a factor for how long things take.
    """
    try:
        with Demo(scenario, pace()) as place:
            make = partial(_session, place, read_only=read_only)
            if not on_a_screen:
                return check(make(), as_json=False, wait=0.0)
            return open_screen(make, partial(guide, scenario), label="DEMO")
    except DemoError as error:
        print(f"bedplate: {error}", file=sys.stderr)
        return _FAILED


def _session(place: Place, *, read_only: bool) -> Session:
    return make_session(
        place.environ(), place.repository, place.kubeconfig, context=None, read_only=read_only, demo=True
    )


def pace() -> float:
    """How long things take that only take time to be seen, as a factor; $BEDPLATE_DEMO_PACE says it."""
    try:
        return max(0.0, float(os.environ.get(PACE, "1")))
    except ValueError:
        return 1.0
