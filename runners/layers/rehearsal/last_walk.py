"""When recovery was walked last: rehearsed, or done for real, which is the best rehearsal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from runners.layers.folding import counted
from runners.layers.identity import Identity
from runners.layers.kinds.base import age
from runners.layers.rehearsal.record import STORAGE, Rehearsal, last_rehearsal


@dataclass(frozen=True)
class Recovered:
    """One time that somebody walked the recovery of a real cluster."""

    began: float
    """Seconds since the epoch."""
    cluster: str
    """Server and uid."""
    took: float
    """Seconds until the last thing that was done."""
    finished: bool
    """Every step was done or skipped."""
    milestones: Mapping[str, float] = field(default_factory=dict)
    """What was reached → seconds from the beginning."""
    skipped: int = 0
    """So many steps were left out."""

    @property
    def counts(self) -> bool:
        """Did it come as far as a rehearsal has to?"""
        return self.finished or STORAGE in self.milestones

    @property
    def words(self) -> str:
        """When it was, and how far it went: ``last done for real 2027-01-15: every step in 9m, storage after 3m``."""
        how = "last done" if self.finished else "last begun"
        how_far = "to its end" if self.skipped else "every step"
        far = [f"{how_far} in {age(self.took)}"] if self.finished else []
        reached = (f"{name} after {age(after)}" for name, after in self.milestones.items())
        words = f"{how} for real {day(self.began)}: {', '.join((*far, *reached))}"
        return f"{words}; {counted(self.skipped, 'step')} skipped" if self.skipped else words


@dataclass(frozen=True, slots=True)
class LastWalk:
    """The last time that recovery of one cluster was walked."""

    began: float
    """Seconds since the epoch."""
    to_storage: float
    """Seconds until storage was usable; 0 where it never was."""
    words: str
    """When, whether for real, and how far it came."""


def last_walk(
    rehearsals: Iterable[Rehearsal], recoveries: Iterable[Recovered], identity: Identity | None
) -> LastWalk | None:
    """The newest one that came far enough to count.

    Args:
        rehearsals: those that are known, of any cluster.
        recoveries: those for real, of any cluster too.
        identity: of the cluster that is meant.
    """
    if identity is None:
        return None
    cluster = f"{identity.server} {identity.uid}"
    found = [
        LastWalk(one.began, one.milestones.get(STORAGE, 0.0), one.words)
        for one in recoveries
        if one.counts and one.cluster == cluster
    ]
    if (one := last_rehearsal(rehearsals, identity)) is not None:
        found.append(LastWalk(one.began, one.to_storage, f"last rehearsed {day(one.began)}: {one.words}"))
    return max(found, key=lambda each: each.began, default=None)


def day(seconds: float) -> str:
    """The day of a moment, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
