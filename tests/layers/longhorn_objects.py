"""Objects as Longhorn 1.12 writes them, with all that is well; a test changes what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Row
from tests.layers import worlds as w

Obj = dict[str, Any]
ENGINE = w.ENGINE
KINDS: Mapping[str, AnyKind] = {kind.id: kind for kind in (*CORE, *CUSTOM)}
HOUR = 3600.0


def stamp(seconds: float) -> str:
    """A moment as Kubernetes writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(hours: float) -> str:
    """So many hours before the worlds' present."""
    return stamp(w.NOW - hours * HOUR)


def condition(kind: str, status: str, reason: str = "", message: str = "") -> Obj:
    said = {"type": kind, "status": status, "reason": reason, "message": message}
    return {**said, "lastProbeTime": "", "lastTransitionTime": ago(100)}


def meta(name: str, *, hours: float = 240, labels: Mapping[str, str] | None = None) -> Obj:
    found = {"name": name, "namespace": "longhorn-system", "uid": f"uid-{name}", "creationTimestamp": ago(hours)}
    return {**found, "labels": dict(labels or {}), "generation": 1, "finalizers": ["longhorn.io"]}


def obj(kind: str, metadata: Obj, **parts: Obj | str) -> Obj:
    return {"apiVersion": "longhorn.io/v1beta2", "kind": kind, "metadata": metadata, **parts}


def volume(name: str = "pvc-1", *, hours: float = 240, labels: Mapping[str, str] | None = None, **status: Any) -> Obj:
    spec = {
        "size": "10737418240",
        "numberOfReplicas": 3,
        "accessMode": "rwo",
        "dataEngine": "v1",
        "image": ENGINE,
        "frontend": "blockdev",
        "Standby": False,
        "backupTargetName": "default",
        "nodeID": "node-1",
    }
    known = {"pvName": name, "pvStatus": "Bound", "pvcName": f"data-{name}", "namespace": "apps"}
    said: Obj = {
        "state": "attached",
        "robustness": "healthy",
        "currentImage": ENGINE,
        "currentNodeID": "node-1",
        "kubernetesStatus": {**known, "lastPVCRefAt": "", "workloadsStatus": None},
        "conditions": [condition("Scheduled", "True"), condition("Restore", "False")],
        "lastBackup": f"backup-{name}",
        "lastBackupAt": ago(20),
        "restoreRequired": False,
        "actualSize": 4096,
    }
    return obj("Volume", meta(name, hours=hours, labels=labels), spec=spec, status={**said, **status})


def node(name: str = "node-1", *, allowed: bool = True, conditions: Iterable[Obj] = (), disk: Obj | None = None) -> Obj:
    path = {"path": "/var/lib/longhorn/", "allowScheduling": True, "diskType": "filesystem", "storageReserved": 1024}
    spec = {"name": name, "allowScheduling": allowed, "disks": {"disk-1": path}, "tags": []}
    given = list(conditions)
    named = {each["type"] for each in given}
    well = ("Ready", "Schedulable", "MountPropagation", "RequiredPackages", "KernelModulesLoaded", "Multipathd")
    usual = [condition(kind, "True") for kind in (*well, "NFSClientInstalled") if kind not in named]
    found = {
        "conditions": [condition("Ready", "True"), condition("Schedulable", "True")],
        "diskPath": "/var/lib/longhorn/",
    }
    status = {"conditions": [*usual, *given], "diskStatus": {"disk-1": {**found, **(disk or {})}}}
    return obj("Node", meta(name), spec=spec, status=status)


def setting(name: str, value: str) -> Obj:
    return obj("Setting", meta(name), value=value, status={"applied": True})


def engine_image(image: str = ENGINE, **status: Any) -> Obj:
    said = {"state": "deployed", "version": image.rpartition(":")[2], "refCount": 4, "incompatible": False}
    conditions = [condition("ready", "True")]
    return obj("EngineImage", meta("ei-1"), spec={"image": image}, status={**said, "conditions": conditions, **status})


def instance_manager(node_name: str = "node-1", **status: Any) -> Obj:
    spec = {"image": "longhornio/longhorn-instance-manager:v1.12.1", "nodeID": node_name, "dataEngine": "v1"}
    said = {"currentState": "running", "ip": "10.42.0.9", "apiVersion": 8, **status}
    return obj("InstanceManager", meta(f"instance-manager-{node_name}"), spec={**spec, "type": "aio"}, status=said)


