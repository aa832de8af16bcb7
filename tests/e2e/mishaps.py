"""What goes wrong in the middle of a walkthrough: the program is killed, at a moment that the dice choose."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.e2e.terminal import Terminal

_LOOKS_EVERY = 0.02


class Killing:
    """SIGKILL to the program alone, so many seconds after something has come about; a context manager.

    with Killing(terminal, lambda: len(desk.runs.records()) == 2, 1.5), pytest.raises(EndedError):
        walker.walks()
    """

    def __init__(self, terminal: Terminal, once: Callable[[], bool], seconds: float) -> None:
        """Takes whom it hits, what has to come about, and how long after that it is."""
        self._terminal = terminal
        self._once = once
        self._seconds = seconds
        self._off = threading.Event()
        self._thread = threading.Thread(target=self._lie_in_wait, name="killing", daemon=True)

    def __enter__(self) -> Self:
        """Lies in wait."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lies in wait no longer."""
        self._off.set()
        self._thread.join()

    def _lie_in_wait(self) -> None:
        while not self._once():
            if self._off.wait(_LOOKS_EVERY):
                return
        if not self._off.wait(self._seconds):
            os.kill(self._terminal.pid, signal.SIGKILL)


def dice() -> random.Random:
    """Whatever a test leaves to chance; it prints its seed, and ``BEDPLATE_SEED`` repeats a throw."""
    seed = os.environ.get("BEDPLATE_SEED") or str(random.SystemRandom().randrange(10**6))
    print(f"BEDPLATE_SEED={seed}")
    return random.Random(seed)
