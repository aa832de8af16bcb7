"""What is remembered of a rehearsal: when, by whom, of which cluster, how far it went, how long that took.

A line of the journal is written at its beginning, at each milestone and at its end, each with all that is known by
then: whatever ends a rehearsal, the last line that was written is true, and nobody has to find out afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runners.layers.identity import Identity
from runners.layers.jsons import Json, integer, strings, text
from runners.layers.kinds.base import age

REHEARSED = "rehearsed"
"""The journal's event."""
STORAGE, GITOPS = "storage", "GitOps"
"""The milestones of a recovery, as its steps name them."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One time that somebody walked their own recovery on the embedded cluster."""

    id: str
    began: float
    """Seconds since the epoch."""
    who: str
    context: str
    uid: str
    """Of the real cluster, from its survival sheet; empty where there was none."""
    walkthrough: str
    repository: str
    done: int
    """Steps that were done or skipped."""
    steps: int
    at_step: str
    """The step that it stands at; empty when all are over."""
    took: float
    """Seconds until the last thing that is known of it."""
    to_storage: float
    """Seconds until storage was usable; 0 where it never was."""
    to_gitops: float
    missing: tuple[str, ...]
    """What a recovery would have had to do without."""
    skipped: tuple[str, ...] = ()
    """The titles of the steps that were left out."""

    @property
    def finished(self) -> bool:
        """Every step was done or skipped."""
        return bool(self.steps) and self.done == self.steps

    @property
    def counts(self) -> bool:
        """Did it come so far that one may say that recovery was rehearsed?"""
        return self.finished or self.to_storage > 0

    @property
    def words(self) -> str:
        """How far it went and how long that took: ``all 16 steps in 9m, storage after 3m``."""
        done = f"{self.steps - len(self.skipped)} of" if self.skipped else "all"
        far = f"{done} {self.steps} steps in {age(self.took)}" if self.finished else self._half_way
        reached = ((STORAGE, self.to_storage), (GITOPS, self.to_gitops))
        words = ", ".join((far, *(f"{name} after {age(after)}" for name, after in reached if after)))
        return f"{words}; skipped: {', '.join(self.skipped)}" if self.skipped else words

    @property
    def _half_way(self) -> str:
        where = f" at “{self.at_step}”" if self.at_step else ""
        return f"left{where} after {self.done} of {self.steps} steps, {age(self.took)}"

    @property
    def facts(self) -> Mapping[str, str | int | list[str]]:
        """As the journal keeps it, beside who, when and which cluster."""
        return {
            "rehearsal": self.id,
            "walkthrough": self.walkthrough,
            "repository": self.repository,
            "done": self.done,
            "steps": self.steps,
            "at_step": self.at_step,
            "began": round(self.began),
            "took": round(self.took),
            "to_storage": round(self.to_storage),
            "to_gitops": round(self.to_gitops),
            "missing": list(self.missing),
            "skipped": list(self.skipped),
        }


def rehearsals(lines: Iterable[Json]) -> tuple[Rehearsal, ...]:
    """Every rehearsal, the oldest first, each as its last line has it; lines of other events count for nothing."""
    found: dict[str, Rehearsal] = {}
    for line in lines:
        if text(line, "event") == REHEARSED and text(line, "rehearsal"):
            one = _read(line)
            found[one.id] = one
    return tuple(sorted(found.values(), key=lambda one: one.began))


def last_rehearsal(known: Iterable[Rehearsal], identity: Identity | None) -> Rehearsal | None:
    """The newest one of a cluster that came far enough to count; by its context's name where the uid was not known."""
    own = [one for one in known if identity is not None and one.counts and _is_of(one, identity)]
    return max(own, key=lambda one: one.began, default=None)


def _is_of(one: Rehearsal, identity: Identity) -> bool:
    return one.uid == identity.uid if one.uid and identity.uid else one.context == identity.context


def _read(line: Json) -> Rehearsal:
    return Rehearsal(
        id=text(line, "rehearsal"),
        began=integer(line, "began"),
        who=text(line, "who"),
        context=text(line, "context"),
        uid=text(line, "uid"),
        walkthrough=text(line, "walkthrough"),
        repository=text(line, "repository"),
        done=integer(line, "done"),
        steps=integer(line, "steps"),
        at_step=text(line, "at_step"),
        took=integer(line, "took"),
        to_storage=integer(line, "to_storage"),
        to_gitops=integer(line, "to_gitops"),
        missing=strings(line, "missing"),
        skipped=strings(line, "skipped"),
    )
