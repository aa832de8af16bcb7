"""The nodes and disks that Longhorn puts replicas on, as it sees them."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, text, truth
from runners.layers.kinds.base import AGE, NAME, Column, Kind, Row, Tone, head
from runners.layers.kinds.longhorn import GROUP, VERSION, conditions, words


@dataclass(frozen=True, slots=True)
class Disk:
    """One disk of a Longhorn node."""

    name: str
    path: str
    allowed: bool
    """Its spec lets replicas be put there."""
    ready: bool
    schedulable: bool
    reason: str
    """Why it isn't ready or schedulable."""
    available: int = 0
    """Bytes that are free on its file system; 0 while Longhorn hasn't looked."""


@dataclass(frozen=True, slots=True)
class LonghornNode(Row):
    """One node as Longhorn sees it."""

    ready: bool
    schedulable: bool
    reason: str
    """Why it isn't ready or schedulable."""
    allowed: bool = True
    """Its spec lets replicas be put there; where it doesn't, a person wanted that."""
    disks: tuple[Disk, ...] = ()
    lacks: tuple[str, ...] = ()
    """What its host lacks, in Longhorn's words: ``NFSClientInstalled: …``."""

    @property
    def status(self) -> str:
        """In words."""
        if not self.ready:
            return "not ready"
        return "ready" if self.schedulable else "not schedulable"


def longhorn_node_row(kind: str, obj: Json) -> LonghornNode:
    """The row of a decoded nodes.longhorn.io."""
    said = conditions(obj, "status", "conditions")
    ready = truth(said.get("Ready", {}), "status")
    schedulable = truth(said.get("Schedulable", {}), "status") and truth(obj, "spec", "allowScheduling")
    bad = said.get("Ready", {}) if not ready else said.get("Schedulable", {}) if not schedulable else {}
    return LonghornNode(
        *head(kind, obj),
        ready=ready,
        schedulable=schedulable,
        reason=words(bad),
        allowed=truth(obj, "spec", "allowScheduling"),
        disks=tuple(_disk(obj, name) for name in sorted(mapping(obj, "spec", "disks"))),
        lacks=tuple(
            f"{name}: {words(said[name])}" for name in _OF_THE_HOST if text(said.get(name, {}), "status") == "False"
        ),
    )


_OF_THE_HOST = ("RequiredPackages", "KernelModulesLoaded", "MountPropagation", "NFSClientInstalled", "Multipathd")


def _disk(obj: Json, name: str) -> Disk:
    spec, status = mapping(obj, "spec", "disks", name), mapping(obj, "status", "diskStatus", name)
    said = conditions(status, "conditions")
    ready, schedulable = (said.get(kind, {}) for kind in ("Ready", "Schedulable"))
    bad = next((item for item in (ready, schedulable) if not truth(item, "status")), {})
    return Disk(
        name=name,
        path=text(spec, "path"),
        allowed=truth(spec, "allowScheduling"),
        ready=truth(ready, "status"),
        schedulable=truth(schedulable, "status"),
        reason=words(bad),
        available=integer(status, "storageAvailable"),
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
        Column(
            "DISKS",
            lambda row, _now: f"{sum(disk.ready and disk.schedulable for disk in row.disks)}/{len(row.disks)}",
            right=True,
        ),
        AGE,
    ),
    tone=lambda row: Tone.BAD if not row.ready else Tone.WARN if not row.schedulable else Tone.PLAIN,
    aliases=("lhn",),
)
