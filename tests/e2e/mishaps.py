"""What goes wrong in the middle of a walkthrough: the program is killed, at a moment that the dice choose."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable

from tests.e2e.terminal import Terminal
from tests.rig.waiting import Lurker

_LOOKS_EVERY = 0.02


class Killing(Lurker):
    """SIGKILL to the program alone, so many seconds after something has come about; a context manager.

    with Killing(terminal, lambda: len(desk.runs.records()) == 2, 1.5), pytest.raises(EndedError):
        walker.walks()
    """

    def __init__(self, terminal: Terminal, once: Callable[[], bool], seconds: float) -> None:
        """Takes whom it hits, what has to come about, and how long after that it is."""
        self._terminal = terminal
        super().__init__("killing", once, self._kill, every=_LOOKS_EVERY, after=seconds)

    def _kill(self) -> None:
        os.kill(self._terminal.pid, signal.SIGKILL)


def dice() -> random.Random:
    """Whatever a test leaves to chance; it prints its seed, and ``BEDPLATE_SEED`` repeats a throw."""
    seed = os.environ.get("BEDPLATE_SEED") or str(random.SystemRandom().randrange(10**6))
    print(f"BEDPLATE_SEED={seed}")
    return random.Random(seed)
