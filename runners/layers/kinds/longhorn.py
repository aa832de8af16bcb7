"""Longhorn's volumes, and what all of its own objects (``longhorn.io/v1beta2``) have in common.

Their conditions are lists, and a condition's status is the word True or False (Longhorn's CRDs).
"""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, Column, Kind, Row, Tone, age, head, timestamp

GROUP = "longhorn.io"
VERSION = "v1beta2"
_JOB, _JOB_GROUP = "recurring-job.longhorn.io/", "recurring-job-group.longhorn.io/"
HELD = "bedplate/held"
"""The annotation in which a recovery keeps what it took off a recurring job, or off a volume, until it is released."""


def conditions(value: object, *path: str) -> dict[str, Json]:
    """Longhorn's conditions by type: it keeps them in a list."""
    return {text(item, "type"): mapping(item) for item in sequence(value, *path)}


def words(condition: Json) -> str:
    """Why a condition is as it is: its message, or its reason where it has none."""
    return text(condition, "message") or text(condition, "reason")


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
    pv: str = ""
    """The PersistentVolume that stands for it; empty when it has none (yet, or not any more)."""
    data_engine: str = ""
    """v1 or v2."""
    last_backup_at: float = 0.0
    """Of which moment its newest complete backup is, in seconds since the epoch; 0 when there is none."""
    scheduled: str = ""
    """Condition Scheduled: True, False; empty when nothing is said."""
    restoring: bool = False
    """Condition Restore is True: data flows in from a backup."""
    restore_required: bool = False
    """It may not be used yet, for its data is not there."""
    restore_initiated: bool = True
    """Longhorn has taken up the restore of one that is made from a backup; before that nothing is required of it."""
    why: str = ""
    """Why it is not scheduled, or why its restore failed."""
    standby: bool = False
    """Follows another cluster's backups, and is never attached."""
    jobs: tuple[str, ...] = ()
    """The recurring jobs that it is labelled with."""
    job_groups: tuple[str, ...] = ()
    """The groups of recurring jobs that it is labelled with; without any job or group it is in ``default``."""
    from_backup: str = ""
    """The URL of the backup that it was made from; empty for one that was made empty."""
    held: str = ""
    """The recurring jobs that a recovery took off it, to be put back."""


def longhorn_volume_row(kind: str, obj: Json) -> LonghornVolume:
    """The row of a decoded volumes.longhorn.io."""
    known = mapping(obj, "status", "kubernetesStatus")
    claim = text(known, "pvcName")
    said = conditions(obj, "status", "conditions")
    scheduled, restore = said.get("Scheduled", {}), said.get("Restore", {})
    restoring = truth(restore, "status")
    doubtful = scheduled if text(scheduled, "status") == "False" else {} if restoring else restore
    return LonghornVolume(
        *head(kind, obj),
        state=text(obj, "status", "state", default="creating"),
        robustness=text(obj, "status", "robustness", default="unknown"),
        size=integer(obj, "spec", "size"),
        replicas=integer(obj, "spec", "numberOfReplicas"),
        image=text(obj, "status", "currentImage"),
        claim=f"{text(known, 'namespace')}/{claim}" if claim else "",
        node=text(obj, "status", "currentNodeID"),
        pv=text(known, "pvName"),
        data_engine=text(obj, "spec", "dataEngine"),
        last_backup_at=timestamp(text(obj, "status", "lastBackupAt")),
        scheduled=text(scheduled, "status"),
        restoring=restoring,
        restore_required=truth(obj, "status", "restoreRequired"),
        restore_initiated=truth(obj, "status", "restoreInitiated"),
        why=words(doubtful),
        standby=truth(obj, "spec", "Standby"),
        jobs=_enabled(obj, _JOB),
        job_groups=_enabled(obj, _JOB_GROUP),
        from_backup=text(obj, "spec", "fromBackup"),
        held=text(obj, "metadata", "annotations", HELD),
    )


def _enabled(obj: Json, prefix: str) -> tuple[str, ...]:
    """The recurring jobs, or groups of them, that an object's labels switch on."""
    labels = mapping(obj, "metadata", "labels")
    found = (
        label.removeprefix(prefix) for label, value in labels.items() if label.startswith(prefix) and value == "enabled"
    )
    return tuple(sorted(name for name in found if name != "source"))


def gib(size: int) -> str:
    """Bytes in GiB, as Longhorn's own screens write sizes."""
    return f"{size / 2**30:.4g}Gi"


def since(moment: float, now: float) -> str:
    """How long ago something was; a dash where it never was."""
    return age(now - moment) if moment else "–"


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
        Column(
            "BACKUP",
            lambda row, now: since(row.last_backup_at, now),
            sort=lambda row: -row.last_backup_at,
            drop=3,
            ticks=True,
        ),
        AGE,
    ),
    tone=lambda row: _ROBUST.get(row.robustness, Tone.MUTED),
    aliases=("lhv", "vol"),
)
