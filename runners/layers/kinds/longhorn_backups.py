"""What of Longhorn's volumes is elsewhere: backups, the volumes they are of, and the targets they lie on."""

from __future__ import annotations

import json
from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, text, truth
from runners.layers.kinds.base import AGE, NAME, Column, Kind, Row, Tone, head, timestamp
from runners.layers.kinds.longhorn import GROUP, VERSION, conditions, gib, since, words


@dataclass(frozen=True, slots=True)
class Backup(Row):
    """One backup of one volume. ``created`` is when this cluster learnt of it, not when it was made."""

    volume: str
    """The name of the volume that it is of, which may be gone."""
    state: str
    """Completed, Error, InProgress, and others on the way."""
    url: str
    """What a new volume is made from."""
    size: int
    """Bytes that it takes on the target."""
    volume_size: int
    """Bytes of the volume: what a restored one must have."""
    made: float
    """When it was finished, in seconds since the epoch; 0 when it isn't."""
    snapshot_at: float
    """Of which moment its data is, in seconds since the epoch; 0 when it does not say."""
    error: str
    target: str
    """The name of the backup target that it lies on."""
    claim: str = ""
    """``namespace/name`` of the claim that its volume was bound to; empty when the backup does not say."""
    access: str = ""
    """How its volume was used: rwo, rwx; empty when the backup does not say."""


def backup_row(kind: str, obj: Json) -> Backup:
    """The row of a decoded backups.longhorn.io."""
    return Backup(
        *head(kind, obj),
        volume=text(obj, "status", "volumeName") or text(obj, "metadata", "labels", "backup-volume"),
        state=text(obj, "status", "state"),
        url=text(obj, "status", "url"),
        size=integer(obj, "status", "size"),
        volume_size=integer(obj, "status", "volumeSize"),
        made=timestamp(text(obj, "status", "backupCreatedAt")),
        snapshot_at=timestamp(text(obj, "status", "snapshotCreatedAt")),
        error=text(obj, "status", "error"),
        target=text(obj, "status", "backupTargetName") or text(obj, "metadata", "labels", "backup-target"),
        claim=_claim(text(obj, "status", "labels", "KubernetesStatus")),
        access=text(obj, "status", "labels", "longhorn.io/volume-access-mode"),
    )


def _claim(written: str) -> str:
    """The claim that Longhorn wrote down as JSON when it made a backup."""
    try:
        known = mapping(json.loads(written)) if written else {}
    except (ValueError, RecursionError):
        known = {}
    namespace, name = text(known, "namespace"), text(known, "pvcName")
    return f"{namespace}/{name}" if namespace and name else ""


def backup_tone(row: Backup | SystemBackup) -> Tone:
    """Good when it can be restored, loud when it can't be any more."""
    if row.state in ("Completed", "Ready"):
        return Tone.GOOD
    return Tone.BAD if row.state == "Error" else Tone.WARN if row.state == "Unknown" else Tone.MOVING


LONGHORN_BACKUPS: Kind[Backup] = Kind(
    id="longhorn-backups",
    table="longhorn-backups",
    group=GROUP,
    version=VERSION,
    plural="backups",
    singular="Backup",
    row=backup_row,
    columns=(
        NAME,
        Column("VOLUME", lambda row, _now: row.volume or "–"),
        Column("STATE", lambda row, _now: row.state or "–", toned=True),
        Column("SIZE", lambda row, _now: gib(row.size), sort=lambda row: row.size, right=True, drop=2),
        Column("TARGET", lambda row, _now: row.target or "–", drop=1),
        Column("ERROR", lambda row, _now: row.error or "–", drop=3),
        Column(
            "OF",
            lambda row, now: since(row.snapshot_at, now),
            sort=lambda row: -row.snapshot_at,
            right=True,
            ticks=True,
        ),
    ),
    tone=backup_tone,
    aliases=("lhb", "backups"),
)


@dataclass(frozen=True, slots=True)
class BackupVolume(Row):
    """All backups of one volume on one target: it stays there when the volume is gone."""

    volume: str
    target: str
    last_backup_at: float
    """Of which moment the newest backup is, in seconds since the epoch; 0 when there is none."""
    size: int
    """Bytes of the volume."""
    stored: int
    """Bytes that its backups take."""


def backup_volume_row(kind: str, obj: Json) -> BackupVolume:
    """The row of a decoded backupvolumes.longhorn.io."""
    return BackupVolume(
        *head(kind, obj),
        # Before Longhorn 1.8 the object bore the volume's own name.
        volume=text(obj, "spec", "volumeName") or text(obj, "metadata", "name"),
        target=text(obj, "spec", "backupTargetName"),
        last_backup_at=timestamp(text(obj, "status", "lastBackupAt")),
        size=integer(obj, "status", "size"),
        stored=integer(obj, "status", "dataStored"),
    )


