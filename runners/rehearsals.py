"""Rehearsals on record: those that a journal knows, and the line that is written while one goes on."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from runners.journal import Journal, who
from runners.layers.identity import Identity
from runners.layers.rehearsal.last_walk import Recovered
from runners.layers.rehearsal.record import GITOPS, REHEARSED, STORAGE, Rehearsal, rehearsals
from runners.layers.walkthroughs.decisions import Choice
from runners.layers.walkthroughs.engine import Progress, StepState
from runners.layers.walkthroughs.recover import NAME as RECOVER
from runners.layers.walkthroughs.shared_steps import CLUSTER
from runners.layers.walkthroughs.timeline import EVENTS, Passage, passages


def known_rehearsals(journal: Journal) -> tuple[Rehearsal, ...]:
    """Every rehearsal that a journal knows, the oldest first; none where it can't be read."""
    try:
        return rehearsals(journal.lines(REHEARSED))
    except OSError:
        return ()


def known_recoveries(journal: Journal) -> tuple[Recovered, ...]:
    """Every recovery of a real cluster that a journal knows, the oldest first; none where it can't be read.

    One that was begun on another machine, where its cluster was confirmed, is on record there.
    """
    try:
        found = passages(journal.lines(*EVENTS), ())
    except OSError:
        return ()
    return tuple(_recovered(each) for each in found if each.walkthrough == RECOVER and CLUSTER in each.decided)


def _recovered(passage: Passage) -> Recovered:
    passage = passage.to_its_end
    skipped = sum(each.choice is Choice.SKIPPED for each in passage.decided.values())
    took = passage.moved - passage.began
    return Recovered(passage.began, passage.cluster, took, passage.finished, passage.milestones, skipped)


@dataclass(frozen=True)
class Rehearsed:
    """What is rehearsed."""

    walkthrough: str
    repository: str
    of: Identity
    """The real cluster, as bedplate.yaml and its survival sheet know it."""
    missing: tuple[str, ...]
    """What a recovery would have to do without."""


class Record:
    """Puts one rehearsal on record, in the journal of the person who rehearses.

    It writes at the beginning, at each milestone and when it is closed, each time all that is known: the rehearsal's
    own journal dies with its folder, so that after a kill nobody could find out how far it had come.
    """

    def __init__(self, journal: Journal, what: Rehearsed, clock: Callable[[], float] = time.time) -> None:
        """Takes the person's journal, and the present time in seconds since the epoch; writes nothing yet."""
        self._journal, self._what, self._clock = journal, what, clock
        self.latest: Rehearsal | None = None
        """What is known of it; None before the first look."""

    def follow(self, found: Progress) -> None:
        """Looks at where a walkthrough stands; another than the one that is rehearsed counts for nothing."""
        if found.walkthrough.name != self._what.walkthrough:
            return
        before, now = self.latest, self._clock()
        latest = before or self._begun(now)
        reached = {view.step.milestone for view in found.steps if view.step.milestone and view.state is StepState.DONE}
        took = now - latest.began
        at = found.current
        self.latest = replace(
            latest,
            done=sum(view.state.over for view in found.steps),
            steps=len(found.steps),
            at_step="" if found.finished else found.steps[at].step.title,
            took=took,
            to_storage=latest.to_storage or (took if STORAGE in reached else 0.0),
            to_gitops=latest.to_gitops or (took if GITOPS in reached else 0.0),
            skipped=tuple(view.step.title for view in found.steps if view.state is StepState.SKIPPED),
        )
        if before is None or _milestones(before) != _milestones(self.latest):
            self._write()

    def close(self) -> None:
        """Writes down how far it came; nothing where it never began."""
        if self.latest is not None:
            self._write()

    def _begun(self, now: float) -> Rehearsal:
        what = self._what
        return Rehearsal(
            id=uuid.uuid4().hex[:12],
            began=now,
            who=who(),
            context=what.of.context,
            uid=what.of.uid,
            walkthrough=what.walkthrough,
            repository=what.repository,
            done=0,
            steps=0,
            at_step="",
            took=0.0,
            to_storage=0.0,
            to_gitops=0.0,
            missing=what.missing,
        )

    def _write(self) -> None:
        assert self.latest is not None, "there is something to write"
        with contextlib.suppress(OSError):  # a rehearsal goes on without its record
            self._journal.write(REHEARSED, self._what.of, **self.latest.facts)


def _milestones(one: Rehearsal) -> tuple[bool, bool, bool]:
    return one.to_storage > 0, one.to_gitops > 0, one.finished
