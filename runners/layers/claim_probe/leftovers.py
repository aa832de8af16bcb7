"""What a probe that was killed has left behind: found from the rows alone, and removed by the next one."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.claim_probe.objects import LASTS, NAMESPACE
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.sight import Sight

SURELY_OVER = 4.0 * LASTS
"""Seconds after which no probe is still at work with what it made."""


def leftover_findings(rows: Sight) -> Iterator[Finding]:
    """Claims and pods in the probes' namespace that are older than any probe lasts."""
    there = [
        *((CLAIMS.singular, row) for row in rows.within(CLAIMS, (NAMESPACE,))),
        *((PODS.singular, row) for row in rows.within(PODS, (NAMESPACE,))),
    ]
    if not there:
        return
    for singular, row in there:
        if rows.now - row.created > SURELY_OVER:
            text = "was left behind by a claim probe that was killed"
            yield Finding(
                f"{singular} {NAMESPACE}/{row.name}", Severity.NOTE, text, "the next one removes it (p)", about=row.key
            )
