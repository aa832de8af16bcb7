"""Ceph's RADOS gateway, as Rook runs it: S3 out of a Ceph cluster, which says in its own words how it is."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import judge_workloads, unseen
from runners.layers.components.object_storage import S3, with_s3
from runners.layers.components.releases import installed
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.ceph import CEPH_CLUSTERS, CEPH_OBJECT_STORES
from runners.layers.picture import Layer

_HEALTH = {"HEALTH_OK": Severity.OK, "HEALTH_WARN": Severity.WARNING, "HEALTH_ERR": Severity.BLOCKER}
_PHASES = {
    "Ready": Severity.OK,
    "Connected": Severity.OK,
    "Progressing": Severity.WARNING,
    "Connecting": Severity.WARNING,
    "Deleting": Severity.WARNING,
    "Failure": Severity.BLOCKER,
}


def judge(scene: Scene) -> Judgement:
    """Releases, workloads, the health of the Ceph cluster below, and the phase of each object store."""
    doubts = unseen(scene, (CEPH_CLUSTERS, CEPH_OBJECT_STORES))
    return with_s3(scene, judge_workloads(scene), *doubts, *_cluster_findings(scene), *_store_findings(scene))


def _cluster_findings(scene: Scene) -> Iterator[Finding]:
    for row in sorted(scene.rows.within(CEPH_CLUSTERS, scene.namespaces), key=lambda row: row.key):
        about = f"CephCluster {row.namespace}/{row.name}"
        health = row.health or "of no health that is said"
        text = f"is {health}: {'; '.join(row.reasons)}" if row.reasons else f"is {health}"
        yield Finding(about, _HEALTH.get(row.health, Severity.UNKNOWN), text, about=row.key)


def _store_findings(scene: Scene) -> Iterator[Finding]:
    rows = sorted(scene.rows.within(CEPH_OBJECT_STORES, scene.namespaces), key=lambda row: row.key)
    for row in rows:
        about = f"CephObjectStore {row.namespace}/{row.name}"
        text = f"is {row.phase}" if row.phase else "is in no phase that is said"
        yield Finding(about, _PHASES.get(row.phase, Severity.UNKNOWN), text, about=row.key)
    if not rows and installed(scene) and scene.rows.freshness(CEPH_OBJECT_STORES).tells_absence:
        text = f"there is none in {', '.join(scene.namespaces)}: nothing speaks S3"
        yield Finding("CephObjectStore", Severity.BLOCKER, text, "make one, or take ceph-rgw out of bedplate.yaml")


CEPH_RGW = Component("ceph-rgw", Layer.FOUNDATION, ("rook-ceph",), judge, probe=S3)
