"""A human pace: pauses between what a stand-in does, long enough to be watched, which an interrupt ends at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

PACE = "BEDPLATE_DEMO_PACE"
"""The variable with the factor of every pause: 1 is the pace of the real tools, 0 is none."""

Pause = Callable[[float], None]
"""Waits for so many seconds of the real tool's."""


class Interrupted(Exception):  # noqa: N818  it says what is the case
    """A SIGINT came, and this is a moment at which work can stop."""


def no_pause(seconds: float) -> None:
    """For those who nobody watches."""


class Pace:
    """Pauses by the environment's factor. A SIGINT that comes while something is written counts at the next pause."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Takes the environment that names the factor."""
        try:
            self._factor = float((os.environ if environ is None else environ).get(PACE, "1"))
        except ValueError:
            self._factor = 1.0
        self._pausing = False
        self._interrupted = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Has SIGINT end the pauses instead of the process, inside."""
        before = signal.signal(signal.SIGINT, self._came)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def pause(self, seconds: float) -> None:
        """Waits.

        Raises:
            Interrupted: a SIGINT came before or meanwhile.
        """
        self._pausing = True
        try:
            if self._interrupted:
                raise Interrupted
            time.sleep(max(seconds * self._factor, 0.0))
        finally:
            self._pausing = self._interrupted = False

    def _came(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = True
        if self._pausing:
            raise Interrupted
