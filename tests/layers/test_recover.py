"""The worst day, found at the right step by what the cluster proves."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.commands import Target
from runners.layers.findings import Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.gates import gate
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.picture import ComponentState, Layer
from runners.layers.rows import FrozenRows
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState, StepView, progress
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.restore_choices import what_options
from runners.layers.walkthroughs.restore_rules import Recovery, wanted
from runners.layers.walkthroughs.steps import Moment, proved
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import upgrade_worlds as u
from tests.layers import walk_worlds as k
from tests.layers import worlds as w

WALK = recover(r.SETTINGS)
ABSENT = {"longhorn": Verdict.ABSENT, "minio": Verdict.ABSENT, "flux-system": Verdict.ABSENT}
ALONE = {"minio": Verdict.ABSENT, "flux-system": Verdict.ABSENT}
CONFIRMED = {"cluster": Decision("recover", "cluster", Choice.CONFIRMED, w.NOW, "ada@workshop", answer=r.NEW)}
SHEET = r.sheet("photos")
BACKUPS = [s.target(), s.backup("photos")]


def next_step(moment: Moment) -> StepView:
    found = progress(WALK, moment)
    return found.steps[found.current]


def at(rows: Sequence[Row] = (), *decisions: Mapping[str, Decision], **more: Any) -> Moment:
    merged = {step: each for some in decisions for step, each in some.items()}
    return r.moment(rows, **{"sheet": SHEET, "decisions": merged, **more})


def test_the_order_is_the_one_that_loses_nothing() -> None:
    assert [step.id for step in WALK.steps] == [
        "triage", "disks", "cluster", "preflight", "minor", "keys:longhorn", "foundation:longhorn", "storage",
        "survivors", "target", "hold", "what", "restored", "old-data", "foundation:minio", "flux", "flux:controllers",
        "flux:source", "flux:applied", "flux:decrypts", "services", "looked", "release",
        "verify:longhorn", "verify:minio", "verify:flux", "report",
    ]  # fmt: skip


def test_each_step_says_why_and_has_a_command_and_an_undo() -> None:
    for step in WALK.steps:
        assert step.why
        assert step.do
        assert step.undo
        assert step.shell is not None or step.command is not None or step.id in ("cluster", "preflight", "looked"), (
            step.id
        )


GONE = r.decided(disks="gone")
KEPT = r.decided(disks="kept", what=f"volumes {r.PHOTOS}")
ALL = r.chosen(r.PHOTOS)
HELD = r.job(groups=(), held='{"groups": ["default"]}')


@pytest.mark.parametrize(
    ("moment", "step", "state"),
    [
        (at(verdicts=ABSENT), "disks", StepState.READY),
        (at((), GONE, verdicts=ABSENT), "cluster", StepState.READY),
        (at((), GONE, CONFIRMED, verdicts=ABSENT, asked=""), "minor", StepState.UNKNOWN),
        (at((), GONE, CONFIRMED, verdicts=ABSENT, asked="1.11.2"), "minor", StepState.READY),
        (at((), GONE, CONFIRMED, verdicts=ABSENT, keys=False), "keys:longhorn", StepState.WAITING),
        (at((), GONE, CONFIRMED, verdicts=ABSENT), "foundation:longhorn", StepState.READY),
        (at((), GONE, CONFIRMED, verdicts={"longhorn": Verdict.PROGRESSING}), "storage", StepState.WAITING),
        (at((), GONE, CONFIRMED, verdicts=ALONE), "target", StepState.FAILED),
        (at([s.target(available=False)], GONE, CONFIRMED, verdicts=ALONE), "target", StepState.WAITING),
        (at([*BACKUPS, r.job()], GONE, CONFIRMED, verdicts=ALONE), "hold", StepState.READY),
        (at([*BACKUPS, HELD], GONE, CONFIRMED, verdicts=ALONE), "what", StepState.READY),
        (at([*BACKUPS, HELD], ALL, CONFIRMED, verdicts=ALONE), "restored", StepState.READY),
        (at([*BACKUPS, r.job()], ALL, CONFIRMED, verdicts=ALONE), "hold", StepState.READY),
        (
            at([*BACKUPS, HELD, r.filled("photos", restoring=True)], ALL, CONFIRMED, verdicts=ALONE),
            "restored",
            StepState.WAITING,
        ),
        (at([*BACKUPS, HELD, *r.back("photos")], ALL, CONFIRMED, verdicts=ALONE), "foundation:minio", StepState.READY),
        (at([*BACKUPS, HELD, *r.back("photos")], KEPT, CONFIRMED, verdicts=ALONE), "old-data", StepState.READY),
        (
            at([*BACKUPS, HELD, *r.back("photos")], KEPT, CONFIRMED, r.decided(**{"old-data": r.NEW}), verdicts=ALONE),
            "foundation:minio",
            StepState.READY,
        ),
        (
            at([*BACKUPS, HELD, *r.back("photos")], ALL, CONFIRMED, verdicts={"flux-system": Verdict.ABSENT}),
            "flux",
            StepState.BLOCKED,
        ),
        (at([*BACKUPS, HELD, *r.back("photos")], ALL, CONFIRMED), "looked", StepState.READY),
        (
            at([*BACKUPS, HELD, *r.back("photos")], ALL, CONFIRMED, r.decided(looked=r.NEW)),
            "release",
            StepState.READY,
        ),
        (
            at([*BACKUPS, r.job(), *r.back("photos")], ALL, CONFIRMED, r.decided(looked=r.NEW)),
            "verify:longhorn",
            StepState.BLOCKED,
        ),
    ],
)
def test_where_one_stands_is_found_by_proofs_alone(moment: Moment, step: str, state: StepState) -> None:
    found = next_step(moment)
    assert (found.step.id, found.state) == (step, state), found


def test_flux_waits_for_what_comes_back_from_backups() -> None:
    """The claims that Flux would create empty are never created before: its gate is closed however one comes there."""
    moment = at([*BACKUPS, HELD], ALL, CONFIRMED)
    step = WALK.step("flux")
    assert step is not None
    closed = [finding.subject for finding in moment.situation(step.target).unrestored]
    assert closed == ["claim apps/photos"]


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        (r.sheet("photos", uid=r.NEW), [*BACKUPS, *s.whole("photos")]),
        (None, [*BACKUPS, *s.whole("photos")]),
    ],
)
@pytest.mark.parametrize(
    ("verdicts", "step"),
    [
        ({"flux-system": Verdict.ABSENT}, "flux"),
        ({"longhorn": Verdict.ABSENT}, "foundation:longhorn"),
        ({}, "verify:longhorn"),
    ],
)
def test_a_single_layer_is_recovered_alone(
    sheet: Any, rows: list[Row], verdicts: Mapping[str, Verdict], step: str
) -> None:
    assert next_step(at(rows, CONFIRMED, sheet=sheet, verdicts=verdicts)).step.id == step


def test_a_restored_etcd_is_repaired_and_not_restored_over() -> None:
    broken = replace(s.stored("photos", "faulted"), why="replica is gone")
    rows = [*BACKUPS, s.claim("photos"), s.volume("photos"), broken]
    found = next_step(at(rows, CONFIRMED, sheet=r.sheet("photos", uid=r.NEW)))
    assert (found.step.id, found.state) == ("survivors", StepState.FAILED)
    assert "not restored over" in found.proof[0].text
    assert "VolumeAttachments" in found.proof[0].remedy


def test_nothing_to_restore_is_refused_until_the_disks_are_answered_for() -> None:
    undecided = at(BACKUPS, r.decided(what="nothing"), CONFIRMED)
    step = WALK.step("what")
    assert step is not None
    assert not proved(step.proof(undecided))
    assert proved(step.proof(at(BACKUPS, r.decided(what="nothing"), GONE, CONFIRMED)))
    assert [option.answer for option in what_options(at(BACKUPS))] == ["volumes"]
    assert [option.answer for option in what_options(at(BACKUPS, GONE))] == ["volumes", "nothing"]


def test_system_backups_and_volumes_are_offered_with_dates_and_sizes() -> None:
    system, volumes, _nothing = what_options(at([*BACKUPS, r.system_backup()], GONE))
    assert system.answer == "system-backup first"
    assert " · of 2027-01-15 07:00 UTC, by Longhorn v1.12.1: volumes with their claims, and " in system.text
    assert "without Longhorn's settings" in volumes.text
    assert [(each.answer, each.text) for each in volumes.among] == [(r.PHOTOS, "10Gi of 2027-01-15 06:00 UTC")]


def test_jobs_are_released_without_a_look_where_nothing_was_restored() -> None:
    """Whoever starts over has no data to look at, and must not be kept from having backups made again."""
    step = WALK.step("release")
    assert step is not None
    assert step.command is not None
    answers = r.decided(disks="alive", what="nothing")
    started_over = at([*BACKUPS, HELD], answers, CONFIRMED)
    assert gate(step.command, started_over.situation(step.target)).is_open
    restored = at([*BACKUPS, HELD, *r.back("photos")], ALL, CONFIRMED)
    assert not gate(step.command, restored.situation(step.target)).is_open


def test_a_look_counts_for_what_was_chosen_before_it_alone() -> None:
    """Who chooses again after a first restore has not seen what comes back with the second."""
    looked = {"looked": Decision("recover", "looked", Choice.CONFIRMED, w.NOW - 120, "ada@workshop", answer=r.NEW)}
    moment = at([*BACKUPS, r.job(), *r.back("photos")], r.chosen(r.PHOTOS), looked, CONFIRMED)
    for step in map(WALK.step, ("hold", "looked")):
        assert step is not None
        assert not proved(step.proof(moment))


@pytest.mark.parametrize(
    ("job", "answers", "is_needed"),
    [
        (HELD, {}, True),
        (HELD, r.decided(what="nothing"), False),
        (r.job(), {}, False),
    ],
)
def test_what_was_restored_wants_a_look_when_the_choice_is_too_old_too(
    job: Row, answers: Mapping[str, Decision], is_needed: bool
) -> None:
    moment = at([*BACKUPS, job, *r.back("photos")], answers, CONFIRMED)
    looked, release = WALK.step("looked"), WALK.step("release")
    assert looked is not None
    assert release is not None
    assert release.command is not None
    assert proved(looked.proof(moment)) is not is_needed
    closed = gate(release.command, moment.situation(release.target)).closed_by
    assert ("restored data" in {finding.subject for finding in closed}) is is_needed


@pytest.mark.parametrize("sheet", [r.sheet("photos", uid=r.NEW), None])
def test_where_only_flux_died_only_flux_is_put_back(sheet: Any) -> None:
    """Its claims live: nothing is held, nothing chosen, and no gate of a recovery stands before the bootstrap."""
    rows = [*BACKUPS, r.job(), *s.whole("photos")]
    moment = at(rows, CONFIRMED, sheet=sheet, verdicts={"flux-system": Verdict.ABSENT})
    found = progress(WALK, moment)
    over = [view.step.id for view in found.steps if view.state is StepState.DONE]
    assert {"disks", "hold", "what", "restored", "foundation:minio", "looked", "release"} <= {*over}
    assert moment.situation(Target()).unrestored == ()


@pytest.mark.parametrize("sheet", [r.sheet("photos", uid=r.NEW), None])
def test_where_only_the_foundation_died_flux_is_left_as_it_is(sheet: Any) -> None:
    """Longhorn comes back to volumes that live; Flux's own steps prove themselves, and nothing is restored."""
    rows = [*BACKUPS, r.job(), *s.whole("photos")]
    broken = at(rows, CONFIRMED, sheet=sheet, verdicts={"longhorn": Verdict.ABSENT, "minio": Verdict.ABSENT})
    found = progress(WALK, broken)
    assert (found.steps[found.current].step.id, found.steps[found.current].state) == (
        "foundation:longhorn",
        StepState.READY,
    )
    back = progress(WALK, at(rows, CONFIRMED, sheet=sheet, verdicts={"minio": Verdict.ABSENT}))
    assert (back.steps[back.current].step.id, back.steps[back.current].state) == ("foundation:minio", StepState.READY)
    states = {view.step.id: view.state for view in back.steps}
    assert {states[step] for step in ("flux", "hold", "what", "restored")} == {StepState.DONE}


