"""What one Flux object says, in findings: its own state, since when, and the root of what it waits for."""

from __future__ import annotations

from runners.layers.components.base import SETTLING
from runners.layers.findings import Finding, Severity
from runners.layers.flux_roots import APPLIERS, Root, trouble
from runners.layers.flux_sight import FluxSight
from runners.layers.flux_words import spoken
from runners.layers.kinds.base import age
from runners.layers.kinds.flux import FluxObject
from runners.layers.suspension import Suspension, at_the_longest

PATIENCE = 1800.0
"""Seconds for which a Flux object may be at work, or wait for another, before nobody should count on it any more."""


def overdue(row: FluxObject, now: float) -> bool:
    """Has it been at work, or waited, for too long? Not said of one whose readiness is older than its present task."""
    at_work = row.status in ("progressing", "waiting") or row.repeating
    return at_work and row.ready != "True" and 0 < _begun(row) < now - PATIENCE


def _begun(row: FluxObject) -> float:
    # Without a Ready condition its controller never looked at it: it has waited for as long as it is there.
    if not row.ready:
        return row.created
    return min(row.since, row.reconciling_since) if row.reconciling_since else row.since


def hopeless(row: FluxObject, flux: FluxSight, now: float) -> bool:
    """Will it stay as it is until somebody does something: it failed, or something did that it can't do without?"""
    root = flux.root(row)
    if row.status == "suspended" or row.stalled or overdue(row, now):
        return True
    if root is None or row.status == "ready":
        return row.status == "failed"
    if root.settles:
        return False
    # What is missing may be on its way for as long as everything is new.
    return root.key is not None or now - row.created >= SETTLING


def object_finding(row: FluxObject, flux: FluxSight, now: float) -> Finding:
    """What one Flux object's conditions say, and the root cause where that is another object."""
    root = flux.root(row)
    if row.suspended:
        return suspended_finding(row, flux.suspension(row), now)
    if row.status == "ready" and not overdue(row, now):
        return _held(row, root) if root else _finding(row, Severity.OK, _done(row))
    if row.stalled:
        return _finding(row, Severity.BLOCKER, trouble(row), _way_out(row))
    if root is not None:
        return _blamed(row, root, f" (for {age(now - _begun(row))})" if overdue(row, now) else "")
    if row.status == "failed":
        return _finding(row, Severity.BLOCKER, row.words)
    words = row.words or "not seen by its controller yet"
    late = f" (for {age(now - _begun(row))})" if overdue(row, now) else ""
    return _finding(row, Severity.WARNING, f"{words}{late}")


def _finding(row: FluxObject, severity: Severity, text: str, remedy: str = "") -> Finding:
    return Finding(f"{row.singular} {row.namespace}/{row.name}", severity, text, remedy, about=row.key)


def suspended_finding(row: FluxObject, known: Suspension | None, now: float) -> Finding:
    """That it is suspended, since when and by whom, as far as that is known."""
    found = known or (at_the_longest(row.last_worked) if row.last_worked else None)
    words = found.words(now) if found is not None else "is suspended, and can't tell since when"
    in_git = found is not None and found.from_git
    remedy = "take suspend out of Git: Flux would suspend it again" if in_git else spoken("resume", row)
    return _finding(row, Severity.WARNING, words, remedy)


def _held(row: FluxObject, root: Root) -> Finding:
    at = f" at {row.short_revision}" if row.short_revision else " as it is"
    return _finding(row, Severity.WARNING, f"stays{at}, since {root}", f"look at {root.ref}")


def _blamed(row: FluxObject, root: Root, late: str) -> Finding:
    """Waits for another: a failure where that won't come by itself and nothing of its own was ever applied."""
    lost = not root.settles and (row.status == "failed" or not row.revision)
    severity = Severity.BLOCKER if lost else Severity.WARNING
    return _finding(row, severity, f"waits, since {root}{late}", "" if root.settles else f"look at {root.ref}")


def _done(row: FluxObject) -> str:
    if row.singular in APPLIERS:
        return f"applied {row.short_revision}"
    return f"is ready at {row.short_revision}" if row.short_revision else "is ready"


def _way_out(row: FluxObject) -> str:
    if row.singular == "HelmRelease" and row.reason == "RetriesExceeded":
        return f"mend it, then {spoken('reconcile', row)} --reset"
    return "mend what it says: it is not tried again before it changes"
