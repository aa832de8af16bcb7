"""What got worse in the middle of an apply is told from what was bad before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.alarms import alarms, robustness
from runners.layers.findings import Severity
from tests.layers import worlds as w


@pytest.mark.parametrize(
    ("before", "now", "severity"),
    [
        ("healthy", "healthy", None),
        ("healthy", "degraded", Severity.WARNING),
        ("healthy", "faulted", Severity.BLOCKER),
        ("degraded", "degraded", None),
        ("degraded", "faulted", Severity.BLOCKER),
        ("degraded", "healthy", None),
        ("faulted", "degraded", None),
        ("healthy", "unknown", None),
        ("unknown", "faulted", None),
    ],
)
def test_only_what_is_worse_than_before_is_an_alarm(before: str, now: str, severity: Severity | None) -> None:
    known = robustness([w.longhorn_volume("pvc-1", before)])
    found = alarms(known, [w.longhorn_volume("pvc-1", now)])
    assert [each.severity for each in found] == ([] if severity is None else [severity])


def test_a_volume_that_came_since_is_compared_with_nothing() -> None:
    assert alarms({}, [w.longhorn_volume("pvc-1", "degraded")]) == ()


def test_the_worst_comes_first_and_many_are_counted() -> None:
    before = [replace(w.longhorn_volume(f"pvc-{at}", "healthy"), claim=f"apps/data-{at}") for at in range(5)]
    now = [replace(row, robustness="faulted" if row.name == "pvc-4" else "degraded") for row in before]
    faulted, degraded = alarms(robustness(before), now)
    assert (faulted.subject, faulted.text) == ("1 Longhorn volume", "became faulted since the apply began: apps/data-4")
    assert degraded.text == "became degraded since the apply began: apps/data-0, apps/data-1, apps/data-2 and 1 more"
