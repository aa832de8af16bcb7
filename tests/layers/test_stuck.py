"""When a release that helm left in the middle is stuck, and which ways lead out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.kinds.releases import Revision, in_the_middle
from runners.layers.stuck import (
    Signs,
    not_stuck,
    record_findings,
    rollback_findings,
    stuck_findings,
    way_back,
)
from tests.layers import worlds as w

HUNG = w.release("apps", "web", "pending-upgrade", 3)
QUIET = Signs(moved=w.NOW - 3600)


def answer(signs: Signs = QUIET, row: Revision = HUNG) -> GateAnswer:
    return GateAnswer(stuck_findings(row, signs, w.NOW))


def test_late_unheld_and_still_is_stuck_and_every_reason_is_said() -> None:
    found = answer()
    assert found.is_open
    assert {finding.severity for finding in found.findings} == {Severity.NOTE}
    late, lease, still = (finding.text for finding in found.findings)
    assert "revision 3 is pending-upgrade for 24h, and its timeout is 5m" in late
    assert lease == "nobody alive holds it"
    assert "none has moved" in still


@pytest.mark.parametrize(
    ("signs", "row", "reason", "overridable"),
    [
        (QUIET, w.release("apps", "web", "pending-upgrade", 3, at=w.NOW - 40), "40s of the 5m", False),
        (replace(QUIET, timeout=90_000), HUNG, "that is normal while helm works", False),
        (replace(QUIET, holder="bob@desk 7f3a"), HUNG, "is held by bob@desk 7f3a", False),
        (replace(QUIET, holder=None), HUNG, "can't be read", True),
        (replace(QUIET, moved=w.NOW - 5), HUNG, "something moved", True),
    ],
)
def test_one_sign_of_life_is_enough(signs: Signs, row: Revision, reason: str, overridable: bool) -> None:
    found = answer(signs, row)
    assert reason in found.reason
    assert found.overridable is overridable


def test_a_change_of_the_record_counts_more_than_when_it_was_made() -> None:
    assert not answer(row=replace(HUNG, modified=w.NOW - 10)).is_open


@pytest.mark.parametrize(
    ("row", "others", "target"),
    [
        (HUNG, [("superseded", 1), ("deployed", 2)], 2),
        (HUNG, [("superseded", 1), ("failed", 2)], 1),
        (HUNG, [("failed", 1), ("pending-upgrade", 2)], 0),
        (w.release("apps", "web", "pending-install", 1), [], 0),
        (w.release("apps", "web", "uninstalling", 4), [("superseded", 3)], 4),
    ],
)
def test_the_way_back_is_the_newest_revision_that_was_whole(
    row: Revision, others: list[tuple[str, int]], target: int
) -> None:
    rows = [w.release("apps", "web", status, revision) for status, revision in others]
    stranger = w.release("apps", "other", "deployed", 2)
    assert way_back(row, [row, stranger, *rows]) == target


def against(manager: str | None, version: str, target: int = 2) -> list[Finding]:
    return list(rollback_findings(HUNG, target, manager=manager, target_version=version))


def test_longhorn_goes_back_only_while_its_old_manager_still_runs() -> None:
    assert against(None, "") == []
    assert against("v1.11.2", "1.11.2") == []
    for manager, version in (("v1.12.1", "1.11.2"), ("v1.11.3", "1.11.2"), ("", "1.11.2"), ("v1.11.2", "")):
        (finding,) = against(manager, version)
        assert "Longhorn never goes back" in finding.text
        assert not finding.overridable
        assert "delete its pending record" in finding.remedy


def test_without_a_whole_revision_there_is_only_the_record_to_delete() -> None:
    (finding,) = against(None, "", target=0)
    assert (finding.severity, finding.overridable) == (Severity.BLOCKER, False)
    assert "delete its pending record" in finding.remedy
    assert list(record_findings(HUNG)) == []


def test_the_record_of_an_uninstall_is_never_deleted() -> None:
    (finding,) = record_findings(w.release("apps", "web", "uninstalling", 4))
    assert (finding.severity, finding.overridable) == (Severity.BLOCKER, False)


def test_what_is_not_in_the_middle_needs_no_recovery() -> None:
    assert not_stuck(HUNG, "apps/web") is None
    deployed, gone = not_stuck(w.release("apps", "web"), "apps/web"), not_stuck(None, "apps/web")
    assert deployed is not None
    assert "helm left nothing unfinished" in deployed.text
    assert gone is not None
    assert gone.subject == "release apps/web"


@given(st.text(max_size=20), st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
@settings(max_examples=50)
def test_no_odd_release_breaks_it(status: str, created: float, moved: float) -> None:
    row = replace(HUNG, status=status, created=created)
    stuck_findings(row, Signs(moved=moved), w.NOW)
    assert (not_stuck(row, "x") is None) is in_the_middle(status)
