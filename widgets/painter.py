"""Merging of changes: the first after a quiet moment is painted at once, what follows together, once a frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import Context, copy_context

FRAME = 1 / 60
"""Seconds between two paintings while changes keep coming."""


class Painter:
    """Calls ``paint`` soon after each ``ask``, never more often than once a frame."""

    def __init__(
        self, paint: Callable[[], None], *, frame: float = FRAME, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._paint = paint
        self._frame = frame
        self._clock = clock
        self._painted = -frame
        self._pending: asyncio.TimerHandle | None = None
        self._context: Context | None = None

    def start(self) -> None:
        """Begins to paint; called where the widget's own context is current, since a callback of another has none."""
        self._context = copy_context()

    def stop(self) -> None:
        """Paints no more."""
        self._context = None
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def ask(self) -> None:
        """Something changed."""
        if self._context is None or self._pending is not None:
            return
        wait = self._painted + self._frame - self._clock()
        if wait <= 0:
            self._now()
        else:
            self._pending = asyncio.get_running_loop().call_later(wait, self._now, context=self._context)

    def _now(self) -> None:
        self._pending = None
        self._painted = self._clock()
        self._paint()
