"""An upgrade's steps, by table: what may be gone, what is backed up, and when it has settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.commands import Target
from runners.layers.kinds.base import Row
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import Progress, StepState
from tests.layers import worlds as w
from tests.layers.upgrade_worlds import HOME, NEW, OLD, pods, said, step, system_backup, walk, world

DONE, READY, WAITING, FAILED = StepState.DONE, StepState.READY, StepState.WAITING, StepState.FAILED
DAY = 86_400.0


@pytest.mark.parametrize(
    ("installed", "asked", "state", "words"),
    [
        ("1.11.2", "1.12.1", DONE, "1.11.2 is installed, 1.12.1 is asked for"),
        ("1.11.2", "1.11.3", DONE, "1.11.3 is asked for"),
        ("1.12.1", "1.12.1", DONE, "as the helmfile asks"),
        ("1.10.2", "1.12.1", FAILED, "skips 1.11: only one minor version at a time"),
        ("1.12.1", "1.11.2", FAILED, "is a downgrade"),
        ("1.11.2", "2.0.0", StepState.UNKNOWN, "can't be told"),
        ("1.11.2", "", DONE, "only the plan can tell"),
        ("", "1.12.1", StepState.UNKNOWN, "is not known yet"),
    ],
)
def test_from_which_version_to_which(installed: str, asked: str, state: StepState, words: str) -> None:
    view = step(walk(world(), installed=installed, asked=asked), "versions")
    assert (view.state, words in said(view)) == (state, True), said(view)


def test_what_is_not_installed_is_the_first_days() -> None:
    view = step(walk([w.node("node-1")], installed=""), "versions")
    assert (view.state, said(view)) == (FAILED, "longhorn: is not installed")


def test_a_helmfile_that_asks_for_something_else_by_now() -> None:
    view = step(walk(world(), by_now="1.11.3"), "versions")
    assert view.state is FAILED
    assert "asks for 1.11.3 by now" in said(view)


def test_a_faulted_volume_stops_it_and_a_degraded_one_is_said() -> None:
    faulted = step(walk(world(extra=[w.longhorn_volume("pvc-9", "faulted")])), "versions")
    assert faulted.state is FAILED
    assert "is faulted" in said(faulted)
    degraded = step(walk(world(extra=[w.longhorn_volume("pvc-9", "degraded")])), "versions")
    assert degraded.state is DONE
    assert "Longhorn advises to wait" in said(degraded)


@pytest.mark.parametrize(
    ("rows", "state", "words"),
    [
        ([], READY, "there is none"),
        ([system_backup()], DONE, "of v1.11.2 is ready"),
        ([system_backup(made=w.NOW - 2 * DAY)], READY, "2d old"),
        ([system_backup(version="v1.10.1")], READY, "is of v1.10.1, and 1.11.2 is installed"),
        ([system_backup("Error", why="no space")], READY, "failed: no space"),
        ([system_backup("Uploading")], WAITING, "is Uploading"),
    ],
)
def test_a_system_backup_first(rows: Sequence[Row], state: StepState, words: str) -> None:
    view = step(walk(world(extra=rows)), "backup")
    assert (view.state, words in said(view)) == (state, True), said(view)


def test_without_a_backup_target_it_says_so_and_may_be_skipped() -> None:
    rows = [*w.without(world(), "default"), w.backup_target("nfs://nas:/x", available=False, message="no route")]
    view = step(walk(rows), "backup")
    assert "can't be reached: no route" in said(view)
    skip = Decision("upgrade", view.step.id, Choice.SKIPPED, w.NOW - 5, "ada@desk", "a copy of the disks is made")
    found = walk(rows, decided=[skip])
    assert step(found, "backup").state is StepState.SKIPPED
    assert step(found, "apply").state is READY


def test_once_it_is_upgraded_no_backup_can_be_made_up_for() -> None:
    there = step(walk(world(extra=[system_backup()]), installed=NEW), "backup")
    assert (there.state, "of v1.11.2 is ready" in said(there)) == (DONE, True)
    none = step(walk(world(), installed=NEW), "backup")
    assert (none.state, "none can be made any more" in said(none)) == (DONE, True)


@pytest.mark.parametrize(
    ("status", "installed", "state"),
    [
        ("deployed", OLD, READY),
        ("pending-upgrade", OLD, WAITING),
        ("deployed", NEW, DONE),
        ("pending-upgrade", NEW, WAITING),
        ("failed", NEW, READY),
    ],
)
def test_apply(status: str, installed: str, state: StepState) -> None:
    rows = [
        w.release("longhorn-system", "longhorn", status, 2) if row.kind == "releases" else row
        for row in world(extra=[system_backup()])
    ]
    assert step(walk(rows, installed=installed), "apply").state is state


def test_old_and_new_pods_are_told_apart_while_it_rolls_out() -> None:
    moving = w.workload("daemonsets", "longhorn-system", "longhorn-manager", 3, 3, updated=1)
    rolling = [
        *w.without(world(version=NEW), "longhorn-manager"),
        moving,
        *pods(("5d8f", w.NOW - 9), ("41c7", w.LONG_AGO), ("41c7", w.LONG_AGO)),
    ]
    view = step(walk(rolling, installed=NEW), "settled")
    assert view.state is WAITING
    assert "longhorn-manager: 1/3 updated, 3/3 ready: new 5d8f: 1 pod; old 41c7: 2 pods" in said(view)


def test_a_last_old_pod_is_waited_for_although_all_is_counted_as_updated() -> None:
    rows = [*world(version=NEW), *pods(("5d8f", w.NOW - 9), ("41c7", w.LONG_AGO))]
    view = step(walk(rows, installed=NEW), "settled")
    assert view.state is WAITING
    assert "old 41c7: 1 pod" in said(view)
    alone = [*world(version=NEW), *pods(("5d8f", w.NOW - 9), ("5d8f", w.NOW - 9))]
    assert "no old pod is left of 2" in said(step(walk(alone, installed=NEW), "settled"))
    assert step(walk(alone, installed=NEW), "settled").state is DONE


def test_a_stuck_rollout_has_failed() -> None:
    stuck = w.workload("deployments", "longhorn-system", "longhorn-ui", 0, 1, stuck="ProgressDeadlineExceeded")
    view = step(walk(world(version=NEW, extra=[stuck]), installed=NEW), "settled")
    assert view.state is FAILED
    assert "is stuck, ProgressDeadlineExceeded" in said(view)


def test_what_comes_after_proves_nothing_before_the_apply_and_under_the_old_manager() -> None:
    before = walk(world())
    assert [step(before, name).state for name in ("settled", "storage", "engines")] == [StepState.LATER] * 3
    assert "1.12.1 is not applied yet" in said(step(before, "engines"))
    under_the_old = walk(world(), installed=NEW)
    assert "is v1.11.2 still" in said(step(under_the_old, "engines"))
    assert step(under_the_old, "storage").state is WAITING


def test_engines_that_stay_old_are_not_done_until_they_are_upgraded() -> None:
    old = step(walk(world(version=NEW), installed=NEW), "engines")
    assert (old.state, "runs engine v1.11.2" in said(old)) == (READY, True)
    limit = w.setting("concurrent-automatic-engine-upgrade-per-node-limit", "1")
    assert step(walk(world(version=NEW, extra=[limit]), installed=NEW), "engines").state is WAITING
    assert step(walk(world(version=NEW, engine=NEW), installed=NEW), "engines").state is DONE


def test_volumes_and_claims() -> None:
    fine = step(walk(world(version=NEW), installed=NEW), "storage")
    assert (fine.state, "1 are in use, and bound" in said(fine)) == (DONE, True)
    lost = [row for row in world(version=NEW) if row.kind != "persistentvolumeclaims"]
    view = step(walk([*lost, w.claim("apps", "data", "Lost")], installed=NEW), "storage")
    assert (view.state, "claim apps/data: is Lost" in said(view)) == (WAITING, True)
    degraded = step(walk(world(version=NEW, extra=[w.longhorn_volume("pvc-9", "degraded")]), installed=NEW), "storage")
    assert degraded.state is WAITING
    faulted = walk(world(version=NEW, extra=[w.longhorn_volume("pvc-9", "faulted")]), installed=NEW)
    assert step(faulted, "settled").state is FAILED
    assert "is faulted" in said(step(faulted, "storage"))


def test_a_run_of_another_day_says_nothing_of_this_one() -> None:
    old = RunRecord("r", "apply longhorn", (), "/", "", w.NOW - 2 * DAY, RunState.FAILED, w.NOW - 2 * DAY)
    ready = world(extra=[system_backup()])
    assert step(walk(ready, runs=[old]), "apply").state is READY
    assert step(walk(ready, runs=[replace(old, started=w.NOW - 60)]), "apply").state is FAILED


def test_a_word_holds_for_a_day_and_for_one_version() -> None:
    first = walk(world()).steps[0].step.id
    assert first == "cluster:longhorn:1.12.1"
    old = Decision("upgrade", first, Choice.CONFIRMED, w.NOW - 2 * DAY, "ada@desk", answer=HOME.uid)
    assert walk(world(), confirmed=False, decided=[old]).steps[0].state is READY
    assert walk(world(), confirmed=False, decided=[replace(old, at=w.NOW - 60)]).steps[0].state is DONE
    assert walk(world(), asked="1.11.3", confirmed=False, decided=[replace(old, at=w.NOW - 60)]).steps[0].state is READY


METALLB = Target(kind="Kustomization", namespace="flux-system", name="metallb")


def service(*rows: Row, runs: Sequence[RunRecord] = (), pushed: bool = False) -> Progress:
    decided = [Decision("upgrade", "push:metallb", Choice.CONFIRMED, w.NOW - 5, "ada@desk", answer=HOME.uid)]
    return walk(
        [replace(w.flux_object("GitRepository", "flux-system"), asks="main"), *rows],
        asked="",
        component="metallb",
        runs=runs,
        decided=decided if pushed else [],
        applier=METALLB,
    )


def states(found: Progress) -> list[StepState]:
    return [step(found, name).state for name in ("hold", "push", "resume", "reconcile")]


def test_a_service_is_held_pushed_let_go_and_applied() -> None:
    there, held = w.flux_object("Kustomization", "metallb"), w.flux_object("Kustomization", "metallb", suspended=True)
    suspended = RunRecord("r", "suspend metallb", (), "/", "", w.NOW - 60, RunState.SUCCEEDED, w.NOW - 59)
    behind = replace(there, revision="main@sha1:00000000")
    assert states(service(there)) == [READY, StepState.LATER, DONE, DONE]
    assert states(service(held)) == [DONE, READY, StepState.LATER, StepState.LATER]
    assert states(service(held, pushed=True)) == [DONE, DONE, READY, StepState.LATER]
    assert states(service(behind, runs=[suspended], pushed=True)) == [DONE, DONE, DONE, WAITING]
    assert states(service(there, runs=[suspended], pushed=True)) == [DONE, DONE, DONE, DONE]


def test_a_service_that_nobody_sees_is_not_told_of() -> None:
    assert step(service(), "versions").state is StepState.UNKNOWN


def test_what_git_has_of_a_service_and_what_is_applied() -> None:
    release = replace(w.flux_object("HelmRelease", "metallb", namespace="media"), asks="1.19.x", revision="1.19.0")
    made = replace(
        w.flux_object("Kustomization", "metallb"), inventory=("media_metallb_helm.toolkit.fluxcd.io_HelmRelease",)
    )
    view = step(service(made, release), "versions")
    assert view.state is DONE
    assert said(view).splitlines() == [
        "GitRepository flux-system/flux-system: follows main; main@3d2789eb is fetched",
        "Kustomization flux-system/metallb: main@3d2789eb is applied",
        "HelmRelease media/metallb: asks for chart 1.19.x; 1.19.0 is applied",
    ]
