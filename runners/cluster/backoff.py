"""How long to wait before the next try: longer each time, with chance in it, so that many watches don't try as one."""

from __future__ import annotations

import random


class Backoff:
    """Delays that double up to a limit; each is cut by chance to between half and all of it."""

    def __init__(self, first: float = 0.25, most: float = 10.0) -> None:
        """Takes the first and the longest delay in seconds."""
        self._first = first
        self._most = most
        self._next = first

    def next(self) -> float:
        """The seconds to wait now."""
        delay, self._next = self._next, min(self._most, self._next * 2)
        return delay * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Starts over: what was tried has worked for a while."""
        self._next = self._first
