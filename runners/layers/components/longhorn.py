"""Longhorn: block storage. A green Helm release is not storage; what its manager makes afterwards is.

The manager makes the StorageClass, the CSI workloads and its own nodes at run time, so the release is deployed and
every pod runs well before a claim can bind (Longhorn's chart and manager).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import judge_plain, missing_workloads, sees, unseen
from runners.layers.components.releases import halted, installed, settling
from runners.layers.findings import Finding, Severity, worst
from runners.layers.kinds.longhorn import LONGHORN_NODES, LONGHORN_VOLUMES
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.storage import CSINODES, STORAGECLASSES, StorageClass
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS
from runners.layers.picture import Layer

DRIVER = "driver.longhorn.io"
STATIC = "longhorn-static"
"""The class that Longhorn makes for volumes which exist already: a claim of it gets no new storage."""


def judge(scene: Scene) -> Judgement:
    """Release, workloads, driver on the nodes, StorageClass, Longhorn's own nodes and volumes."""
    plain = judge_plain(scene)
    if plain.absent or plain.unseen:
        return plain
    runtime = (*_class_findings(scene), *_driver_findings(scene), *_node_findings(scene))
    lost = tuple(
        missing_workloads(scene, ((DAEMONSETS, "longhorn-manager"), (DEPLOYMENTS, "longhorn-driver-deployer")))
    )
    doubts = tuple(unseen(scene, (STORAGECLASSES, CSINODES, NODES, LONGHORN_NODES, LONGHORN_VOLUMES)))
    waits = worst(runtime) >= Severity.WARNING and installed(scene) and settling(scene) and not halted(scene)
    return replace(
        plain,
        findings=(*doubts, *lost, *plain.findings, *runtime, *_volume_findings(scene)),
        details=tuple(filter(None, (_storage_line(scene), _class_line(scene), *plain.details))),
        progressing=(plain.progressing or waits) and not lost,
    )


def _classes(scene: Scene) -> list[StorageClass]:
    return [row for row in scene.rows.all(STORAGECLASSES) if row.provisioner == DRIVER and row.name != STATIC]


def _class_findings(scene: Scene) -> Iterator[Finding]:
    if not sees(scene, STORAGECLASSES):
        return
    found = sorted(row.name for row in _classes(scene))
    if found:
        yield Finding(f"StorageClass {', '.join(found)}", Severity.OK, "is there" if len(found) == 1 else "are there")
        return
    yield Finding(
        "StorageClass longhorn",
        Severity.BLOCKER,
        "is not there yet, so no claim can bind",
        "longhorn-manager makes it when it is up; when it does not, read the manager's log",
    )


def _driver_findings(scene: Scene) -> Iterator[Finding]:
    if not sees(scene, NODES, CSINODES):
        return
    ready = {row.name for row in scene.rows.all(NODES) if row.ready}
    # Longhorn may be kept off some nodes: it knows which are its own, once its manager has made them.
    nodes = ready & ({row.name for row in scene.rows.all(LONGHORN_NODES)} or ready)
    registered = {row.name for row in scene.rows.all(CSINODES) if DRIVER in row.drivers}
    lacking = sorted(nodes - registered)
    if lacking:
        yield Finding(
            f"driver {DRIVER}",
            Severity.WARNING,
            f"is registered on {len(nodes & registered)}/{len(nodes)} nodes, not on {', '.join(lacking[:3])}",
            "look at DaemonSet longhorn-csi-plugin",
        )


def _node_findings(scene: Scene) -> Iterator[Finding]:
    rows = scene.rows.all(LONGHORN_NODES)
    for row in rows:
        if row.ready and not row.allowed:
            yield Finding(f"Longhorn node {row.name}", Severity.NOTE, "takes no replicas: its spec says so")
        elif row.status != "ready":
            yield Finding(
                f"Longhorn node {row.name}", Severity.WARNING, f"{row.status}: {row.reason or 'no reason given'}"
            )
    if sees(scene, LONGHORN_NODES) and not any(row.status == "ready" for row in rows):
        yield Finding("Longhorn nodes", Severity.BLOCKER, "none is ready and schedulable")


def _volume_findings(scene: Scene) -> Iterator[Finding]:
    for row in scene.rows.all(LONGHORN_VOLUMES):
        where = f"Longhorn volume {row.name}" + (f" of claim {row.claim}" if row.claim else "")
        if row.robustness == "faulted":
            yield Finding(
                where, Severity.BLOCKER, "is faulted: no replica is usable", "see its replicas before anything else"
            )
        elif row.robustness == "degraded":
            yield Finding(where, Severity.WARNING, "is degraded: a replica is missing or rebuilding")


def _storage_line(scene: Scene) -> str:
    nodes = scene.rows.all(LONGHORN_NODES)
    volumes = Counter(row.robustness for row in scene.rows.all(LONGHORN_VOLUMES))
    usable = sum(row.status == "ready" for row in nodes)
    if not volumes:
        return f"{usable}/{len(nodes)} nodes · no volumes" if nodes else ""
    known = [f"{volumes[name]} {name}" for name in ("healthy", "degraded", "faulted") if volumes[name]]
    detached = [f"{volumes['unknown']} detached"] if volumes["unknown"] else []
    return f"{usable}/{len(nodes)} nodes · {volumes.total()} volumes: {', '.join(known + detached)}"


def _class_line(scene: Scene) -> str:
    names = [f"{row.name} (default)" if row.default else row.name for row in _classes(scene)]
    return f"StorageClass {', '.join(sorted(names))}" if names else ""


LONGHORN = Component(
    name="longhorn",
    layer=Layer.FOUNDATION,
    namespaces=("longhorn-system",),
    judge=judge,
    protected=True,
    one_minor_at_a_time=True,
)
