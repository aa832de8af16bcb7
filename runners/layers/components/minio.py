"""MinIO: object storage by an operator and a tenant, or by a standalone chart without either.

Under the operator it is usable when the tenant says ``Initialized``, is green, and has as many drives as a write needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import judge_plain, judge_workloads, missing_workloads, sees, unseen
from runners.layers.components.object_storage import S3, with_s3
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.tenants import TENANTS, Tenant
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import Layer

OPERATOR = "minio-operator"
_NO_CREDENTIALS = "Tenant credentials are not set properly"
_GONE_UPSTREAM = Finding(
    "MinIO",
    Severity.NOTE,
    "its community images and repository are gone upstream: no fixes, and a node that lacks the image can't pull it",
    "keep the images in a registry of your own, or plan to move to another S3 server",
    standing=True,
)


def judge(scene: Scene) -> Judgement:
    """Releases, workloads, what the tenant says of itself where there is one, and what every S3 server is asked."""
    tenants = sorted(scene.rows.within(TENANTS, scene.namespaces), key=lambda row: row.key)
    doubts = tuple(unseen(scene, (TENANTS,)))
    if not (tenants or _operated(scene)):
        return with_s3(scene, judge_workloads(scene), *doubts, _GONE_UPSTREAM)
    plain = judge_plain(scene)
    lost = tuple(missing_workloads(scene, ((DEPLOYMENTS, OPERATOR),))) if _operated(scene) else ()
    own = (*doubts, *_absence(scene, tenants), *(finding for row in tenants for finding in tenant_findings(row)))
    details = tuple(map(_tenant_line, tenants))
    whole = with_s3(scene, plain, *own, _GONE_UPSTREAM, details=details)
    return replace(whole, findings=(*lost, *whole.findings), progressing=whole.progressing and not lost)


def _operated(scene: Scene) -> bool:
    """Is the operator among what lives in its namespaces, or was it meant to be?"""
    return any(row.release.endswith("operator") for row in scene.releases.values()) or any(
        row.name == OPERATOR for row in scene.workloads
    )


def _absence(scene: Scene, tenants: Sequence[Tenant]) -> Iterator[Finding]:
    if not tenants and sees(scene, TENANTS):
        yield Finding("Tenant", Severity.BLOCKER, f"is not there: none in {', '.join(scene.namespaces)}")


def tenant_findings(row: Tenant) -> Iterator[Finding]:
    """What one tenant says of itself: its state before its health, since the health of one that starts says nothing."""
    about = f"Tenant {row.namespace}/{row.name}"
    said = _state(row) or _health(row)
    if said is not None:
        severity, text = said
        remedy = "look at the Secret that its spec names" if row.state == _NO_CREDENTIALS else ""
        yield Finding(about, severity, text, remedy, about=row.key)
    if row.drives_healing > 0:
        text = f"{row.drives_healing} of {_drives(row)} drives heal"
        yield Finding(about, Severity.NOTE, text, about=row.key)
    for pool in row.pools:
        if row.state == "Initialized" and pool.state != "PoolInitialized":
            text = f"pool {pool.statefulset or 'without a name'} is {pool.state or 'in no state that is said'}"
            yield Finding(about, Severity.WARNING, text, about=row.key)


def _state(row: Tenant) -> tuple[Severity, str] | None:
    if row.health == "red":
        return Severity.BLOCKER, f"is red: {row.message or _quorum(row) or row.state}"
    if row.state == "Initialized":
        return None
    if row.state == _NO_CREDENTIALS:
        return Severity.BLOCKER, row.state
    return Severity.WARNING, row.state or "has no state yet: the operator has not seen it"


def _health(row: Tenant) -> tuple[Severity, str] | None:
    if row.write_quorum and row.drives_online < row.write_quorum:
        return Severity.BLOCKER, f"can't write: {_quorum(row)}"
    if row.health == "yellow":
        return Severity.WARNING, f"is yellow: {row.message or _quorum(row) or row.state}"
    if row.health != "green":
        return Severity.UNKNOWN, f"is of health {row.health}" if row.health else "does not say how healthy it is"
    if row.drives_offline > 0:
        return Severity.WARNING, f"has drives offline: {_quorum(row)}"
    return None


def _quorum(row: Tenant) -> str:
    if not row.drives_offline:
        return ""
    need = f", and writes need {row.write_quorum}" if row.write_quorum else ""
    return f"{row.drives_online}/{_drives(row)} drives online{need}"


def _drives(row: Tenant) -> int:
    return row.drives_online + row.drives_offline


def _tenant_line(row: Tenant) -> str:
    drives = f" · {row.drives_online}/{_drives(row)} drives" if _drives(row) else ""
    return f"tenant {row.state or 'not seen yet'}{drives}"


MINIO = Component(
    name="minio",
    layer=Layer.FOUNDATION,
    namespaces=("minio-operator", "minio-tenant", "minio"),
    judge=judge,
    probe=S3,
)
