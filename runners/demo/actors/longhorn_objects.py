"""The objects that Longhorn's manager makes, as plain data: ``longhorn.io/v1beta2`` and the CSI parts.

The field names are the ones of Longhorn's own CRDs (1.12); a test holds them against that list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from runners.demo.actors.api import condition
from runners.layers.jsons import Json, mapping, sequence, text, truth

NAMESPACE = "longhorn-system"
DRIVER = "driver.longhorn.io"
CSI_PLUGIN = "longhorn-csi-plugin"
CSI_SIDECARS: Mapping[str, str] = {
    name: f"longhornio/{name}:v1" for name in ("csi-attacher", "csi-provisioner", "csi-resizer", "csi-snapshotter")
}
CSI_DRIVER: Json = {
    "metadata": {"name": DRIVER},
    "spec": {"attachRequired": True, "podInfoOnMount": True, "volumeLifecycleModes": ["Persistent"]},
}
ENGINE_LIMIT = "concurrent-automatic-engine-upgrade-per-node-limit"
OWN_SETTINGS = ("default-engine-image", "current-longhorn-version")
DISK_BYTES = 500 * 2**30


def digest(value: str, length: int = 8) -> str:
    """Some hexadecimal digits that stand for a text: what the real manager draws at random stays the same here."""
    return hashlib.sha256(value.encode()).hexdigest()[:length]


def node(name: str) -> Json:
    """A Longhorn node with one disk."""
    disk = {
        "path": "/var/lib/longhorn/",
        "diskType": "filesystem",
        "allowScheduling": True,
        "evictionRequested": False,
        "storageReserved": DISK_BYTES // 4,
        "tags": [],
    }
    spec = {
        "name": name,
        "allowScheduling": True,
        "evictionRequested": False,
        "tags": [],
        "disks": {disk_name(name): disk},
    }
    return {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}


def disk_name(node_name: str) -> str:
    """The name of a node's default disk."""
    return f"default-disk-{digest(node_name, 12)}"


def node_status(kubernetes: Json, longhorn: Json) -> Json:
    """The status of a Longhorn node, from the node beneath it."""
    ready = is_ready(kubernetes)
    allowed = truth(longhorn, "spec", "allowScheduling", default=True)
    cordoned = truth(kubernetes, "spec", "unschedulable")
    schedulable = ready and allowed and not cordoned
    conditions = [
        condition("Ready", ready, "" if ready else "KubernetesNodeNotReady"),
        condition("Schedulable", schedulable, "KubernetesNodeCordoned" if cordoned else ""),
        *(
            condition(kind, True)
            for kind in (
                "MountPropagation",
                "RequiredPackages",
                "KernelModulesLoaded",
                "NFSClientInstalled",
                "Multipathd",
            )
        ),
    ]
    name = text(kubernetes, "metadata", "name")
    disk = {
        "diskName": disk_name(name),
        "diskPath": "/var/lib/longhorn/",
        "diskType": "filesystem",
        "filesystemType": "ext2/ext3",
        "diskUUID": digest(f"disk {name}", 32),
        "storageMaximum": DISK_BYTES,
        "storageAvailable": DISK_BYTES * 3 // 4,
        "conditions": [condition("Ready", ready), condition("Schedulable", schedulable)],
    }
    return {"conditions": conditions, "diskStatus": {disk_name(name): disk}, "autoEvicting": False}


def engine_image_name(image: str) -> str:
    """The name of an engine image's object."""
    return f"ei-{digest(image)}"


def engine_image(image: str) -> Json:
    """An engine image."""
    return {"metadata": {"name": engine_image_name(image), "namespace": NAMESPACE}, "spec": {"image": image}}


def engine_image_status(image: str, ready: bool, count: int) -> Json:
    """The status of an engine image that some volumes use."""
    return {
        "state": "deployed" if ready else "deploying",
        "version": image.rpartition(":")[2],
        "refCount": count,
        "incompatible": False,
        "conditions": [condition("ready", ready, "" if ready else "daemonSet")],
    }


def settings(image: str) -> Iterable[Json]:
    """The settings that somebody reads; a setting's value is no spec, it stands on top."""
    values = {
        "default-engine-image": image,
        "current-longhorn-version": image.rpartition(":")[2],
        ENGINE_LIMIT: "0",
        "deleting-confirmation-flag": "false",
        "orphan-resource-auto-deletion": "",
        "default-replica-count": "3",
    }
    for name, value in values.items():
        yield {"metadata": {"name": name, "namespace": NAMESPACE}, "value": value}


def instance_manager(image: str, node_name: str) -> Json:
    """The instance manager of a node, of the same version as an engine image."""
    name = f"instance-manager-{digest(f'{image} {node_name}', 32)}"
    spec = {
        "image": image.replace("longhorn-engine", "longhorn-instance-manager"),
        "nodeID": node_name,
        "dataEngine": "v1",
        "type": "aio",
    }
    return {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}


def instance_manager_status(longhorn: Json) -> Json:
    """The status of an instance manager, from Longhorn's node."""
    node_name = text(longhorn, "metadata", "name")
    return {"currentState": "running" if is_ready(longhorn) else "unknown", "ownerID": node_name, "apiVersion": 8}


def is_ready(obj: Json) -> bool:
    """Has a node the condition Ready?"""
    return any(
        text(item, "type") == "Ready" and truth(item, "status") for item in sequence(obj, "status", "conditions")
    )


def csi_node(node: Json, current: Json | None) -> Json:
    """What a node's kubelet registers: its other drivers stay."""
    name = text(node, "metadata", "name")
    mine = {"name": DRIVER, "nodeID": name, "topologyKeys": []}
    owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": text(node, "metadata", "uid")}
    return {
        "metadata": {"name": name, "ownerReferences": [owner]},
        "spec": {"drivers": [*other_drivers(current), mine]},
    }


def other_drivers(current: Json | None) -> list[Json]:
    """The drivers of a CSINode that aren't Longhorn's."""
    return [mapping(item) for item in sequence(current, "spec", "drivers") if text(item, "name") != DRIVER]
