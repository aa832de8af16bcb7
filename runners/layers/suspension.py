"""Who suspended a Flux object, and since when: no field of it says so, so everything that bears witness is joined.

The best witness is the journal of this machine, which names a person. What the server keeps of who wrote which field
names a tool, and a time that may be later than the deed: it moves with every other field that this tool writes. Where
both are silent there is the moment at which it was first seen so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from runners.layers.kinds.base import age

_SLACK = 120.0
"""Seconds by which the clocks of a machine and of a cluster may differ, and a tool be slow."""
_FROM_GIT = ("kustomize-controller", "helm-controller")
"""Field managers that only write what Git asks for."""


class Exactness(Enum):
    """How a time is to be read."""

    EXACT = ""
    OR_LONGER = " or longer"
    AT_THE_LONGEST = " at the longest"


@dataclass(frozen=True, slots=True)
class Suspension:
    """That something is suspended, by whom and since when, as far as that is known."""

    since: float
    """Seconds since the epoch."""
    exactness: Exactness = Exactness.EXACT
    by: str = ""
    """A person, or the tool that wrote it; empty where nobody knows."""

    @property
    def from_git(self) -> bool:
        """Git asks for it: whoever resumes it by hand has it suspended again."""
        return self.by in _FROM_GIT

    def words(self, now: float) -> str:
        """``is suspended, for 3h by ada@desk``."""
        who = " by Git" if self.from_git else f" by {self.by}" if self.by else ""
        return f"is suspended, for {age(now - self.since)}{self.exactness.value}{who}"


def joined(journalled: Suspension | None, managed: Suspension | None, seen: Suspension, worked: float) -> Suspension:
    """What is to be said of one object that is suspended.

    Args:
        journalled: what the journal of this machine says.
        managed: what the server keeps of who wrote the field.
        seen: since when this program has seen it suspended.
        worked: when its controller last did something, in seconds since the epoch; 0 when that can't be told.
    """
    if journalled is not None and (managed is None or managed.since <= journalled.since + _SLACK):
        return journalled
    if seen.exactness is Exactness.EXACT:
        return replace(seen, by=managed.by if managed is not None else "")
    if managed is not None:
        return managed
    return at_the_longest(worked) if worked else seen


def at_the_longest(worked: float) -> Suspension:
    """What is said of one whose controller did something last at that time."""
    return Suspension(worked, Exactness.AT_THE_LONGEST)
