"""What the steps around a restore say: why no job runs, what to look at, and what is left to do at the end."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from runners.layers.findings import Severity
from runners.layers.kinds.base import Row
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.recover import recover, report_step
from runners.layers.walkthroughs.restore_choices import is_going_on
from runners.layers.walkthroughs.restore_rules import Recovery
from runners.layers.walkthroughs.steps import Proof, proved
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.layers.upgrade_worlds import pod

STEPS = {step.id: step for step in recover(r.SETTINGS).steps}
LOOKED = {"looked": Decision("recover", "looked", Choice.CONFIRMED, w.NOW, "ada@workshop", answer=r.NEW)}
HELD = r.job(groups=(), held='{"groups": ["default"]}')
SET_ASIDE = replace(s.stored("photos"), held="nightly,weekly")


def said(proof: Proof) -> list[str]:
    return [f"{finding.subject}: {finding.text}" for finding in proof]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "this cluster has none yet: nothing has to be held"),
        ([r.job(groups=())], "1 job and no group or volume to run on: nothing has to be held"),
        ([HELD], "Bedplate holds 1 job, and notes that on each (bedplate/held)"),
        ([HELD, SET_ASIDE], "Bedplate holds 1 job and 1 volume, and notes that on each (bedplate/held)"),
    ],
)
def test_why_no_recurring_job_runs(rows: Sequence[Row], words: str) -> None:
    proof = STEPS["hold"].proof(r.moment([s.target(), s.backup("photos"), *rows], sheet=r.sheet("photos")))
    assert said(proof) == [f"recurring jobs: {words}"]
    assert proved(proof)


def test_jobs_that_a_running_restore_brings_back_are_held_by_it() -> None:
    moment = r.moment(
        [s.target(), s.backup("photos"), r.job()], decisions=r.decided(disks="gone", what="system-backup a")
    )
    assert STEPS["hold"].proof(moment)[0].severity is Severity.BLOCKER
    run = RunRecord("r", "restore longhorn", (), "/", "", w.NOW, RunState.RUNNING)
    restoring = replace(moment, picture=replace(moment.picture, runs=(run,)))
    found, job = STEPS["hold"].proof(restoring)
    assert (found.severity, job.severity, job.subject) == (Severity.WARNING, Severity.NOTE, "recurring job nightly")
    assert "the restore that runs holds them" in found.text
    single = replace(restoring, decisions=r.chosen(r.PHOTOS))  # which holds nothing
    assert STEPS["hold"].proof(single)[0].severity is Severity.BLOCKER


def test_the_commands_are_those_of_what_was_chosen() -> None:
    step = STEPS["restored"]
    assert step.shell_now is not None
    rows = [s.target(), s.backup("photos"), s.backup("wiki"), r.system_backup()]
    known = r.sheet("photos", "wiki")

    def shown(decisions: Mapping[str, Decision]) -> str:
        assert step.shell_now is not None
        return step.shell_now(r.moment(rows, sheet=known, decisions=decisions), "home")

    single = shown(r.chosen(r.PHOTOS))
    assert "lh-photos" in single
    assert "lh-wiki" not in single
    assert "SystemRestore" not in single
    whole = shown(r.decided(disks="gone", what="system-backup first"))
    assert '"systemBackup":"first"' in whole
    assert '"kind":"Namespace","metadata":{"name":"apps"}' in whole


def test_jobs_are_released_only_once_the_data_was_looked_at() -> None:
    moment = r.moment([s.target(), *restored("photos"), r.job()], decisions=r.chosen(r.PHOTOS))
    assert not proved(STEPS["release"].proof(moment))
    done = STEPS["release"].proof(replace(moment, decisions={**moment.decisions, **LOOKED}))
    assert said(done) == ["recurring jobs: 1 job may run, and nothing is held"]


def test_single_volumes_bring_no_job_back_and_somebody_has_to_see_to_that() -> None:
    """Else what came back would grow older, under a step that says that jobs were released."""
    step = STEPS["release"]
    assert step.shell_now is not None
    bare = r.moment([s.target(), *restored("photos")], decisions={**r.chosen(r.PHOTOS), **LOOKED})
    (warns,) = step.proof(bare)
    assert warns.severity is Severity.WARNING
    assert warns.text == "none makes backups: they did not come back with single volumes"
    made = json.loads(shlex.split(step.shell_now(bare, "home"), comments=True)[-1])
    assert (made["kind"], made["spec"]["task"], made["spec"]["groups"]) == ("RecurringJob", "backup", ["default"])
    whole = replace(bare, decisions={**r.decided(what="system-backup first"), **LOOKED})
    assert proved(step.proof(whole))
    with_one = r.moment([s.target(), *restored("photos"), r.job()], decisions=bare.decisions)
    assert proved(step.proof(with_one))
    assert "patch recurringjobs.longhorn.io NAME" in step.shell_now(with_one, "home")


def test_another_backup_that_was_restored_by_hand_under_another_name_is_back_too() -> None:
    decisions, bound = r.chosen(r.PHOTOS), r.claim("photos", "pv-older")
    older = replace(s.volume("photos"), name="pv-older", handle="lh-older")
    backups = [s.backup("photos", 2), s.backup("photos", 26)]
    rows = [s.target(), *backups, r.pv("photos"), r.filled("photos"), older, bound]
    made = replace(r.filled("older"), from_backup="s3://backups@home/?backup=backup-photos-26&volume=lh-photos")
    proof = STEPS["restored"].proof(r.moment([*rows, made], sheet=r.sheet("photos"), decisions=decisions))
    assert [finding.text for finding in proof] == ["is bound to its restored volume"]
    strange = replace(made, from_backup="s3://backups@home/?backup=backup-wiki-26&volume=lh-wiki")
    proof = STEPS["restored"].proof(r.moment([*rows, strange], sheet=r.sheet("photos"), decisions=decisions))
    assert "is bound to another volume (pv-older)" in proof[0].text


def restored(name: str) -> list[Row]:
    """A claim on a volume that was made from the older one of its two backups."""
    older, newer = replace(s.backup(name, 26), url=f"s3://older/{name}"), s.backup(name, 2)
    return [r.claim(name), r.pv(name), r.filled(name, from_backup=older.url), older, newer]


def test_whoever_looks_at_the_data_is_told_at_which_and_how_old_it_is() -> None:
    moment = r.moment([s.target(), *restored("photos"), s.stored("db")], decisions=r.chosen(r.PHOTOS))
    asks, photos = STEPS["looked"].proof(moment)
    assert asks.severity is Severity.WARNING
    assert said((photos,)) == ["claim apps/photos: from its backup of 2027-01-14 06:00 UTC, which no pod uses yet"]
    done = STEPS["looked"].proof(replace(moment, decisions={**moment.decisions, **LOOKED}))
    assert said(done) == ["data: looked at by ada@workshop", *said((photos,))]
    assert proved(done)


def test_how_data_is_looked_at_is_by_the_pods_that_use_it() -> None:
    gallery = pod("gallery-0", "photos")
    moment = r.moment([s.target(), *restored("photos"), gallery], decisions=r.chosen(r.PHOTOS))
    look = STEPS["looked"].shell_now
    assert look is not None
    assert look(moment, "home").splitlines() == [
        "kubectl --context home -n apps get services,ingresses",
        "kubectl --context home -n apps exec -it gallery-0 -- sh",
    ]
    assert said(STEPS["looked"].proof(moment))[1].endswith("UTC, used by gallery-0")
    assert look(r.moment([]), "home") == "kubectl --context home get pods,services,ingresses --all-namespaces"


def test_more_claims_than_one_can_read_are_counted() -> None:
    names = [f"c{number:02}" for number in range(9)]
    rows = [row for name in names for row in restored(name)]
    _asks, *claims, more = STEPS["looked"].proof(
        r.moment(rows, decisions=r.chosen(*(f"apps/{name}" for name in names)))
    )
    assert [each.subject for each in claims] == [f"claim apps/{name}" for name in names[:6]]
    assert more.text == "and 3 more"


@pytest.mark.parametrize("file", ["", "home.survival.yaml"])
def test_nobody_waits_for_ever_for_a_new_sheet(file: str) -> None:
    settings = replace(r.SETTINGS, survival_file=file)
    step = report_step(settings)
    (found,) = step.proof(r.moment([], sheet=None, settings=settings))
    assert found.remedy
    assert step.skip
    told = f"{step.do} {found.remedy}"
    assert ("survival: {write: " in told) == (not file)
    assert step.shell is not None
    assert "bedplate survival --write " in step.shell(settings, "home")


@pytest.mark.parametrize(
    ("decisions", "goes_on"),
    [
        ({}, False),
        (r.decided(disks="gone"), True),
        (r.chosen(r.PHOTOS), True),
        ({**r.chosen(r.PHOTOS), **LOOKED}, False),
        (r.decided(disks="gone", what="nothing"), False),
    ],
)
def test_a_recovery_goes_on_until_its_data_was_looked_at(decisions: Mapping[str, Decision], *, goes_on: bool) -> None:
    moment = r.moment([s.target(), s.backup("photos")], sheet=r.sheet("photos"), decisions=decisions)
    assert is_going_on(moment.rows, Recovery(moment.sheet, decisions)) is goes_on


def test_after_a_recovery_nobody_is_told_that_the_cluster_never_died() -> None:
    sheet = r.sheet("photos")
    own = replace(sheet, cluster=replace(sheet.cluster, uid=r.NEW))
    before, after = (
        r.moment([], sheet=own, decisions=decisions) for decisions in ({}, {**r.chosen(r.PHOTOS), **LOOKED})
    )
    assert "never died" in str(STEPS["triage"].proof(before))
    assert "never died" not in str(STEPS["triage"].proof(after))
    assert "since it was recovered" in str(STEPS["triage"].proof(after))
