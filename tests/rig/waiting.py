"""Waiting for a condition in tests on a rig."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self


def until(what: str, condition: Callable[[], object], *, seconds: float = 180) -> None:
    """Returns as soon as a condition holds.

    Raises:
        AssertionError: it doesn't in time; the text says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)


class Lurker:
    """Does something in the background, some seconds after a condition came to hold; on leaving, no longer."""

    def __init__(
        self, name: str, once: Callable[[], object], deed: Callable[[], object], *, every: float, after: float = 0.0
    ) -> None:
        """Takes what is waited for and how often that is looked at, and what is done how long after it."""
        self._once, self._deed = once, deed
        self._every, self._after = every, after
        self._off = threading.Event()
        self._thread = threading.Thread(target=self._lie_in_wait, name=name, daemon=True)

    def __enter__(self) -> Self:
        """Begins to wait."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits no longer."""
        self._off.set()
        self._thread.join()

    def _lie_in_wait(self) -> None:
        while not self._once():
            if self._off.wait(self._every):
                return
        if not self._off.wait(self._after):
            self._deed()