LONGHORN_BACKUP_VOLUMES: Kind[BackupVolume] = Kind(
    id="longhorn-backupvolumes",
    table="longhorn-backupvolumes",
    group=GROUP,
    version=VERSION,
    plural="backupvolumes",
    singular="BackupVolume",
    row=backup_volume_row,
    columns=(
        Column("VOLUME", lambda row, _now: row.volume, grows=True),
        Column("TARGET", lambda row, _now: row.target or "–"),
        Column("SIZE", lambda row, _now: gib(row.size), sort=lambda row: row.size, right=True),
        Column("STORED", lambda row, _now: gib(row.stored), sort=lambda row: row.stored, right=True, drop=1),
        Column(
            "LAST",
            lambda row, now: since(row.last_backup_at, now),
            sort=lambda row: -row.last_backup_at,
            right=True,
            ticks=True,
        ),
    ),
    tone=lambda row: Tone.PLAIN if row.last_backup_at else Tone.MUTED,
    aliases=("lhbv", "backupvolumes"),
)


@dataclass(frozen=True, slots=True)
class BackupTarget(Row):
    """One place where backups lie."""

    url: str
    """``s3://bucket@region/``, ``nfs://host:/path``; empty when none is set."""
    credential_secret: str
    """The name of the Secret, never what is in it."""
    available: bool
    message: str
    """Why it isn't available."""


def backup_target_row(kind: str, obj: Json) -> BackupTarget:
    """The row of a decoded backuptargets.longhorn.io."""
    unavailable = conditions(obj, "status", "conditions").get("Unavailable", {})
    return BackupTarget(
        *head(kind, obj),
        url=text(obj, "spec", "backupTargetURL"),
        credential_secret=text(obj, "spec", "credentialSecret"),
        available=truth(obj, "status", "available"),
        message=words(unavailable) if truth(unavailable, "status") else "",
    )


def _target_status(row: BackupTarget) -> str:
    return "not set" if not row.url else "available" if row.available else "unavailable"


LONGHORN_BACKUP_TARGETS: Kind[BackupTarget] = Kind(
    id="longhorn-backuptargets",
    table="longhorn-backuptargets",
    group=GROUP,
    version=VERSION,
    plural="backuptargets",
    singular="BackupTarget",
    row=backup_target_row,
    columns=(
        NAME,
        Column("STATUS", lambda row, _now: _target_status(row)),
        Column("URL", lambda row, _now: row.url or "–"),
        Column("SECRET", lambda row, _now: row.credential_secret or "–", drop=2),
        Column("REASON", lambda row, _now: row.message or "–", drop=1),
        AGE,
    ),
    tone=lambda row: Tone.MUTED if not row.url else Tone.GOOD if row.available else Tone.BAD,
    aliases=("lhbt", "backuptargets"),
)


@dataclass(frozen=True, slots=True)
class SystemBackup(Row):
    """One backup of Longhorn's own objects, which only the same minor version can restore."""

    state: str
    """Ready is the good one; Error the bad one; Generating, Uploading, BackingUpVolumes on the way."""
    version: str
    """Of the Longhorn that made it."""
    made: float
    """In seconds since the epoch; 0 when it isn't made yet."""
    message: str
    """Why it failed."""


def system_backup_row(kind: str, obj: Json) -> SystemBackup:
    """The row of a decoded systembackups.longhorn.io."""
    failed = conditions(obj, "status", "conditions").get("Error", {})
    return SystemBackup(
        *head(kind, obj),
        state=text(obj, "status", "state"),
        version=text(obj, "status", "version"),
        made=timestamp(text(obj, "status", "createdAt")),
        message=words(failed) if truth(failed, "status") else "",
    )


LONGHORN_SYSTEM_BACKUPS: Kind[SystemBackup] = Kind(
    id="longhorn-systembackups",
    table="longhorn-systembackups",
    group=GROUP,
    version=VERSION,
    plural="systembackups",
    singular="SystemBackup",
    row=system_backup_row,
    columns=(
        NAME,
        Column("STATE", lambda row, _now: row.state or "–", toned=True),
        Column("VERSION", lambda row, _now: row.version or "–"),
        Column("REASON", lambda row, _now: row.message or "–", drop=1),
        Column("MADE", lambda row, now: since(row.made, now), sort=lambda row: -row.made, right=True, ticks=True),
    ),
    tone=backup_tone,
    aliases=("lhsb", "systembackups"),
)
