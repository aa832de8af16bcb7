"""The objects that Longhorn keeps of one volume, as plain data: the volume, its engine and its replicas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runners.demo.actors.api import condition
from runners.demo.actors.longhorn_objects import NAMESPACE, digest, disk_name
from runners.layers.jsons import Json, integer, mapping, sequence, text
from runners.layers.quantities import bytes_of


@dataclass(frozen=True)
class Use:
    """One volume at one moment: what it is made from, who uses it and where it lies."""

    pv: Json
    volume: Json | None
    """Longhorn's own object of it, where it has one already."""
    pods: Sequence[Json]
    """The pods that mount its claim and have a node."""
    image: str
    replicas: Sequence[str]
    """The nodes that hold its replicas."""
    ready: frozenset[str]
    """The nodes that are ready."""
    failed: frozenset[str] = frozenset()
    """The nodes whose replica has failed and isn't rebuilt yet."""

    @property
    def name(self) -> str:
        """The volume's name."""
        return text(self.pv, "spec", "csi", "volumeHandle")

    @property
    def node(self) -> str:
        """Where it has to be attached; empty when nobody uses it."""
        return text(self.pods[0], "spec", "nodeName") if self.pods else ""

    @property
    def wanted_replicas(self) -> int:
        """How many replicas its class asks for."""
        return integer(self.volume, "spec", "numberOfReplicas") or replicas_of_class(self.pv)

    @property
    def size(self) -> int:
        """Bytes."""
        return bytes_of(text(self.pv, "spec", "capacity", "storage"))

    @property
    def robustness(self) -> str:
        """Of the volume while it is attached."""
        live = sum(1 for node in self.replicas if self.mode(node) == "RW")
        return "healthy" if live >= self.wanted_replicas else "degraded" if live else "faulted"

    def mode(self, node: str) -> str:
        """How the engine uses a node's replica: reads and writes, writes only while it is rebuilt, or not at all."""
        return "ERR" if node not in self.ready else "WO" if node in self.failed else "RW"


def replicas_of_class(pv: Json) -> int:
    """How many replicas the class asked for that the PersistentVolume was made by."""
    return integer(pv, "spec", "csi", "volumeAttributes", "numberOfReplicas", default=3)


def volume_changes(use: Use) -> Json:
    """What Longhorn itself changes of a volume that is there: the rest of its spec is a person's."""
    return {"spec": {"size": str(use.size), "nodeID": use.node}}


def volume(use: Use) -> Json:
    """A volume."""
    modes = sequence(use.pv, "spec", "accessModes")
    spec = {
        "size": str(use.size),
        "numberOfReplicas": use.wanted_replicas,
        "accessMode": "rwx" if "ReadWriteMany" in modes else "rwo",
        "dataEngine": "v1",
        "dataLocality": "disabled",
        "frontend": "blockdev",
        "image": use.image,
        "nodeID": use.node,
        "fromBackup": text(use.pv, "spec", "csi", "volumeAttributes", "fromBackup"),
        "backupTargetName": "default",
        "staleReplicaTimeout": 30,
        "Standby": False,
    }
    return {"metadata": {"name": use.name, "namespace": NAMESPACE}, "spec": spec}


def volume_status(use: Use, state: str) -> Json:
    """Its status in one state."""
    claim = mapping(use.pv, "spec", "claimRef")
    known = {
        "pvName": text(use.pv, "metadata", "name"),
        "pvStatus": text(use.pv, "status", "phase"),
        "pvcName": text(claim, "name"),
        "namespace": text(claim, "namespace"),
        "workloadsStatus": [_workload_status(pod) for pod in use.pods],
    }
    attached = state == "attached"
    enough = len(use.replicas) >= use.wanted_replicas
    return {
        "state": state,
        "robustness": use.robustness if attached else "unknown",
        "currentImage": use.image,
        "currentNodeID": use.node if attached else "",
        "ownerID": use.node or next(iter(use.replicas), ""),
        "kubernetesStatus": known,
        "conditions": [
            condition("Scheduled", enough, "" if enough else "ReplicaSchedulingFailure"),
            condition("Restore", False),
        ],
        "restoreRequired": False,
        "restoreInitiated": bool(text(use.volume, "spec", "fromBackup")),
        "isStandby": False,
        "frontendDisabled": False,
    }


def filling_status(image: str, state: str, *, done: bool) -> Json:
    """The status of a volume while data flows into it from a backup, and in the moment when it is all there."""
    return {
        "state": state,
        "robustness": "healthy" if state == "attached" else "unknown",
        "currentImage": image,
        "conditions": [
            condition("Scheduled", True),
            condition("Restore", not done, "" if done else "RestoreInProgress"),
        ],
        "restoreInitiated": True,
        "restoreRequired": not done,
        "isStandby": False,
    }


def _workload_status(pod: Json) -> Json:
    owner = next(iter(sequence(pod, "metadata", "ownerReferences")), None)
    return {
        "podName": text(pod, "metadata", "name"),
        "podStatus": text(pod, "status", "phase"),
        "workloadName": text(owner, "name"),
        "workloadType": text(owner, "kind"),
    }


def engine(use: Use) -> Json:
    """The engine of a volume."""
    spec = {
        "volumeName": use.name,
        "volumeSize": str(use.size),
        "nodeID": use.node,
        "image": use.image,
        "desireState": "running" if use.node else "stopped",
        "dataEngine": "v1",
        "frontend": "blockdev",
        "active": True,
    }
    return {"metadata": {"name": f"{use.name}-e-0", "namespace": NAMESPACE}, "spec": spec}


def engine_status(use: Use, *, runs: bool) -> Json:
    """Its status, running or stopped."""
    return {
        "currentState": "running" if runs else "stopped",
        "currentImage": use.image if runs else "",
        "currentSize": str(use.size) if runs else "0",
        "ownerID": use.node or next(iter(use.replicas), ""),
        "started": runs,
        "replicaModeMap": {replica_name(use.name, node): use.mode(node) if runs else None for node in use.replicas},
    }


def replica(use: Use, node: str) -> Json:
    """One replica of a volume."""
    spec = {
        "volumeName": use.name,
        "volumeSize": str(use.size),
        "engineName": f"{use.name}-e-0",
        "nodeID": node,
        "image": use.image,
        "desireState": "running" if use.node else "stopped",
        "dataEngine": "v1",
        "diskID": digest(f"disk {node}", 32),
        "diskPath": f"/var/lib/longhorn/{disk_name(node)}",
        "active": True,
    }
    return {"metadata": {"name": replica_name(use.name, node), "namespace": NAMESPACE}, "spec": spec}


def replica_name(volume: str, node: str) -> str:
    """The name of a volume's replica on a node."""
    return f"{volume}-r-{digest(f'{volume} {node}')}"
