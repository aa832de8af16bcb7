"""Each component's rule by table: what is in the cluster, and the verdict that has to follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.freshness import Freshness, Reach
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.releases import Revision
from runners.layers.rows import FrozenRows
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.judged import FLUX, SETTINGS, state

JUST_DEPLOYED = [
    w.fresh(row) if row.name.startswith("sh.helm") and isinstance(row, Revision) else row
    for row in w.longhorn_world(storage=False)
]


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        ([], Verdict.ABSENT, "not installed"),
        (w.longhorn_world(), Verdict.HEALTHY, ""),
        (JUST_DEPLOYED, Verdict.PROGRESSING, "StorageClass longhorn is not there yet"),
        (w.longhorn_world(storage=False), Verdict.FAILED, "StorageClass longhorn is not there,"),
        (w.without(w.longhorn_world(), "longhorn-manager"), Verdict.FAILED, "DaemonSet longhorn-manager is missing"),
        (w.without(w.longhorn_world(), "longhorn"), Verdict.FAILED, "StorageClass longhorn"),
        ([*w.longhorn_world(), w.longhorn_volume("pvc-1", "degraded")], Verdict.DEGRADED, "pvc-1"),
        ([*w.longhorn_world(), w.longhorn_volume("pvc-1", "faulted")], Verdict.FAILED, "is faulted"),
        ([*w.longhorn_world(), w.longhorn_volume("pvc-1", "unknown")], Verdict.HEALTHY, ""),
        (
            [*w.longhorn_world(), w.release("longhorn-system", "longhorn", "failed", 2)],
            Verdict.DEGRADED,
            "revision 2 failed, an older one still serves",
        ),
        (
            [*w.longhorn_world(), w.release("longhorn-system", "longhorn", "pending-upgrade", 2, w.NOW - 60)],
            Verdict.PROGRESSING,
            "revision 2 is pending-upgrade",
        ),
        (
            [*w.longhorn_world(), w.workload("deployments", "longhorn-system", "csi-attacher", 0, 3)],
            Verdict.DEGRADED,
            "csi-attacher 0/3 ready",
        ),
        (
            [
                *w.longhorn_world(),
                w.workload("deployments", "longhorn-system", "csi", 0, 3, "ProgressDeadlineExceeded"),
            ],
            Verdict.FAILED,
            "ProgressDeadlineExceeded",
        ),
    ],
)
def test_longhorn(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("longhorn", rows)
    assert (found.verdict, says in found.summary) == (verdict, True), found


@pytest.mark.parametrize("lost", ["longhorn-manager", "longhorn-driver-deployer"])
def test_a_workload_lost_by_hand_is_not_progress_even_right_after_an_apply(lost: str) -> None:
    found = state("longhorn", w.without(JUST_DEPLOYED, lost))
    assert found.verdict is Verdict.FAILED
    assert any(finding.remedy == "repair longhorn" for finding in found.findings)


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        ([], Verdict.ABSENT, "not installed"),
        (w.minio_world(), Verdict.HEALTHY, ""),
        (w.without(w.minio_world(), "minio-operator"), Verdict.FAILED, "Deployment minio-operator is missing"),
        (
            [*w.without(w.minio_world(), "minio-tenant"), w.tenant("Provisioning initial users", "")],
            Verdict.DEGRADED,
            "Prov",
        ),
        ([*w.without(w.minio_world(), "minio-tenant"), w.tenant("Initialized", "red")], Verdict.FAILED, "is red"),
        ([*w.minio_world(), w.claim("minio-tenant", "data1", "Pending")], Verdict.DEGRADED, "data1 is Pending"),
        ([*w.minio_world(), w.claim("minio-tenant", "data1", "Lost")], Verdict.FAILED, "lost its volume"),
        ([*w.minio_world(), w.claim("elsewhere", "data1", "Lost")], Verdict.HEALTHY, ""),
    ],
)
def test_minio(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("minio", rows)
    assert (found.verdict, says in found.summary) == (verdict, True), found


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        ([], Verdict.ABSENT, "not yet"),
        (FLUX, Verdict.HEALTHY, ""),
        (FLUX[:1], Verdict.DEGRADED, "syncs nothing"),
        ([FLUX[0], w.flux_object("Kustomization", "flux-system", suspended=True)], Verdict.DEGRADED, "is suspended"),
        (
            [FLUX[0], w.flux_object("Kustomization", "flux-system", ready="False", reason="BuildFailed")],
            Verdict.FAILED,
            "BuildFailed",
        ),
        (
            [FLUX[0], w.flux_object("Kustomization", "flux-system", ready="Unknown", reason="Progressing")],
            Verdict.PROGRESSING,
            "Progressing",
        ),
    ],
)
def test_flux(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("flux-system", rows)
    assert (found.verdict, says in found.summary) == (verdict, True), found


def test_what_flux_applies_gets_a_card_of_its_own() -> None:
    waiting = w.flux_object("HelmRelease", "cert-manager", ready="False", reason="DependencyNotReady")
    rows = [*FLUX, w.flux_object("HelmRelease", "metallb"), waiting, w.flux_object("Kustomization", "apps")]
    found = picture(Observed(FrozenRows(rows), SETTINGS, w.NOW))
    assert [state.name for state in found.components if state.layer.value == "gitops"] == [
        "flux-system",
        "metallb",
        "cert-manager",
        "apps",
    ]
    assert found.component("cert-manager") is not None
    assert state("cert-manager", list(rows)).verdict is Verdict.PROGRESSING
    assert found.flux_summary == "3 ready, 1 progressing of 2 Kustomizations, 2 HelmReleases"
    assert found.flux_version == "v2.9.5"


@pytest.mark.parametrize("reach", [Reach.FORBIDDEN, Reach.STALE, Reach.LOADING])
@pytest.mark.parametrize("kind", ["releases", "deployments", "daemonsets"])
@pytest.mark.parametrize("rows", [[], w.longhorn_world()])
def test_what_can_not_be_seen_is_unknown_and_neither_healthy_nor_absent(
    reach: Reach, kind: str, rows: list[Row]
) -> None:
    found = state("longhorn", rows, {kind: Freshness(reach, w.NOW - 60, "list things")})
    assert found.verdict is Verdict.UNKNOWN


def test_a_known_failure_stays_a_failure_when_something_else_can_not_be_seen() -> None:
    rows = [*w.longhorn_world(), w.longhorn_volume("pvc-1", "faulted")]
    assert state("longhorn", rows, {"csinodes": Freshness(Reach.FORBIDDEN)}).verdict is Verdict.FAILED


def test_a_driver_that_a_node_lacks_is_named() -> None:
    rows = [row for row in w.longhorn_world() if row.key != ("csinodes", "", "node-2")]
    found = state("longhorn", rows)
    assert "registered on 2/3 nodes, not on node-2" in found.summary


def test_an_old_revision_says_nothing() -> None:
    rows = [
        *w.without(w.longhorn_world(), "sh.helm.release.v1.longhorn.v1"),
        w.release("longhorn-system", "longhorn", "failed", 9),
        w.release("longhorn-system", "longhorn", "deployed", 10),
    ]
    assert state("longhorn", rows).verdict is Verdict.HEALTHY
    later = replace(rows[-1], uid="other")
    assert state("longhorn", [*rows, later]).verdict is Verdict.HEALTHY
