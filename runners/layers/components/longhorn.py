"""Longhorn: block storage. A green Helm release is not storage; what its manager makes afterwards is.

The manager makes the StorageClass, the CSI workloads and its own nodes at run time, so the release is deployed and
every pod runs well before a claim can bind (Longhorn's chart and manager).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runners.layers.claim_probe import CLAIM
from runners.layers.claim_probe.leftovers import leftover_findings
from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import judge_plain, missing_workloads, sees, unseen
from runners.layers.components.longhorn_backups import backup_findings, system_backup_findings
from runners.layers.components.longhorn_engines import engine_findings, image_findings, instance_manager_findings
from runners.layers.components.longhorn_settings import setting_findings
from runners.layers.components.longhorn_storage import (
    class_findings,
    classes,
    csi_findings,
    default_findings,
    disk_findings,
    driver_findings,
    node_findings,
)
from runners.layers.components.longhorn_targets import shown, target_findings, targets
from runners.layers.components.longhorn_volumes import storage_line, volume_findings
from runners.layers.components.releases import halted, installed, settling
from runners.layers.findings import Finding, Severity, worst
from runners.layers.kinds import AnyKind
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, LONGHORN_BACKUPS, LONGHORN_SYSTEM_BACKUPS
from runners.layers.kinds.longhorn_engines import LONGHORN_ENGINE_IMAGES, LONGHORN_INSTANCE_MANAGERS
from runners.layers.kinds.longhorn_nodes import LONGHORN_NODES
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS, LONGHORN_SETTINGS
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.storage import CSINODES, STORAGECLASSES
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS
from runners.layers.picture import Layer

_READ: tuple[AnyKind, ...] = (
    STORAGECLASSES,
    CSINODES,
    NODES,
    LONGHORN_NODES,
    LONGHORN_VOLUMES,
    LONGHORN_SETTINGS,
    LONGHORN_ENGINE_IMAGES,
    LONGHORN_INSTANCE_MANAGERS,
    LONGHORN_BACKUP_TARGETS,
    LONGHORN_BACKUPS,
    LONGHORN_RECURRING_JOBS,
    LONGHORN_SYSTEM_BACKUPS,
)
"""Without sight of one of these no verdict is whole."""


def judge(scene: Scene) -> Judgement:
    """Release, workloads, driver and StorageClass; nodes, volumes and what runs them; settings; backups."""
    plain = judge_plain(scene)
    if plain.absent or plain.unseen:
        return plain
    runtime = _runtime_findings(scene)
    lost = tuple(
        missing_workloads(scene, ((DAEMONSETS, "longhorn-manager"), (DEPLOYMENTS, "longhorn-driver-deployer")))
    )
    doubts = tuple(unseen(scene, _READ))
    waits = worst(runtime) >= Severity.WARNING and installed(scene) and settling(scene) and not halted(scene)
    volumes = scene.rows.all(LONGHORN_VOLUMES)
    backups = (*target_findings(scene), *backup_findings(scene, volumes))
    return replace(
        plain,
        findings=(*doubts, *lost, *plain.findings, *runtime, *_data_findings(scene, volumes), *backups),
        details=tuple(
            filter(None, (storage_line(_nodes(scene), volumes), _class_line(scene, backups), *plain.details))
        ),
        progressing=(plain.progressing or waits) and not lost,
    )


def _runtime_findings(scene: Scene) -> tuple[Finding, ...]:
    """Of what the manager makes after Helm is done: for a while it may be on its way."""
    return (
        *class_findings(scene),
        *csi_findings(scene),
        *driver_findings(scene),
        *node_findings(scene),
        *disk_findings(scene),
        *instance_manager_findings(scene),
    )


def _data_findings(scene: Scene, volumes: Sequence[LonghornVolume]) -> tuple[Finding, ...]:
    settings = {row.name: row for row in scene.rows.all(LONGHORN_SETTINGS)}
    return (
        *volume_findings(volumes),
        *image_findings(scene, settings),
        *engine_findings(volumes, settings),
        *setting_findings(settings),
        *default_findings(scene),
        *system_backup_findings(scene, settings),
        *leftover_findings(scene.rows),
    )


def _nodes(scene: Scene) -> tuple[int, int]:
    """How many of Longhorn's nodes are usable, and how many there are."""
    nodes = scene.rows.all(LONGHORN_NODES)
    return sum(row.status == "ready" for row in nodes), len(nodes)


def _class_line(scene: Scene, backups: Sequence[Finding]) -> str:
    names = sorted(f"{row.name} (default)" if row.default else row.name for row in classes(scene))
    return " · ".join(
        filter(None, (f"StorageClass {', '.join(names)}" if names else "", _backup_words(scene, backups)))
    )


def _backup_words(scene: Scene, backups: Sequence[Finding]) -> str:
    if not sees(scene, LONGHORN_BACKUP_TARGETS, LONGHORN_BACKUPS) or not shown(scene.rows, LONGHORN_BACKUP_TARGETS):
        return ""
    if not targets(scene.rows):
        return "no backups"
    if worst(backups) >= Severity.WARNING:
        return "backups in doubt"
    volumes = [row for row in scene.rows.all(LONGHORN_VOLUMES) if not row.standby]
    made = any(row.last_backup_at for row in volumes)
    return "backups ok" if made or not volumes else "no backup yet"


LONGHORN = Component(
    name="longhorn",
    layer=Layer.FOUNDATION,
    namespaces=("longhorn-system",),
    judge=judge,
    probe=CLAIM,
    protected=True,
    one_minor_at_a_time=True,
)
