"""What is watched beside an upgrade's steps: claims with their pods, the worst first, and warnings since it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.findings import Severity
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.pods import pod_row
from runners.layers.picture import Layer
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.claims_in_use import claims_on, users, with_users
from runners.layers.walkthroughs.steps import Section, Subject
from runners.layers.walkthroughs.warned import warnings
from runners.layers.walkthroughs.watched import SHOWN, watched
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS
from tests.layers.upgrade_worlds import LONGHORN, NEW, OLD, event, moment, pod, world


def volume(claim: str, robustness: str, **more: str) -> Row:
    return replace(w.longhorn_volume(f"pv-{claim}", robustness), claim=f"apps/{claim}", **more)  # type: ignore[arg-type]


def sections(rows: Sequence[Row], *, runs: Sequence[RunRecord] = (), installed: str = NEW) -> dict[str, Section]:
    subject = Subject(SETTINGS, "longhorn", {LONGHORN: NEW})
    return {each.head: each for each in watched(subject, Layer.FOUNDATION)(moment(rows, installed, runs))}


def test_a_claim_with_the_pods_that_mount_it_the_worst_first() -> None:
    rows = [
        volume("fine", "healthy"),
        volume("waits", "healthy"),
        volume("rests", "unknown", state="detached"),
        volume("hurt", "degraded"),
        volume("lost", "faulted", state="detached"),
    ]
    pods = [pod("web-0", "fine"), pod("db-0", "hurt", "lost"), pod("new-0", "waits", status="ContainerCreating")]
    pods += [pod("old-0", "hurt", status="Succeeded"), pod("db-0", "fine", space="other")]
    seen = FrozenRows([*rows, *pods])
    claims = claims_on([row for row in rows if isinstance(row, LonghornVolume)])
    found = with_users(claims, users(seen, claims))
    assert [(each.subject, each.text, each.severity) for each in found] == [
        ("apps/lost", "faulted, used by db-0", Severity.BLOCKER),
        ("apps/hurt", "degraded, used by db-0", Severity.WARNING),
        ("apps/waits", "healthy, used by new-0 (ContainerCreating)", Severity.WARNING),
        ("apps/fine", "healthy, used by web-0", Severity.OK),
    ]


def test_a_pod_names_its_claims_also_those_that_are_made_for_it() -> None:
    volumes = [
        {"name": "a", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}},
        {"name": "token", "projected": {}},
    ]
    row = pod_row("pods", {"metadata": {"name": "web-0", "namespace": "apps"}, "spec": {"volumes": volumes}})
    assert row.claims == ("data", "web-0-scratch")


def test_warnings_are_one_line_a_reason_and_none_is_older_than_the_change() -> None:
    seen = [
        event("BackOff", "Pod/a", w.NOW - 50, count=4),
        event("BackOff", "Pod/b", w.NOW - 10, count=90, created=w.LONG_AGO),
        event("FailedMount", "Pod/c", w.NOW - 5),
        event("Unhealthy", "Pod/d", w.NOW - 500),
    ]
    found = warnings(seen, w.NOW - 60)
    assert [each.subject for each in found] == ["FailedMount", "BackOff"]
    assert found[1].text == "5× Pod/b, and 1 more object: BackOff it is"
    assert len(warnings([event("X", "Pod/a", w.NOW, count=1)], 0.0)[0].text) < 150


@pytest.mark.parametrize("much", [9, 1000])
def test_however_much_there_is_a_section_has_a_few_lines(much: int) -> None:
    rows: list[Row] = [volume(f"data-{at}", "degraded") for at in range(much)]
    rows += [event(f"Reason{at}", "Pod/a", w.NOW - 1, space="longhorn-system") for at in range(much)]
    run = RunRecord("r", "apply longhorn", (), "/", "", w.NOW - 60, RunState.RUNNING, None)
    found = sections([*world(version=NEW), *rows], runs=[run])
    assert all(len(each.lines) <= SHOWN for each in found.values())
    assert (found["Events"].more, found["Claims"].more) == (much - SHOWN, much + 1 - SHOWN)
    assert f"{much} degraded" in found["Volumes"].lines[0].text


def test_events_are_those_of_its_namespaces_and_of_the_pods_that_use_its_claims() -> None:
    rows = [
        *world(version=NEW, engine=OLD),
        pod("db-0", "data"),
        event("DetachedUnexpectedly", "Engine/pv", w.NOW - 9, space="longhorn-system"),
        event("FailedMount", "Pod/db-0", w.NOW - 8),
        event("Unhealthy", "Pod/other", w.NOW - 7),
    ]
    run = RunRecord("r", "apply longhorn", (), "/", "", w.NOW - 60, RunState.SUCCEEDED, w.NOW - 30)
    found = sections(rows, runs=[run])
    assert [each.subject for each in found["Events"].lines] == ["FailedMount", "DetachedUnexpectedly"]
    assert "runs engine v1.11.2" in found["Engines"].lines[0].text


def test_before_it_is_applied_nothing_is_blamed_on_it() -> None:
    rows = [*world(), event("BackOff", "Pod/x", w.NOW - 9, space="longhorn-system")]
    assert "Events" not in sections(rows, installed=OLD)
    assert "Events" in sections([*w.without(rows, "pvc-1")], installed=NEW)
