"""What goes wrong in the middle of a walkthrough: the program is killed, and somebody else goes on."""

from __future__ import annotations

import os
import random
import signal
import threading
from types import TracebackType
from typing import Self

from tests.e2e.walker import Standing, Walker


class Killing:
    """SIGKILL to the program, so many seconds after a walker came to a step; a context manager.

    with Killing(walker, step=3, seconds=1.5), pytest.raises(EndedError):
        walker.walks()
    """

    def __init__(self, walker: Walker, *, step: int, seconds: float) -> None:
        """Takes who walks, and when it is to be."""
        self._walker = walker
        self._step = step
        self._timer = threading.Timer(seconds, self._kill)

    def __enter__(self) -> Self:
        """Lies in wait."""
        self._walker.on_step = self._look
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lies in wait no longer."""
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()

    def _look(self, at: Standing) -> None:
        if at.number >= self._step and self._timer.ident is None:
            self._timer.start()

    def _kill(self) -> None:
        os.kill(self._walker.terminal.pid, signal.SIGKILL)


def dice() -> random.Random:
    """Whatever a test leaves to chance; it prints its seed, and ``BEDPLATE_SEED`` repeats a throw."""
    seed = os.environ.get("BEDPLATE_SEED") or str(random.SystemRandom().randrange(10**6))
    print(f"BEDPLATE_SEED={seed}")
    return random.Random(seed)
