"""The six verdicts on a component, each with a word and a symbol, and the fold from findings."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from runners.layers.findings import Finding, Severity


class Verdict(Enum):
    """What a component is, in one word.

    ``UNKNOWN`` (forbidden, stale, not loaded, can't tell) is never shown as healthy and never as failed.
    """

    HEALTHY = "healthy"
    PROGRESSING = "progressing"
    DEGRADED = "degraded"
    FAILED = "failed"
    ABSENT = "absent"
    UNKNOWN = "unknown"

    @property
    def symbol(self) -> str:
        """One cell that stands beside the word, so that colour is never alone."""
        return _SYMBOLS[self]


_SYMBOLS = {
    Verdict.HEALTHY: "●",
    Verdict.PROGRESSING: "◐",
    Verdict.DEGRADED: "▲",
    Verdict.FAILED: "✖",
    Verdict.ABSENT: "◌",
    Verdict.UNKNOWN: "?",
}

_BY_SEVERITY = {
    Severity.OK: Verdict.HEALTHY,
    Severity.NOTE: Verdict.HEALTHY,
    Severity.WARNING: Verdict.DEGRADED,
    Severity.UNKNOWN: Verdict.UNKNOWN,
    Severity.BLOCKER: Verdict.FAILED,
}


def fold(findings: Sequence[Finding], *, progressing: bool = False) -> Verdict:
    """The verdict that findings add up to.

    Args:
        findings: everything seen on the component.
        progressing: what is missing is still on its way, so a blocker or a warning is not a failure yet.
    """
    severity = max((finding.severity for finding in findings), default=Severity.OK)
    verdict = _BY_SEVERITY[severity]
    if progressing and verdict in (Verdict.FAILED, Verdict.DEGRADED, Verdict.HEALTHY):
        return Verdict.PROGRESSING
    return verdict
