"""Nothing that creates claims starts before what comes back is bound; and a restore has gates of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers import commands as c
from runners.layers.commands import Command, Target
from runners.layers.findings import Finding, Severity
from runners.layers.gates import gate
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds.base import Row
from runners.layers.walkthroughs.decisions import Decision
from runners.layers.walkthroughs.restore_gates import old_disks, restore_prospect
from runners.layers.walkthroughs.restore_rules import (
    Recovery,
    Restorable,
    read_restorable,
    restorables,
    standings,
    wanted,
)
from tests.layers import recover_world as r
from tests.layers import survival_world as s

GIT = replace(r.SETTINGS, bootstrap=BootstrapSettings("git", "ssh://git@git.home/infra.git", path="clusters/home"))
BACKUP = s.backup("photos")


def closed_by(command: Command, component: str, rows: Sequence[Row], decisions: Mapping[str, Decision]) -> list[str]:
    moment = r.moment(rows, sheet=r.sheet("photos"), decisions=decisions, settings=GIT)
    answer = gate(command, moment.situation(Target(component=component)))
    return [finding.subject for finding in answer.closed_by]


CREATE = [(c.BOOTSTRAP, ""), (c.APPLY, "minio"), (c.REPAIR, "minio")]
"""What may create claims."""


@pytest.mark.parametrize(("command", "component"), CREATE)
@pytest.mark.parametrize(
    ("rows", "decisions", "closed"),
    [
        ([BACKUP], {}, ["restore"]),
        ([BACKUP], r.decided(disks="gone"), ["restore"]),
        ([BACKUP], r.chosen(r.PHOTOS), ["claim apps/photos"]),
        ([BACKUP, r.filled("photos", restore_required=True)], r.chosen(r.PHOTOS), ["claim apps/photos"]),
        (
            [BACKUP, r.claim("photos"), r.pv("photos"), r.filled("photos", restore_initiated=False)],
            r.chosen(r.PHOTOS),
            ["claim apps/photos"],
        ),
        ([BACKUP, r.filled("photos")], r.chosen(r.PHOTOS), ["claim apps/photos"]),
        (
            [BACKUP, r.claim("photos"), r.pv("photos"), r.filled("photos", state="creating")],
            r.chosen(r.PHOTOS),
            ["claim apps/photos"],
        ),
        ([BACKUP, r.filled("photos"), r.claim("photos", "pvc-1")], r.chosen(r.PHOTOS), ["claim apps/photos"]),
        ([BACKUP, *r.back("photos")], r.chosen(r.PHOTOS), []),
        ([BACKUP], r.decided(disks="gone", what="nothing"), []),
        ([BACKUP], r.decided(disks="alive", what="nothing"), ["old disks"]),
        ([BACKUP], r.decided(disks="kept", what="nothing"), []),
        ([BACKUP], r.decided(what="nothing"), ["old disks"]),
        ([], r.chosen(r.PHOTOS), ["claim apps/photos"]),
        ([BACKUP], r.decided(disks="gone", what="system-backup first"), ["claim apps/photos"]),
        ([r.system_restore(state="Restoring")], r.decided(what="system-backup first"), ["system backup first"]),
        ([r.system_restore()], r.decided(what="system-backup first"), []),
        ([BACKUP], r.decided(disks="gone", what="volumes"), ["restore"]),
        ([BACKUP], r.decided(disks="gone", what="volumes ,"), ["restore"]),
        ([BACKUP], r.decided(disks="gone", what="whatever"), ["restore"]),
        ([BACKUP, *r.back("photos")], {}, []),
        ([r.claim("photos", "pvc-1"), s.stored("other")], {}, ["restore"]),
    ],
)
def test_what_would_create_claims_waits_until_each_wanted_one_is_bound(
    command: Command, component: str, rows: list[Row], decisions: Mapping[str, Decision], closed: list[str]
) -> None:
    assert closed_by(command, component, rows, decisions) == closed


def test_what_is_held_in_flux_is_not_let_go_before_what_it_would_create_is_back() -> None:
    assert closed_by(c.RESUME, "", [BACKUP], r.chosen(r.PHOTOS))[-1] == "claim apps/photos"
    assert "claim apps/photos" not in closed_by(c.RESUME, "", [BACKUP, *r.back("photos")], r.chosen(r.PHOTOS))


@pytest.mark.parametrize(("command", "component"), CREATE)
def test_nothing_but_this_gate_keeps_a_claim_from_being_created_empty(command: Command, component: str) -> None:
    moment = r.moment([BACKUP], sheet=r.sheet("photos"), decisions=r.chosen(r.PHOTOS), settings=GIT)
    situation = moment.situation(Target(component=component))
    assert not gate(command, situation).is_open
    assert gate(command, replace(situation, unrestored=())).is_open


@pytest.mark.parametrize(
    ("decisions", "uid", "expected"),
    [
        ({}, r.OLD, "old disks, which nobody has said are gone"),
        (r.decided(what="nothing"), r.NEW, "old disks, which nobody has said are gone"),
        (r.decided(disks="alive"), r.OLD, "the old disks"),
        (r.decided(disks="kept"), r.NEW, "the old disks"),
        (r.decided(disks="gone"), r.OLD, ""),
        ({}, r.NEW, ""),
    ],
)
def test_which_old_disks_may_live(decisions: Mapping[str, Decision], uid: str, expected: str) -> None:
    assert old_disks(Recovery(r.sheet("photos", uid=uid), decisions), r.HOME) == expected


def test_storage_itself_does_not_wait_for_what_it_is_needed_for() -> None:
    assert closed_by(c.APPLY, "longhorn", [BACKUP], {}) == []


def test_where_nobody_recovers_nothing_waits() -> None:
    moment = r.moment([BACKUP], sheet=r.sheet("photos", uid=r.NEW), settings=GIT)
    assert gate(c.BOOTSTRAP, moment.situation(Target())).is_open


@pytest.mark.parametrize(("rows", "is_open"), [([BACKUP], False), ([BACKUP, *r.back("photos")], True)])
def test_jobs_that_are_held_say_that_a_recovery_goes_on_when_decisions_are_too_old(
    rows: list[Row], is_open: bool
) -> None:
    moment = r.moment([*rows, r.job(groups=(), held="{}")], sheet=r.sheet("photos", uid=r.NEW), settings=GIT)
    assert gate(c.BOOTSTRAP, moment.situation(Target())).is_open is is_open


READY = (s.target(), BACKUP)


def against(
    rows: Sequence[Row], decisions: Mapping[str, Decision] | None = None, installed: str = "1.12"
) -> list[Finding]:
    sheet = replace(r.sheet("photos"), longhorn_minor=installed)
    moment = r.moment(rows, sheet=sheet, decisions=decisions or r.chosen(r.PHOTOS))
    found = restore_prospect(moment.rows, Recovery(sheet, moment.decisions), moment.picture).findings
    return [finding for finding in found if finding.closes]


SYSTEM = r.decided(what="system-backup first")


@pytest.mark.parametrize(
    ("rows", "decisions", "subject", "overridable"),
    [
        ([BACKUP], None, "backup target", False),
        ([BACKUP, s.target(available=False)], None, "backup target default", False),
        ([BACKUP, s.target(url="nfs://nas.default.svc:/b")], None, "backup target default", False),
        ([*READY, r.job()], None, "recurring job nightly", True),
        ([*READY, s.stored("photos")], None, "claim apps/photos", False),
        ([*READY, r.claim("photos", "pvc-1")], None, "claim apps/photos", False),
        ([*READY, *r.back("photos")], None, "restore", False),
        (READY, r.decided(disks="gone"), "restore", False),
        (READY, SYSTEM, "system backup first", False),
        ([*READY, r.system_backup(state="Error")], SYSTEM, "system backup first", False),
        ([*READY, r.system_backup(version="v1.11.2")], SYSTEM, "system backup first", False),
        ([*READY, r.system_backup(), s.stored("wiki")], SYSTEM, "volumes", True),
    ],
)
def test_what_closes_a_restore(
    rows: Sequence[Row], decisions: Mapping[str, Decision] | None, subject: str, overridable: bool
) -> None:
    found = [(finding.subject, finding.overridable) for finding in against(rows, decisions)]
    assert (subject, overridable) in found, found


def test_an_open_restore_names_what_is_due_and_no_more() -> None:
    rows = [*READY, s.backup("wiki"), *r.back("wiki"), r.job(groups=(), held="{}")]
    moment = r.moment(rows, sheet=r.sheet("photos", "wiki"), decisions=r.chosen(r.PHOTOS, "apps/wiki"))
    found = restore_prospect(moment.rows, Recovery(moment.sheet, moment.decisions), moment.picture)
    assert found.findings == ()
    assert found.words == ("apps/photos: 10Gi of 2027-01-15 06:00 UTC",)
    assert found.read_as == "1 volume"
    (one,) = map(read_restorable, found.arguments)
    assert (one.claim, one.volume, one.size, one.storage_class) == (r.PHOTOS, "lh-photos", 10 * 2**30, "longhorn")


def test_another_minor_version_is_said_and_may_be_overridden_for_single_volumes() -> None:
    (found,) = against([*READY], installed="1.11")
    assert (found.subject, found.overridable) == ("longhorn", True)
    assert "is 1.12, and what is restored is of 1.11" in found.text


def test_without_a_sheet_backups_name_their_claims_themselves() -> None:
    named = replace(s.backup("music"), claim="apps/music", access="rwx")
    moment = r.moment([named, BACKUP])
    (one,) = restorables(moment.rows, None)
    assert (one.claim, one.access, one.volume) == ("apps/music", "rwx", "lh-music")


@settings(max_examples=50)
@given(st.text(), st.text(min_size=1), st.integers(min_value=1, max_value=2**60))
def test_what_is_restored_is_read_as_it_was_written(space: str, name: str, size: int) -> None:
    one = Restorable(f"n{space}", name, f"lh-{name}", "s3://b?x", size, "longhorn", "rwx", target="other")
    assert read_restorable(one.written()) == one


@settings(max_examples=50)
@given(st.one_of(st.text(), st.sampled_from(["[]", "{}", "null", '{"namespace": 1, "size": "x"}'])))
def test_what_names_nothing_to_restore_is_refused(argument: str) -> None:
    with pytest.raises(ValueError, match="it names no claim, volume, backup or size"):
        read_restorable(argument)


PARTS = st.sampled_from(["claim", "other", "pv", "volume", "restoring", "faulted"])


@settings(max_examples=50)
@given(st.sets(PARTS))
def test_a_claim_is_never_back_unless_claim_volume_and_data_are_there(parts: set[str]) -> None:
    stored = r.filled("photos", restore_required="restoring" in parts)
    if "faulted" in parts:
        stored = replace(stored, robustness="faulted")
    made = {"claim": r.claim("photos"), "other": r.claim("photos", "pvc-1"), "pv": r.pv("photos"), "volume": stored}
    rows = [row for part, row in made.items() if part in parts]
    moment = r.moment([BACKUP, *rows], sheet=r.sheet("photos"), decisions=r.chosen(r.PHOTOS))
    ones = wanted(moment.rows, Recovery(moment.sheet, moment.decisions))
    found = standings(moment.rows, ones)
    whole = {"claim", "pv", "volume"} <= parts and not parts & {"restoring", "faulted", "other"}
    assert [finding.severity is Severity.OK for finding in found] == [whole]
