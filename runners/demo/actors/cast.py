"""All actors of one cluster, started and stopped together."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from runners.demo.actors.base import Actor


class Cast:
    """Actors that play together; a context manager."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        """Takes the actors; starts none."""
        self.actors = tuple(actors)

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
        for actor in self.actors:
            actor.start()

    def stop(self) -> None:
        """Stops every actor, and returns when none acts any more."""
        for actor in reversed(self.actors):
            actor.stop()

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps actors from acting now, one line each."""
        return tuple(f"{actor.name}: {actor.trouble}" for actor in self.actors if actor.trouble)