@pytest.mark.parametrize(("answer", "looks"), [("", True), ("alive", True), ("kept", True), ("gone", False)])
def test_longhorns_values_are_looked_at_first_where_old_disks_live(answer: str, looks: bool) -> None:
    step = WALK.step("foundation:longhorn")
    assert step is not None
    assert step.shell_now is not None
    commands = step.shell_now(at((), r.decided(disks=answer) if answer else {}), "home").splitlines()
    looked = [line for line in commands if "auto-deletion" in line]
    assert looked == [commands[-1]] * looks
    assert commands[-1].endswith(" sync")


@pytest.mark.parametrize(
    ("rendered", "synced"),
    [
        ("data: {default-setting.yaml: 'orphan-resource-auto-deletion: \"replica-data\"'}", False),
        ("    orphan-resource-auto-deletion: instance;replicaData", False),
        ('    orphan-auto-deletion: "TRUE"', False),
        ("    orphan-auto-deletion: 1", False),
        ("kind: Setting\nmetadata:\n  name: orphan-resource-auto-deletion\nvalue: replica-data", False),
        ('    orphan-auto-deletion: "false"', True),
        ('    orphan-resource-auto-deletion: "instance"', True),
        ("    orphan-resource-auto-deletion-grace-period: 300", True),
        ("", True),
        (None, False),
    ],
)
def test_by_hand_nothing_is_synced_that_turns_orphan_deletion_on(
    tmp_path: Path, rendered: str | None, synced: bool
) -> None:
    step = WALK.step("foundation:longhorn")
    assert step is not None
    assert step.shell is not None
    (tmp_path / "rendered").write_text(rendered or "")
    helmfile = tmp_path / "helmfile"
    fails = "exit 3" if rendered is None else "cat rendered"
    helmfile.write_text(f'#!/bin/bash\ncase "$*" in *template) {fails};; *sync) touch synced;; esac\n')
    helmfile.chmod(0o755)
    lines, path = step.shell(r.SETTINGS, "home"), {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", lines], cwd=tmp_path, env=path, check=False, timeout=20)
    assert (tmp_path / "synced").exists() is synced


def test_what_was_put_back_is_said_where_the_data_is_looked_at() -> None:
    step = WALK.step("looked")
    assert step is not None
    rows = [*BACKUPS, HELD, *r.back("photos")]
    told = [
        finding for finding in step.proof(at(rows, KEPT, r.decided(**{"old-data": r.NEW}))) if "old" in finding.subject
    ]
    assert [finding.text for finding in told] == ["was put back from the old disks, says ada@workshop"]
    assert not [finding for finding in step.proof(at(rows, KEPT)) if "old" in finding.subject]


def test_a_choice_that_is_taken_back_later_says_what_is_back_already() -> None:
    step = WALK.step("what")
    assert step is not None
    (found, *_) = step.proof(at([*BACKUPS, s.backup("wiki"), *r.back("photos")], sheet=r.sheet("photos", "wiki")))
    assert found.text == "nothing is chosen yet; 2 claims have a backup, and 1 of them is back"


def test_longhorn_is_not_installed_while_helm_is_at_it() -> None:
    step = WALK.step("foundation:longhorn")
    assert step is not None
    moment = at(())
    state = ComponentState("longhorn", Layer.FOUNDATION, Verdict.PROGRESSING)
    begun = replace(moment, picture=replace(moment.picture, components=(state,)))
    assert not proved(step.proof(begun))
    pending = w.release("longhorn-system", "longhorn", "pending-install", 1)
    there = replace(state, version="1.12.1", namespaces=("longhorn-system",))
    half = at([pending])
    assert not proved(step.proof(replace(half, picture=replace(half.picture, components=(there,)))))
    done = replace(moment, picture=replace(moment.picture, components=(replace(state, version="1.12.1"),)))
    assert proved(step.proof(done))


def test_disks_that_live_are_the_last_copy_and_nothing_may_delete_them() -> None:
    step = WALK.step("disks")
    assert step is not None
    read = step.proof(at((), r.decided(disks="alive")))
    assert not proved(read), "how they are read out has to be seen before it goes on"
    assert step.shell_now is not None
    assert "launch-simple-longhorn" in step.shell_now(at((), r.decided(disks="alive")), "home")
    assert step.options is not None
    assert [each.answer for each in step.options(at((), r.decided(disks="alive")))] == ["kept", "gone"]
    alive = r.decided(disks="kept")
    assert proved(step.proof(at((), alive)))
    assert any("last copy" in finding.text for finding in step.proof(at((), alive)))
    eager = at([w.setting("orphan-resource-auto-deletion", "replica-data;instance")], alive)
    assert [finding.severity for finding in step.proof(eager)].count(Severity.BLOCKER) == 1
    assert not proved(step.proof(eager))


@pytest.mark.parametrize(
    ("reach", "done"), [(Reach.LIVE, True), (Reach.LOADING, True), (Reach.ABSENT, True), (Reach.FORBIDDEN, False)]
)
def test_an_install_under_way_takes_no_answer_on_the_disks_back(reach: Reach, *, done: bool) -> None:
    """Its settings are read a moment later; who may never read them can't tell whether old replicas are deleted."""
    freshness = {LONGHORN_SETTINGS.id: Freshness(reach, w.NOW - 1)}
    step = k.WALKTHROUGHS["recover"].step("disks")
    assert step is not None
    moment = k.At(k.BEHIND, decisions=r.decided(disks="kept"), freshness=freshness).moment()
    assert proved(step.proof(moment)) is done


@pytest.mark.parametrize(
    ("pod", "status", "said"),
    [
        ("photos-0", "Running", ["is used by photos-0"]),
        ("photos-0", "Completed", []),
        ("old-replica", "Running", []),
    ],
)
def test_old_data_goes_back_where_nothing_runs_on_the_claim(pod: str, status: str, said: list[str]) -> None:
    step = WALK.step("old-data")
    assert step is not None
    user = u.pod(pod, "photos", status=status)
    found = step.proof(at([*BACKUPS, *r.back("photos"), user], KEPT))
    assert [finding.text for finding in found if finding.subject == f"claim {r.PHOTOS}"] == said
    assert step.shell_now is not None
    (made,) = (line for line in step.shell_now(at([*BACKUPS], KEPT), "home").splitlines() if "<<<" in line)
    pod_made = json.loads(shlex.split(made)[-1])
    *_paths, replica, claim = pod_made["spec"]["volumes"]
    assert replica["hostPath"]["path"] == "/var/lib/longhorn/replicas/lh-photos-SUFFIX"
    assert claim["persistentVolumeClaim"]["claimName"] == "photos"
    assert pod_made["spec"]["containers"][0]["image"] == "longhornio/longhorn-engine:v1.12.1"


@pytest.mark.parametrize(
    ("setting", "value", "patch"),
    [
        ("orphan-resource-auto-deletion", "replica-data;instance", '{"value": "instance"}'),
        ("orphan-resource-auto-deletion", "replica-data", '{"value": ""}'),
        ("orphan-auto-deletion", "true", '{"value": "false"}'),
    ],
)
@pytest.mark.parametrize("decided", [{}, r.decided(disks="alive"), r.decided(disks="kept")], ids=["", "alive", "kept"])
def test_what_would_delete_old_replicas_is_stopped_by_one_command(
    setting: str, value: str, patch: str, decided: dict[str, Decision]
) -> None:
    step = WALK.step("disks")
    assert step is not None
    assert step.shell_now is not None
    patched, *_read_out = step.shell_now(at([w.setting(setting, value)], decided), "home").splitlines()
    assert shlex.split(patched) == [
        *("kubectl", "--context", "home", "-n", "longhorn-system", "patch", "settings.longhorn.io", setting),
        *("--type", "merge", "-p", patch),
    ]
    for moment in (at([w.setting(setting, json.loads(patch)["value"])], decided), at((), r.decided(disks="gone"))):
        assert "patch" not in step.shell_now(moment, "home")


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (None, "what stood on the old cluster is known from backups alone"),
        (r.sheet("photos", uid=r.NEW), "never died, or its etcd was restored"),
        (SHEET, "a new cluster stands in the place of 0ld-0ld"),
    ],
)
def test_triage_says_whether_it_is_the_same_cluster(sheet: Any, said: str) -> None:
    words = " | ".join(finding.text for finding in WALK.steps[0].proof(at((), sheet=sheet)))
    assert said in words


