"""Whether a Kustomization only applies once more what it has applied, as with every interval; pure.

kustomize-controller sets Ready to Unknown for as long as it is at work, also where nothing has changed. Its history
says how it ended the last time that it came to applying; a failure before that (a key that is missing, a source that
can't be fetched) is not in there, and is known by the time that has gone by: too much for one interval.
"""

from __future__ import annotations

from runners.layers.durations import seconds
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import timestamp

_JITTER = 0.05
"""Part of an interval by which controllers move it at random (``--interval-jitter-percentage``)."""
_SLACK = 10.0
"""Seconds that an attempt may wait for its turn."""


def repeats(obj: Json, ready: Json, reconciling: Json) -> bool:
    """Is it at work on the revision and the generation that it has applied, one interval after that succeeded?

    Args:
        obj: the decoded Kustomization.
        ready: its Ready condition.
        reconciling: its Reconciling condition, whose message names the revision.
    """
    if text(ready, "status") != "Unknown" or not truth(reconciling, "status"):
        return False
    applied = text(obj, "status", "lastAppliedRevision")
    known = bool(applied) and applied == text(obj, "status", "lastAttemptedRevision")
    if not known or applied not in text(reconciling, "message"):
        return False
    # The status's own generation moves with success only, the condition's with each attempt.
    if integer(obj, "status", "observedGeneration") < integer(obj, "metadata", "generation"):
        return False
    last = mapping((*sequence(obj, "status", "history"), None)[0])
    gone_by = timestamp(text(ready, "lastTransitionTime")) - timestamp(text(last, "lastReconciled"))
    succeeded = text(last, "lastReconciledStatus") == "ReconciliationSucceeded"
    return succeeded and -1.0 <= gone_by <= _longest(obj, seconds(text(last, "lastReconciledDuration")))


def _longest(obj: Json, took: float) -> float:
    """Seconds after a success within which the next attempt can't be one that follows a failure."""
    interval = seconds(text(obj, "spec", "interval"))
    retry = seconds(text(obj, "spec", "retryInterval")) or interval
    late = interval * (1 + _JITTER) + _SLACK + took
    soonest = (interval + retry) * (1 - _JITTER)
    return late if late < soonest else interval * (1 - _JITTER)