def backup_target(
    url: str = "nfs://nas.example.org:/backups", secret: str = "", *, available: bool = True, message: str = ""
) -> Obj:
    spec = {"backupTargetURL": url, "credentialSecret": secret, "pollInterval": "5m0s"}
    unavailable = condition("Unavailable", "False" if available else "True", "Unavailable", message)
    status = {"available": available, "conditions": [unavailable], "lastSyncedAt": ago(0.1)}
    return obj("BackupTarget", meta("default"), spec=spec, status=status)


def backup(name: str = "backup-1", of: str = "pvc-1", *, hours: float = 20, **status: Any) -> Obj:
    said = {
        "state": "Completed",
        "progress": 100,
        "url": f"nfs://nas.example.org:/backups?backup={name}&volume={of}",
        "volumeName": of,
        "volumeSize": "10737418240",
        "size": "1073741824",
        "snapshotCreatedAt": ago(hours),
        "backupCreatedAt": ago(hours - 0.5),
        "backupTargetName": "default",
        "error": "",
    }
    labels = {"backup-volume": of, "backup-target": "default"}
    spec = {"snapshotName": "nightly-1", "backupMode": "incremental"}
    return obj("Backup", meta(name, hours=hours, labels=labels), spec=spec, status={**said, **status})


def backup_volume(of: str = "pvc-1", **status: Any) -> Obj:
    said = {"lastBackupName": "backup-1", "lastBackupAt": ago(20), "size": "10737418240", "dataStored": "1073741824"}
    spec = {"backupTargetName": "default", "volumeName": of}
    return obj("BackupVolume", meta(f"{of}-b3f1"), spec=spec, status={**said, **status})


def system_backup(name: str = "sb-1", **status: Any) -> Obj:
    said = {"state": "Ready", "version": "v1.12.1", "createdAt": ago(30), "conditions": None, "gitCommit": "c1d2"}
    spec = {"volumeBackupPolicy": "if-not-present"}
    return obj("SystemBackup", meta(name, hours=30), spec=spec, status={**said, **status})


def recurring_job(name: str = "nightly", **spec: Any) -> Obj:
    asked = {"name": name, "task": "backup", "cron": "0 2 * * *", "groups": ["default"], "retain": 7, "concurrency": 1}
    return obj("RecurringJob", meta(name), spec={**asked, **spec}, status={"executionCount": 12, "ownerID": "node-1"})


def credentials(data: Mapping[str, str], name: str = "backup-credentials") -> Obj:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta(name), "type": "Opaque", "data": dict(data)}


World = dict[str, list[Obj]]
"""Objects by their kind's id."""


def all_well() -> World:
    """Everything of Longhorn's own, and nothing to say of it."""
    settings = {
        "default-engine-image": ENGINE,
        "current-longhorn-version": "v1.12.1",
        "deleting-confirmation-flag": "false",
        "orphan-resource-auto-deletion": "",
        "concurrent-automatic-engine-upgrade-per-node-limit": "0",
    }
    return {
        "longhorn-nodes": [node(name) for name in w.NODES],
        "longhorn-volumes": [volume()],
        "longhorn-engineimages": [engine_image()],
        "longhorn-instancemanagers": [instance_manager(name) for name in w.NODES],
        "longhorn-settings": [setting(name, value) for name, value in settings.items()],
        "longhorn-recurringjobs": [recurring_job()],
        "longhorn-backuptargets": [backup_target()],
        "longhorn-backupvolumes": [backup_volume()],
        "longhorn-backups": [backup()],
        "longhorn-systembackups": [system_backup()],
    }


def changed(**by_kind: list[Obj]) -> World:
    """The same, with other objects of some kinds: ``volumes=[…]`` stands for longhorn-volumes."""
    return all_well() | {f"longhorn-{kind}": objects for kind, objects in by_kind.items()}


def with_settings(**values: str) -> World:
    """The same, with other values of some settings."""
    own = {name.replace("_", "-"): value for name, value in values.items()}
    others = [each for each in all_well()["longhorn-settings"] if each["metadata"]["name"] not in own]
    return changed(settings=[*others, *(setting(name, value) for name, value in own.items())])


def rows(world: World) -> list[Row]:
    """The rows of a world's objects, and of everything around them that Longhorn stands on."""
    own = {kind for kind in KINDS if kind.startswith("longhorn-")}
    around = [row for row in w.longhorn_world() if row.kind not in own]
    return [*around, *(KINDS[kind].row(kind, each) for kind, objects in world.items() for each in objects)]
