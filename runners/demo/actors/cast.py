"""All actors of one cluster, started and stopped together: a thread for each, or one for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from runners.demo.actors.base import Actor

_BEAT = 0.05
"""Seconds between two glances at whether anything has changed."""
_HURRY = 0.005
"""The same where everything is to happen at once."""
_SHARE = 3
"""How many times as long as a round has worked is waited before the next one: the play leaves the machine to others."""


class Cast:
    """Actors that play together; a context manager."""

    def __init__(self, actors: Sequence[Actor], *, changes: Callable[[], int] | None = None) -> None:
        """Takes the actors; starts none.

        ``changes`` is a number that moves with every write to the server. With it the actors take turns in one thread,
        and look only when something changed or one of them waited for this time.
        """
        self.actors = tuple(actors)
        self._changes = changes
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Starts every actor."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops every actor."""
        self.stop()

    def start(self) -> None:
        """Starts every actor."""
        if self._changes is None:
            for actor in self.actors:
                actor.start()
            return
        self._stop.clear()
        for actor in self.actors:
            actor.open()
        self._thread = threading.Thread(target=self._run, args=(self._changes,), name="actors", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops every actor, and returns when none acts any more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        for actor in reversed(self.actors):
            actor.stop()

    def set_pace(self, pace: float) -> None:
        """From now on, all that only takes time to be seen takes this factor of it; 0 is no time at all."""
        for actor in self.actors:
            actor.delays.pace = pace

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps actors from acting now, one line each."""
        return tuple(f"{actor.name}: {actor.trouble}" for actor in self.actors if actor.trouble)

    def _run(self, changes: Callable[[], int]) -> None:
        seen, rest = -1, _BEAT
        while not self._stop.wait(rest):
            # Read before anyone looks: what the actors themselves write is looked at in the next round.
            seen, before, begun = changes(), seen, time.thread_time()
            for actor in self.actors:
                if seen != before or actor.delays.due:
                    actor.look()
            # Where nobody watches, there is nothing to leave the machine to.
            watched = min(1.0, max(actor.delays.pace for actor in self.actors))
            rest = max(_BEAT, (time.thread_time() - begun) * _SHARE) * watched or _HURRY
