"""The demo's nodes, as plain data."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.actors.times import now
from runners.layers.jsons import Json, mapping, sequence, text

VERSION = "v1.34.1"
DOWN = "demo.bedplate/down"
"""The annotation of a node whose kubelet says nothing any more."""
_PRESSURES = (
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)
_SILENT = "Kubelet stopped posting node status."


NAMES = ("node-1", "node-2", "node-3")


def nodes(names: Sequence[str] = NAMES) -> Sequence[Json]:
    """Nodes of some names, ready, with what a small server has; the first one is the control plane."""
    return [_node(name, number) for number, name in enumerate(names, 1)]


def is_down(node: Json) -> bool:
    """Has somebody switched it off?"""
    return text(mapping(node, "metadata", "annotations"), DOWN) == "true"


def conditions(node: Json, *, beats: bool) -> Sequence[Json]:
    """A node's conditions; ``beats`` says that its kubelet reports just now."""
    if is_down(node):
        kinds = (*(kind for kind, _, _ in _PRESSURES), "Ready")
        return [_condition(kind, "Unknown", "NodeStatusUnknown", _SILENT, _heartbeat(node)) for kind in kinds]
    when = now() if beats else _heartbeat(node)
    found = [_condition(kind, "False", reason, message, when) for kind, reason, message in _PRESSURES]
    return [*found, _condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", when)]


def _heartbeat(node: Json) -> str:
    found = sequence(node, "status", "conditions")
    return next((text(item, "lastHeartbeatTime") for item in found if text(item, "lastHeartbeatTime")), "") or now()


def _condition(kind: str, status: str, reason: str, message: str, when: str) -> Json:
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": when}


def _node(name: str, number: int) -> Json:
    address = f"192.168.10.{10 + number}"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        **({"node-role.kubernetes.io/control-plane": "true"} if number == 1 else {}),
    }
    capacity = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "200Gi"}
    info = {
        "kubeletVersion": VERSION,
        "kubeProxyVersion": "",
        "osImage": "Debian GNU/Linux 13 (trixie)",
        "kernelVersion": "6.12.48+deb13-amd64",
        "containerRuntimeVersion": "containerd://2.1.4",
        "operatingSystem": "linux",
        "architecture": "amd64",
        "machineID": f"{number:032x}",
        "systemUUID": f"{number:032x}",
        "bootID": f"{number:032x}",
    }
    status: dict[str, object] = {
        "capacity": capacity,
        "allocatable": capacity,
        "nodeInfo": info,
        "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
    }
    status["conditions"] = [{**item, "lastTransitionTime": now()} for item in conditions({}, beats=True)]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"podCIDR": f"10.244.{number}.0/24", "providerID": f"demo://{name}"},
        "status": status,
    }
