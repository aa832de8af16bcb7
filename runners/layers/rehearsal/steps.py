"""A walkthrough as it is rehearsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from runners.layers.findings import Finding, Severity
from runners.layers.walkthroughs.restore_rules import DISKS
from runners.layers.walkthroughs.shared_steps import KEYS
from runners.layers.walkthroughs.steps import Moment, Proof, Step, Walkthrough

_DISKS = Finding(
    "the played disks",
    Severity.NOTE,
    "are gone in this rehearsal, whose nodes are new and empty: choose gone to go on",
)
_SKIP = "in a rehearsal, to see what comes after it: on the worst day it can't be"


def as_rehearsed(walkthrough: Walkthrough, missing: Mapping[str, tuple[Finding, ...]]) -> Walkthrough:
    """The same steps, of which a key that is missing stops none, and each says what the play only stands in for.

    Args:
        walkthrough: as it is on the worst day.
        missing: id of a step → what it would have to do without.
    """
    return replace(walkthrough, steps=tuple(_step(step, missing.get(step.id, ())) for step in walkthrough.steps))


def _step(step: Step, missing: tuple[Finding, ...]) -> Step:
    if step.id.startswith(KEYS):
        return replace(step, skip=_SKIP)
    notes = tuple(
        Finding(each.subject, Severity.NOTE, f"on the worst day: {each.text}", each.remedy) for each in missing
    )
    if step.id == DISKS:
        notes = (*notes, _DISKS)
    return replace(step, proof=partial(_proof, step.proof, notes)) if notes else step


def _proof(own: Callable[[Moment], Proof], notes: Proof, moment: Moment) -> Proof:
    """The step's own proof and the notes below it; notes alone would prove what nothing proves."""
    found = own(moment)
    return (*found, *notes) if found else found
