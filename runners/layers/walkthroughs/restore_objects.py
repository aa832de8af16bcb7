"""The objects that bring one claim back from a backup, as plain data: Longhorn's volume, its PersistentVolume, a claim.

Longhorn makes a volume's size from its own object, in bytes as text (its CRDs); the claim asks for as many, in the unit
that people would write.
"""

from __future__ import annotations

import json
import shlex

from runners.layers.jsons import Json
from runners.layers.quantities import quantity_of
from runners.layers.walkthroughs.restore_rules import DRIVER, Restorable

SPACE = "longhorn-system"
_MODES = {"rwx": "ReadWriteMany"}
_RESTORED = {"bedplate/restored": "true"}


def volume(one: Restorable, replicas: int) -> Json:
    """Longhorn's volume, which fills itself from the backup; 0 replicas are as many as its settings say."""
    counted = {"numberOfReplicas": replicas} if replicas else {}
    target = {"backupTargetName": one.target} if one.target else {}
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Volume",
        "metadata": {"name": one.volume, "namespace": SPACE, "annotations": _RESTORED},
        "spec": {
            "fromBackup": one.backup,
            "size": str(one.size),
            "accessMode": one.access,
            "frontend": "blockdev",
            "dataEngine": "v1",
            **counted,
            **target,
        },
    }


def persistent_volume(one: Restorable, fs_type: str) -> Json:
    """What stands for the volume, kept for the claim alone. It outlives the claim: nothing restored goes by mistake."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": one.volume, "annotations": _RESTORED},
        "spec": {
            "accessModes": [_mode(one)],
            "capacity": {"storage": quantity_of(one.size)},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": one.namespace,
                "name": one.name,
            },
            "csi": {"driver": DRIVER, "volumeHandle": one.volume, "fsType": fs_type},
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": one.storage_class,
            "volumeMode": "Filesystem",
        },
    }


def claim(one: Restorable) -> Json:
    """The claim, which can be bound to nothing else."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"namespace": one.namespace, "name": one.name},
        "spec": {
            "accessModes": [_mode(one)],
            "resources": {"requests": {"storage": quantity_of(one.size)}},
            "storageClassName": one.storage_class,
            "volumeName": one.volume,
        },
    }


def system_restore(backup: str, attempt: int = 1) -> Json:
    """What has Longhorn restore a system backup; each attempt is an object of its own."""
    again = f"-{attempt}" if attempt > 1 else ""
    return {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "SystemRestore",
        "metadata": {"name": f"bedplate-{backup}{again}", "namespace": SPACE},
        "spec": {"systemBackup": backup},
    }


def namespace(name: str) -> Json:
    """Where a claim comes back before what else belongs there."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _mode(one: Restorable) -> str:
    return _MODES.get(one.access, "ReadWriteOnce")


def quoted(obj: Json) -> str:
    """An object as one word of a shell, for a call to read it: what a sheet says may hold any character."""
    return shlex.quote(json.dumps(obj, separators=(",", ":")))