def test_a_typed_minor_counts_and_what_is_none_does_not() -> None:
    step = WALK.step("minor")
    assert step is not None
    bare = replace(SHEET, longhorn_minor="")
    assert not proved(step.proof(at((), sheet=bare, verdicts=ABSENT)))
    assert proved(step.proof(at((), r.decided(minor="1.12"), sheet=bare, verdicts=ABSENT)))
    assert not proved(step.proof(at((), r.decided(minor="newest"), sheet=bare, verdicts=ABSENT)))
    assert proved(step.proof(at([r.system_backup()], sheet=bare, verdicts=ABSENT)))


def test_a_sheet_that_is_moved_away_in_the_end_leads_nobody_back() -> None:
    step = WALK.step("minor")
    assert step is not None
    decisions = {**r.decided(disks="alive", what="nothing"), **CONFIRMED}
    assert proved(step.proof(r.moment(BACKUPS, decisions=decisions)))
    assert not proved(step.proof(r.moment(BACKUPS, decisions=decisions, verdicts=ABSENT)))
    assert not proved(step.proof(r.moment(BACKUPS, decisions=CONFIRMED)))


ROWS = st.sampled_from(
    [*BACKUPS, r.job(), HELD, *r.back("photos"), s.stored("photos"), r.claim("photos", "pvc-1"), r.system_backup()]
)
ANSWERS = st.sampled_from([GONE, ALL, CONFIRMED, r.decided(what="nothing"), r.decided(looked=r.NEW)])


@settings(max_examples=50)
@given(
    st.lists(ROWS, max_size=6),
    st.lists(ANSWERS, max_size=3),
    st.sampled_from([None, SHEET, r.sheet("photos", uid=r.NEW)]),
)
def test_nothing_is_done_that_is_not_proved(rows: list[Row], answers: list[Mapping[str, Decision]], sheet: Any) -> None:
    moment = at(rows, *answers, sheet=sheet)
    for view in progress(WALK, moment).steps:
        assert (view.state is StepState.DONE) == proved(view.step.proof(moment)), view.step.id


def test_what_came_after_the_choice_is_no_part_of_it() -> None:
    decision = Decision("recover", "what", Choice.CONFIRMED, w.NOW, "ada@workshop", answer="system-backup first")
    recovery = Recovery(SHEET, {"what": decision})
    probe = replace(s.backup("claim-1", hours=3), claim="bedplate-probe/claim-1")
    since = s.backup("made-by-flux", hours=-1)
    rows = FrozenRows([*BACKUPS, s.backup("photos", hours=-1), probe, since])
    assert [(one.claim, one.at > w.NOW) for one in wanted(rows, recovery)] == [("apps/photos", True)]
