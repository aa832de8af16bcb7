"""What looks well or under way and is neither, by table: nothing hangs, idles or hides behind an old success."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.freshness import Freshness, Reach
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import flux_row
from runners.layers.kinds.longhorn_nodes import longhorn_node_row
from runners.layers.kinds.releases import Revision
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.judged import CONTROLLER, FLUX, SETTINGS, SOURCE, SYNC, late, state

OLD = w.NOW - 3 * 3600
GARAGE = Settings(origin="test", foundation=(FoundationEntry("garage", "garage/helmfile.yaml", ("garage",)),))
STORE = w.workload("statefulsets", "garage", "garage", 3, 3)


def garage(status: str, revision: int = 1, at: float = OLD) -> Revision:
    return w.release("garage", "garage", status, revision, at)


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        ([garage("deployed"), STORE], Verdict.HEALTHY, ""),
        ([garage("deployed")], Verdict.DEGRADED, "its release is deployed and has no workload"),
        ([garage("deployed", at=w.NOW - 5)], Verdict.PROGRESSING, "has no workload"),
        ([garage("uninstalling", at=w.NOW - 60)], Verdict.PROGRESSING, "revision 1 is uninstalling"),
        ([garage("uninstalling", at=w.NOW - 60), STORE], Verdict.PROGRESSING, "revision 1 is uninstalling"),
        ([garage("uninstalling")], Verdict.FAILED, "is uninstalling for 3h: nobody seems to be at it"),
        ([replace(garage("uninstalling"), modified=w.NOW - 60)], Verdict.PROGRESSING, "is uninstalling"),
        ([garage("uninstalled")], Verdict.ABSENT, "not installed"),
        ([garage("superseded"), garage("uninstalled", 2)], Verdict.ABSENT, "not installed"),
        ([garage("pending-upgrade", 2, w.NOW - 60), STORE], Verdict.PROGRESSING, "is pending-upgrade"),
        ([garage("pending-upgrade", 2), STORE], Verdict.DEGRADED, "is pending-upgrade for 3h: nobody seems to be"),
        ([garage("failed"), STORE], Verdict.FAILED, "revision 1 failed"),
        ([garage("deployed"), garage("failed", 2, w.NOW - 5), STORE], Verdict.DEGRADED, "revision 2 failed, an older"),
        ([garage("superseded"), garage("failed", 2), STORE], Verdict.DEGRADED, "revision 2 failed, an older"),
        ([garage("failed"), garage("failed", 2), STORE], Verdict.FAILED, "revision 2 failed"),
        ([garage("deployed"), garage("failed", 2), replace(STORE, ready=2)], Verdict.FAILED, "revision 2 failed"),
        ([garage("deployed"), garage("failed", 2)], Verdict.FAILED, "revision 2 failed"),
        ([garage("deployed"), replace(STORE, updated=1)], Verdict.DEGRADED, "garage 1/3 updated"),
        ([garage("deployed"), replace(STORE, updated=1, ready=2)], Verdict.DEGRADED, "garage 2/3 ready"),
        ([garage("deployed"), replace(STORE, observed=False)], Verdict.DEGRADED, "not seen yet"),
    ],
)
def test_a_component_of_which_nothing_more_is_known(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = picture(Observed(FrozenRows(rows), GARAGE, w.NOW, late=late(rows))).component("garage")
    assert found is not None
    assert (found.verdict, says in found.summary) == (verdict, True), found


LOST_UPGRADE = w.release("longhorn-system", "longhorn", "failed", 2, w.NOW - 5)
HUNG_UPGRADE = w.release("longhorn-system", "longhorn", "pending-upgrade", 2, OLD)


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        (
            [
                *w.without(w.longhorn_world(), "longhorn-manager"),
                w.workload("daemonsets", "longhorn-system", "longhorn-manager", 0, 0),
            ],
            Verdict.FAILED,
            "DaemonSet longhorn-manager wants no pods",
        ),
        ([*w.without(w.longhorn_world(), "longhorn-manager"), LOST_UPGRADE], Verdict.FAILED, "manager is missing"),
        ([*w.without(w.longhorn_world(), "longhorn-manager"), HUNG_UPGRADE], Verdict.FAILED, "manager is missing"),
        ([*w.longhorn_world(storage=False), LOST_UPGRADE], Verdict.FAILED, "StorageClass longhorn is not there yet"),
        ([*w.longhorn_world(), HUNG_UPGRADE], Verdict.DEGRADED, "is pending-upgrade for 3h"),
        (
            [*w.longhorn_world(), w.release("longhorn-system", "longhorn", "uninstalling", 2, OLD)],
            Verdict.FAILED,
            "is uninstalling for 3h",
        ),
        (
            [*w.without(w.longhorn_world(), "longhorn"), w.storage_class("longhorn-static")],
            Verdict.FAILED,
            "StorageClass longhorn is not there,",
        ),
        ([*w.longhorn_world(), w.node("control-plane")], Verdict.HEALTHY, ""),
        (
            [
                row
                for row in w.longhorn_world()
                if row.kind != "longhorn-nodes" and row.key != ("csinodes", "", "node-2")
            ],
            Verdict.FAILED,
            "Longhorn nodes none is ready",
        ),
        (
            [
                *(row for row in w.longhorn_world() if row.key != ("longhorn-nodes", "longhorn-system", "node-3")),
                w.longhorn_node("node-3", allowed=False),
            ],
            Verdict.HEALTHY,
            "Longhorn node node-3 takes no replicas: its spec says so",
        ),
        (
            [
                *(row for row in w.longhorn_world() if row.kind != "longhorn-nodes"),
                *(w.longhorn_node(name, allowed=False) for name in w.NODES),
            ],
            Verdict.FAILED,
            "none is ready and schedulable",
        ),
    ],
)
def test_longhorn_that_does_less_than_its_release_says(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("longhorn", rows)
    assert (found.verdict, says in found.summary) == (verdict, True), found


def test_without_nodes_of_its_own_longhorn_owes_its_driver_to_every_ready_node() -> None:
    rows = [row for row in w.longhorn_world() if row.kind not in ("longhorn-nodes", "csinodes")]
    assert any("registered on 0/3 nodes" in finding.text for finding in state("longhorn", rows).findings)


def test_the_classes_that_are_found_are_named_and_the_static_one_is_none() -> None:
    found = state("longhorn", [*w.longhorn_world(), w.storage_class("fast"), w.storage_class("longhorn-static")])
    assert any((each.subject, each.text) == ("StorageClass fast, longhorn", "are there") for each in found.findings)


@pytest.mark.parametrize("reach", [Reach.FORBIDDEN, Reach.STALE, Reach.LOADING])
def test_without_sight_of_its_volumes_longhorn_is_unknown(reach: Reach) -> None:
    found = state("longhorn", w.longhorn_world(), {"longhorn-volumes": Freshness(reach, w.NOW - 60)})
    assert found.verdict is Verdict.UNKNOWN


def test_an_operator_of_no_pods_is_a_failure() -> None:
    rows = [
        *w.without(w.minio_world(), "minio-operator"),
        w.workload("deployments", "minio-operator", "minio-operator", 0, 0),
    ]
    found = state("minio", rows)
    assert (found.verdict, found.summary) == (Verdict.FAILED, "Deployment minio-operator wants no pods")


def applying(ready: str, reason: str, since: float) -> list[Row]:
    return [CONTROLLER, SOURCE, w.flux_object("Kustomization", "flux-system", ready=ready, reason=reason, since=since)]


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        (FLUX[1:], Verdict.FAILED, "has no controllers"),
        (
            [w.workload("deployments", "flux-system", "kustomize-controller", 0, 0), SYNC, SOURCE],
            Verdict.FAILED,
            "no pods",
        ),
        (applying("Unknown", "Progressing", w.NOW - 60), Verdict.PROGRESSING, "Progressing"),
        (applying("Unknown", "Progressing", OLD), Verdict.DEGRADED, "Progressing (for 3h)"),
        (applying("False", "DependencyNotReady", w.NOW - 60), Verdict.PROGRESSING, "DependencyNotReady"),
        (applying("False", "DependencyNotReady", OLD), Verdict.DEGRADED, "(for 3h)"),
        (applying("", "", 0.0), Verdict.DEGRADED, "not seen by its controller yet (for 24h)"),
        ([replace(CONTROLLER, ready=0), SYNC, SOURCE], Verdict.DEGRADED, "0/1 ready"),
        ([replace(CONTROLLER, ready=0, created=w.NOW - 60), SYNC, SOURCE], Verdict.PROGRESSING, "0/1 ready"),
        ([replace(CONTROLLER, ready=0), replace(SYNC, since=w.NOW - 60), SOURCE], Verdict.PROGRESSING, "0/1 ready"),
    ],
)
def test_flux_that_applies_nothing_or_takes_too_long(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("flux-system", rows)
    assert (found.verdict, says in found.summary) == (verdict, True), found


@pytest.mark.parametrize("name", ["flux-system", "metallb"])
@pytest.mark.parametrize("reach", [Reach.FORBIDDEN, Reach.LOADING])
@pytest.mark.parametrize("rows", [[], FLUX])
def test_what_may_be_applied_by_a_kind_out_of_sight_is_not_absent(name: str, reach: Reach, rows: list[Row]) -> None:
    settings = replace(SETTINGS, gitops_components=("metallb",))
    found = picture(Observed(FrozenRows(rows, {"flux": Freshness(reach)}), settings, w.NOW)).component(name)
    assert found is not None
    assert found.verdict is Verdict.UNKNOWN


def test_what_is_suspended_is_resumed_where_it_is() -> None:
    app = w.flux_object("HelmRelease", "app", namespace="media", suspended=True)
    assert [each.remedy for each in state("app", [*FLUX, app]).findings] == ["flux resume helmrelease app -n media"]


def test_a_picture_reads_the_flux_objects_twice_however_many_components_there_are() -> None:
    class Counted(FrozenRows):
        read = 0

        def table(self, table: str) -> Sequence[Row]:
            Counted.read += 1
            return super().table(table)

    rows = [*FLUX, *(w.flux_object("Kustomization", f"app-{number}") for number in range(20))]
    assert len(picture(Observed(Counted(rows), SETTINGS, w.NOW)).components) == 23
    assert Counted.read == 2  # for the components, and for the boundary


def test_what_these_rules_rest_on_is_read_from_the_objects() -> None:
    ready = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-02T03:04:05Z"}
    assert flux_row("kustomizations", {"status": {"conditions": [ready]}}).since == 1767323045.0
    assert flux_row("kustomizations", {}).since == 0.0
    assert longhorn_node_row("longhorn-nodes", {"spec": {"allowScheduling": True}}).allowed
    assert not longhorn_node_row("longhorn-nodes", {"spec": {"allowScheduling": False}}).allowed
