"""What kubectl's tables show of an object."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from runners.demo.server.jsonpath import found
from runners.demo.server.kinds_served import PrinterColumn, ServedKind
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import age, timestamp

Cells = Callable[[Json], list[object]]

_AGE = PrinterColumn("Age", "date", ".metadata.creationTimestamp")


def columns_of(kind: ServedKind) -> tuple[PrinterColumn, ...]:
    """The columns after the name."""
    if kind.custom:
        return kind.columns or (_AGE,)
    if kind.resource == "pods":
        return (*(PrinterColumn(name, "string", "") for name in ("Ready", "Status", "Restarts")), _AGE)
    shown = _BUILT_IN.get(kind.resource, {})
    return (*(PrinterColumn(name, "string", path) for name, path in shown.items()), _AGE)


def cells_of(kind: ServedKind, obj: Json) -> list[object]:
    """The cells of an object, the name first."""
    special = {"Ready": _ready, "Status": _status, "Restarts": _restarts} if kind.resource == "pods" else {}
    cells: list[object] = [text(obj, "metadata", "name")]
    for column in columns_of(kind):
        cells.append(special[column.name](obj) if column.name in special else _cell(column, found(obj, column.path)))
    return cells


_BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "namespaces": {"Status": ".status.phase"},
    "nodes": {"Ready": '.status.conditions[?(@.type=="Ready")].status', "Version": ".status.nodeInfo.kubeletVersion"},
    "services": {"Type": ".spec.type", "Cluster-IP": ".spec.clusterIP"},
    "persistentvolumeclaims": {
        "Status": ".status.phase",
        "Volume": ".spec.volumeName",
        "Capacity": ".status.capacity.storage",
        "StorageClass": ".spec.storageClassName",
    },
    "persistentvolumes": {
        "Capacity": ".spec.capacity.storage",
        "Reclaim Policy": ".spec.persistentVolumeReclaimPolicy",
        "Status": ".status.phase",
        "Claim": ".spec.claimRef.name",
        "StorageClass": ".spec.storageClassName",
    },
    "events": {"Type": ".type", "Reason": ".reason", "Object": ".involvedObject.name", "Message": ".message"},
    "secrets": {"Type": ".type"},
    "deployments.apps": {"Ready": ".status.readyReplicas", "Wanted": ".spec.replicas"},
    "statefulsets.apps": {"Ready": ".status.readyReplicas", "Wanted": ".spec.replicas"},
    "replicasets.apps": {"Ready": ".status.readyReplicas", "Wanted": ".spec.replicas"},
    "daemonsets.apps": {"Ready": ".status.numberReady", "Wanted": ".status.desiredNumberScheduled"},
    "storageclasses.storage.k8s.io": {"Provisioner": ".provisioner", "ReclaimPolicy": ".reclaimPolicy"},
    "leases.coordination.k8s.io": {"Holder": ".spec.holderIdentity"},
}


def _cell(column: PrinterColumn, value: object) -> object:
    if column.kind == "date":
        return age(time.time() - timestamp(value)) if isinstance(value, str) else "<unknown>"
    if isinstance(value, dict | list):
        return str(value)
    return value if value is not None else ""


def _ready(pod: Json) -> str:
    containers = sequence(pod, "status", "containerStatuses")
    ready = sum(truth(container, "ready") for container in containers)
    return f"{ready}/{len(sequence(pod, 'spec', 'containers'))}"


def _status(pod: Json) -> str:
    if text(pod, "metadata", "deletionTimestamp"):
        return "Terminating"
    for container in sequence(pod, "status", "containerStatuses"):
        for state in ("waiting", "terminated"):
            if reason := text(mapping(container, "state", state), "reason"):
                return reason
    return text(pod, "status", "reason") or text(pod, "status", "phase")


def _restarts(pod: Json) -> str:
    return str(sum(integer(item, "restartCount") for item in sequence(pod, "status", "containerStatuses")))
