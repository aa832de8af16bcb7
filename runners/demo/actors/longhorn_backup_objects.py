"""The objects that Longhorn keeps of backups, as plain data: targets, backups, and what they are of."""

from __future__ import annotations

from runners.demo.actors.api import condition
from runners.demo.actors.longhorn_objects import NAMESPACE, digest
from runners.layers.jsons import Json, integer, text

_TARGET = "default"


def backup_target(defaults: Json) -> Json:
    """The backup target ``default``, as the release's values describe it."""
    spec = {
        "backupTargetURL": text(defaults, "backup-target"),
        "credentialSecret": text(defaults, "backup-target-credential-secret"),
        "pollInterval": "5m0s",
    }
    return {"metadata": {"name": _TARGET, "namespace": NAMESPACE}, "spec": spec}


def backup_target_status(target: Json, trouble: str) -> Json:
    """A target is available here as soon as it has an address, unless there is trouble."""
    message = trouble if text(target, "spec", "backupTargetURL") else "backup target URL is empty"
    return {
        "available": not message,
        "conditions": [condition("Unavailable", bool(message), "Unavailable" if message else "", message)],
    }


def backup(name: str, volume: Json) -> Json:
    """A backup of a volume."""
    of = text(volume, "metadata", "name")
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"backup-target": _TARGET, "backup-volume": of}}
    return {"metadata": metadata, "spec": {"snapshotName": _snapshot(name), "backupMode": "incremental"}}


def backup_status(name: str, volume: Json, url: str, stamp: str) -> Json:
    """Its status once it is complete."""
    of, size = text(volume, "metadata", "name"), text(volume, "spec", "size")
    return {
        "state": "Completed",
        "progress": 100,
        "url": f"{url}?backup={name}&volume={of}",
        "volumeName": of,
        "volumeSize": size,
        "size": str(integer(size) // 8),
        "snapshotName": _snapshot(name),
        "snapshotCreatedAt": stamp,
        "backupCreatedAt": stamp,
        "backupTargetName": _TARGET,
        "lastSyncedAt": stamp,
    }


def backup_volume(volume: Json) -> Json:
    """What stands on the target for a volume."""
    of = text(volume, "metadata", "name")
    metadata = {"name": f"{of}-{digest(of + _TARGET)}", "namespace": NAMESPACE}
    return {"metadata": metadata, "spec": {"backupTargetName": _TARGET, "volumeName": of}}


def backup_volume_status(volume: Json, backup: Json) -> Json:
    """Its status with the newest backup."""
    stamp = text(backup, "status", "snapshotCreatedAt")
    return {
        "lastBackupName": text(backup, "metadata", "name"),
        "lastBackupAt": stamp,
        "lastSyncedAt": stamp,
        "size": text(volume, "spec", "size"),
        "dataStored": text(backup, "status", "size"),
    }


def system_backup_status(manager: str, stamp: str) -> Json:
    """The status of a backup of Longhorn's own objects that is complete."""
    version = manager.rpartition(":")[2]
    return {"state": "Ready", "version": version, "managerImage": manager, "createdAt": stamp, "lastSyncedAt": stamp}


def _snapshot(backup: str) -> str:
    return f"nightly-{digest(backup)}"
