"""MinIO: object storage by an operator and a tenant; usable when the tenant says ``Initialized`` and is green."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import judge_plain, missing_workloads, sees, unseen
from runners.layers.components.releases import halted, in_flight, settling
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.storage import CLAIMS
from runners.layers.kinds.tenants import TENANTS, Tenant
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import Layer


def judge(scene: Scene) -> Judgement:
    """Releases, workloads, the tenant's own state, and the claims it stands on."""
    plain = judge_plain(scene)
    if plain.absent or plain.unseen:
        return plain
    tenants = scene.rows.within(TENANTS, scene.namespaces)
    doubts = tuple(unseen(scene, (TENANTS, CLAIMS)))
    own = (*_tenant_findings(scene, tenants), *_claim_findings(scene))
    lost = tuple(missing_workloads(scene, ((DEPLOYMENTS, "minio-operator"),)))
    waits = bool(own) and (settling(scene) or in_flight(scene)) and not halted(scene)
    return replace(
        plain,
        findings=(*doubts, *lost, *plain.findings, *own),
        details=tuple(filter(None, (*map(_tenant_line, tenants), *plain.details))),
        progressing=(plain.progressing or waits) and not lost,
    )


def _tenant_findings(scene: Scene, tenants: Sequence[Tenant]) -> Iterator[Finding]:
    if not tenants and sees(scene, TENANTS):
        yield Finding("Tenant", Severity.BLOCKER, f"there is none in {', '.join(scene.namespaces)}")
    for row in tenants:
        about = f"Tenant {row.namespace}/{row.name}"
        if row.health == "red":
            yield Finding(about, Severity.BLOCKER, f"is red: {row.message or row.state}")
        elif row.state != "Initialized":
            yield Finding(about, Severity.WARNING, row.state or "has no state yet: the operator has not seen it")
        elif row.health != "green":
            yield Finding(
                about, Severity.WARNING, f"is {row.health or 'of unknown health'}: {row.message or row.state}"
            )


def _claim_findings(scene: Scene) -> Iterator[Finding]:
    for row in scene.rows.within(CLAIMS, scene.namespaces):
        if row.status == "Lost":
            yield Finding(f"claim {row.namespace}/{row.name}", Severity.BLOCKER, "lost its volume")
        elif row.status != "Bound":
            yield Finding(
                f"claim {row.namespace}/{row.name}",
                Severity.WARNING,
                f"is {row.status} (class {row.storage_class or 'none'})",
            )


def _tenant_line(row: Tenant) -> str:
    drives = row.drives_online + row.drives_offline
    return f"tenant {row.state or 'not seen yet'}" + (f" · {row.drives_online}/{drives} drives" if drives else "")


MINIO = Component(
    name="minio",
    layer=Layer.FOUNDATION,
    namespaces=("minio-operator", "minio-tenant"),
    judge=judge,
)
