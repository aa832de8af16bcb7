"""Waiting for a condition in tests on a rig."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(what: str, condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Returns as soon as a condition holds.

    Raises:
        AssertionError: it doesn't in time; the text says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)
