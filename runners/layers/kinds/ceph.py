"""Rook's Ceph, ``ceph.rook.io/v1``: the cluster's health, and the object stores that its gateways serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runners.layers.jsons import Json, mapping, text
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head


@dataclass(frozen=True, slots=True)
class CephCluster(Row):
    """One CephCluster."""

    phase: str
    """``status.phase``; ``Ready`` is the good one (``Connected`` for an external cluster)."""
    health: str
    """``status.ceph.health``: HEALTH_OK, HEALTH_WARN, HEALTH_ERR."""
    reasons: tuple[str, ...]
    """Ceph's own words for what it warns of."""


def cephcluster_row(kind: str, obj: Json) -> CephCluster:
    """The row of a decoded CephCluster."""
    return CephCluster(
        *head(kind, obj),
        phase=text(obj, "status", "phase"),
        health=text(obj, "status", "ceph", "health"),
        reasons=tuple(_reasons(mapping(obj, "status", "ceph", "details"))),
    )


def _reasons(details: Json) -> Iterator[str]:
    for check in sorted(details):
        yield text(details, check, "message") or check


_HEALTH_TONES = {"HEALTH_OK": Tone.GOOD, "HEALTH_WARN": Tone.WARN, "HEALTH_ERR": Tone.BAD}

CEPH_CLUSTERS: Kind[CephCluster] = Kind(
    id="cephclusters",
    table="cephclusters",
    group="ceph.rook.io",
    version="v1",
    plural="cephclusters",
    singular="CephCluster",
    row=cephcluster_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("PHASE", lambda row, _now: row.phase or "–"),
        Column("HEALTH", lambda row, _now: row.health or "–", toned=True),
        AGE,
    ),
    tone=lambda row: _HEALTH_TONES.get(row.health, Tone.MOVING),
    aliases=("cephcluster",),
)


@dataclass(frozen=True, slots=True)
class CephObjectStore(Row):
    """One CephObjectStore: its gateways speak S3."""

    phase: str
    """``status.phase``: Progressing, Ready, Failure, Deleting; Connected for an external one."""
    endpoint: str
    """``status.info.endpoint``, as Rook says it."""


def cephobjectstore_row(kind: str, obj: Json) -> CephObjectStore:
    """The row of a decoded CephObjectStore."""
    info = mapping(obj, "status", "info")
    return CephObjectStore(
        *head(kind, obj),
        phase=text(obj, "status", "phase"),
        endpoint=text(info, "endpoint") or text(info, "secureEndpoint"),
    )


_PHASE_TONES = {"Ready": Tone.GOOD, "Connected": Tone.GOOD, "Failure": Tone.BAD, "Deleting": Tone.WARN}

CEPH_OBJECT_STORES: Kind[CephObjectStore] = Kind(
    id="cephobjectstores",
    table="cephobjectstores",
    group="ceph.rook.io",
    version="v1",
    plural="cephobjectstores",
    singular="CephObjectStore",
    row=cephobjectstore_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("PHASE", lambda row, _now: row.phase or "–", toned=True),
        Column("ENDPOINT", lambda row, _now: row.endpoint or "–", drop=1),
        AGE,
    ),
    tone=lambda row: _PHASE_TONES.get(row.phase, Tone.MOVING),
    aliases=("cephobjectstore",),
)
