"""Longhorn's own objects, ``longhorn.io/v1beta2``: volumes, nodes and engines.

Their conditions are lists, and a condition's status is the word True or False (Longhorn's CRDs).
"""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head

GROUP = "longhorn.io"
VERSION = "v1beta2"


@dataclass(frozen=True, slots=True)
class LonghornVolume(Row):
    """One Longhorn volume."""

    state: str
    """creating, attached, detached, attaching, detaching, deleting."""
    robustness: str
    """healthy, degraded, faulted; unknown is normal while detached."""
    size: int
    """Bytes."""
    replicas: int
    image: str
    """The engine image it runs now."""
    claim: str
    """``namespace/name`` of its claim."""
    node: str


def longhorn_volume_row(kind: str, obj: Json) -> LonghornVolume:
    """The row of a decoded volumes.longhorn.io."""
    known = mapping(obj, "status", "kubernetesStatus")
    claim = text(known, "pvcName")
    return LonghornVolume(
        *head(kind, obj),
        state=text(obj, "status", "state", default="creating"),
        robustness=text(obj, "status", "robustness", default="unknown"),
        size=integer(obj, "spec", "size"),
        replicas=integer(obj, "spec", "numberOfReplicas"),
        image=text(obj, "status", "currentImage"),
        claim=f"{text(known, 'namespace')}/{claim}" if claim else "",
        node=text(obj, "status", "currentNodeID"),
    )


def gib(size: int) -> str:
    """Bytes in GiB, as Longhorn's own screens write sizes."""
    return f"{size / 2**30:.4g}Gi"


_ROBUST = {"healthy": Tone.GOOD, "degraded": Tone.WARN, "faulted": Tone.BAD}

LONGHORN_VOLUMES: Kind[LonghornVolume] = Kind(
    id="longhorn-volumes",
    table="longhorn-volumes",
    group=GROUP,
    version=VERSION,
    plural="volumes",
    singular="Volume",
    row=longhorn_volume_row,
    columns=(
        NAME,
        Column("STATE", lambda row, _now: row.state),
        Column("ROBUSTNESS", lambda row, _now: row.robustness, toned=True),
        Column("SIZE", lambda row, _now: gib(row.size), sort=lambda row: row.size, right=True),
        Column("CLAIM", lambda row, _now: row.claim or "–", drop=2),
        Column("NODE", lambda row, _now: row.node or "–", drop=1),
        AGE,
    ),
    tone=lambda row: _ROBUST.get(row.robustness, Tone.MUTED),
    aliases=("lhv", "vol"),
)


@dataclass(frozen=True, slots=True)
class LonghornNode(Row):
    """One node as Longhorn sees it."""

    ready: bool
    schedulable: bool
    reason: str
    """Why it isn't ready or schedulable."""
    allowed: bool = True
    """Its spec lets replicas be put there; where it doesn't, a person wanted that."""

    @property
    def status(self) -> str:
        """In words."""
        if not self.ready:
            return "not ready"
        return "ready" if self.schedulable else "not schedulable"


def longhorn_node_row(kind: str, obj: Json) -> LonghornNode:
    """The row of a decoded nodes.longhorn.io."""
    conditions = {text(item, "type"): mapping(item) for item in sequence(obj, "status", "conditions")}
    ready = truth(conditions.get("Ready", {}), "status")
    schedulable = truth(conditions.get("Schedulable", {}), "status") and truth(obj, "spec", "allowScheduling")
    bad = conditions.get("Ready", {}) if not ready else conditions.get("Schedulable", {}) if not schedulable else {}
    return LonghornNode(
        *head(kind, obj),
        ready=ready,
        schedulable=schedulable,
        reason=text(bad, "message") or text(bad, "reason"),
        allowed=truth(obj, "spec", "allowScheduling"),
    )


LONGHORN_NODES: Kind[LonghornNode] = Kind(
    id="longhorn-nodes",
    table="longhorn-nodes",
    group=GROUP,
    version=VERSION,
    plural="nodes",
    singular="Node",
    row=longhorn_node_row,
    columns=(
        NAME,
        Column("STATUS", lambda row, _now: row.status),
        Column("REASON", lambda row, _now: row.reason or "–"),
        AGE,
    ),
    tone=lambda row: Tone.BAD if not row.ready else Tone.WARN if not row.schedulable else Tone.PLAIN,
    aliases=("lhn",),
)


@dataclass(frozen=True, slots=True)
class LonghornEngine(Row):
    """The engine of one attached volume."""

    volume: str
    state: str
    image: str
    node: str


def longhorn_engine_row(kind: str, obj: Json) -> LonghornEngine:
    """The row of a decoded engines.longhorn.io."""
    return LonghornEngine(
        *head(kind, obj),
        volume=text(obj, "spec", "volumeName"),
        state=text(obj, "status", "currentState", default="unknown"),
        image=text(obj, "status", "currentImage"),
        node=text(obj, "spec", "nodeID"),
    )


LONGHORN_ENGINES: Kind[LonghornEngine] = Kind(
    id="longhorn-engines",
    table="longhorn-engines",
    group=GROUP,
    version=VERSION,
    plural="engines",
    singular="Engine",
    row=longhorn_engine_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("VOLUME", lambda row, _now: row.volume),
        Column("STATE", lambda row, _now: row.state, toned=True),
        Column("IMAGE", lambda row, _now: row.image or "–", drop=2),
        Column("NODE", lambda row, _now: row.node or "–", drop=1),
        AGE,
    ),
    tone=lambda row: Tone.PLAIN if row.state in ("running", "stopped") else Tone.MOVING,
    aliases=("lhe",),
)
