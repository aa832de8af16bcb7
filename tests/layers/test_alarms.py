"""What got worse in the middle of an apply is told from what was bad before, and stays until a person has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.alarms import Alarm, Known, alarms, robustness, seen, worsened
from runners.layers.findings import Severity
from runners.layers.kinds.longhorn import LonghornVolume
from tests.layers import worlds as w


def volume(state: str, name: str = "pvc-1") -> LonghornVolume:
    return replace(w.longhorn_volume(name, state), claim=f"apps/{name}")


def through(states: Sequence[str], known: Known | None = None, before: str = "healthy") -> Known:
    found = known or {}
    for state in states:
        found = worsened(found, robustness([volume(before)]), [volume(state)])
    return found


def said(known: Known) -> list[str]:
    return [alarm.finding.text.replace(" since the apply began", "") for alarm in alarms(known)]


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
        ("faulted", "faulted", None),
        ("healthy", "unknown", None),
        ("unknown", "degraded", None),
        ("unknown", "faulted", Severity.BLOCKER),
    ],
)
def test_only_what_is_worse_than_before_is_an_alarm(before: str, now: str, severity: Severity | None) -> None:
    found = alarms(through([now], before=before))
    assert [each.finding.severity for each in found] == ([] if severity is None else [severity])


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["degraded"], "became degraded"),
        (["degraded", "degraded"], "became degraded"),
        (["degraded", "healthy"], "became degraded, over by now"),
        (["degraded", "unknown"], "became degraded, over by now"),
        (["degraded", "healthy", "degraded", "healthy", "degraded"], "became degraded, 3 times"),
        (["degraded", "healthy", "degraded", "healthy"], "became degraded, 2 times, over by now"),
        (["degraded", "faulted"], "became faulted"),
        (["faulted", "degraded"], "became faulted"),
        (["faulted", "healthy"], "became faulted, over by now"),
    ],
)
def test_it_says_how_bad_it_got_and_what_became_of_it(states: list[str], words: str) -> None:
    assert said(through(states)) == [words]


def test_flapping_rings_once_and_getting_worse_rings_again() -> None:
    def causes(*states: str) -> frozenset[str]:
        return frozenset[str]().union(*(alarm.causes for alarm in alarms(through(states))))

    assert causes("degraded") == causes("degraded", "healthy") == causes("degraded", "healthy", "degraded")
    assert causes("degraded", "faulted") - causes("degraded")


@pytest.mark.parametrize(
    ("first", "then", "words"),
    [
        (["degraded"], ["degraded"], []),
        (["degraded"], ["healthy"], []),
        (["degraded", "healthy"], ["healthy"], []),
        (["degraded", "healthy"], ["degraded"], ["became degraded"]),
        (["degraded"], ["healthy", "degraded"], ["became degraded, 2 times"]),
        (["degraded"], ["faulted"], ["became faulted"]),
    ],
)
def test_what_a_person_has_seen_is_said_again_only_when_it_gets_worse(
    first: list[str], then: list[str], words: list[str]
) -> None:
    assert said(through(then, seen(through(first)))) == words


def test_many_at_once_are_one_line_and_the_worst_comes_first() -> None:
    before = [volume("healthy", f"pvc-{at:02}") for at in range(40)]
    bad = [replace(row, robustness="faulted" if row.name == "pvc-07" else "degraded") for row in before]
    known = worsened({}, robustness(before), bad)
    faulted, degraded = alarms(known)
    assert faulted.words == "1 Longhorn volume became faulted since the apply began: apps/pvc-07"
    assert degraded.finding.subject == "39 Longhorn volumes"
    assert degraded.names == "apps/pvc-00, apps/pvc-01, apps/pvc-02 and 36 more"
    half: tuple[Alarm, ...] = alarms(worsened(known, robustness(before), before[20:]))
    assert half[-1].finding.text == "became degraded since the apply began, 20 of them no longer"
