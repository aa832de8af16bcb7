"""How long things take on the stage: a person has to see them happen, and a test has not to wait for them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable


class Delays:
    """Remembers since when something is asked for, and when its actor has to look again for it.

    What isn't asked for any more in a whole look is forgotten.
    """

    def __init__(self, pace: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes a factor for all that only takes time to be seen (0: none at all), and a clock in seconds."""
        self.pace = pace
        """The factor; it may be changed while actors wait."""
        self._clock = clock
        self._since: dict[Hashable, float] = {}
        self._asked: set[Hashable] = set()
        self._due = math.inf

    @property
    def due(self) -> bool:
        """Has the time come to look again, whatever else happened?"""
        return self._clock() >= self._due

    @property
    def seconds_left(self) -> float:
        """Until it is due; infinite where nothing waits for time to pass."""
        return max(0.0, self._due - self._clock())

    def begin(self) -> None:
        """A look begins."""
        self._asked.clear()
        self._due = math.inf

    def end(self) -> None:
        """A look has ended well: what it didn't ask for is forgotten."""
        self._since = {key: since for key, since in self._since.items() if key in self._asked}

    def took(self, key: Hashable, seconds: float) -> bool:
        """Is it so many seconds, at the stage's pace, since this was first asked?"""
        return self.elapsed(key, seconds * self.pace)

    def elapsed(self, key: Hashable, seconds: float) -> bool:
        """Is it so many real seconds since this was first asked? The actor looks again when it is."""
        return self.age(key) >= seconds or self._wait(seconds - self.age(key))

    def age(self, key: Hashable) -> float:
        """Real seconds since this was first asked."""
        self._asked.add(key)
        return self._clock() - self._since.setdefault(key, self._clock())

    def restart(self, key: Hashable) -> None:
        """Counts from now on."""
        self._since[key] = self._clock()

    def look_again(self, seconds: float) -> None:
        """The actor looks again after so many seconds at the latest."""
        self._due = min(self._due, self._clock() + seconds)

    def _wait(self, seconds: float) -> bool:
        self.look_again(seconds)
        return False
