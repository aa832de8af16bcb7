"""What a kubelet reports of a pod, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from runners.demo.actors.api import condition
from runners.demo.actors.times import now
from runners.layers.jsons import Json, integer, mapping, sequence, text

WAITS = "demo.bedplate/waits"
"""The annotation of a pod that doesn't come up, or its label: a reason, and after a colon maybe a message.

``ImagePullBackOff``, ``CrashLoopBackOff``, ``CreateContainerConfigError: secret "x" not found``; ``Unready`` runs and
fails its readiness probe.
"""


def waits(pod: Json) -> tuple[str, str]:
    """Why a pod must not come up, and the message; empty where it may."""
    metadata = mapping(pod, "metadata")
    said = text(mapping(metadata, "annotations"), WAITS) or text(mapping(metadata, "labels"), WAITS)
    reason, _, message = said.partition(":")
    return reason.strip(), message.strip()


def creating(pod: Json, node: Json) -> Json:
    """The node has it, and its containers aren't there yet."""
    init = bool(sequence(pod, "spec", "initContainers"))
    state = {"waiting": {"reason": "PodInitializing" if init else "ContainerCreating"}}
    return {
        **_head(pod, node),
        "phase": "Pending",
        "podIP": None,
        "podIPs": None,
        "conditions": _conditions(ready=False, initialized=not init, names=_names(pod)),
        "initContainerStatuses": _statuses(pod, "initContainers", state) or None,
        "containerStatuses": _statuses(pod, "containers", state),
    }


def refused(pod: Json, node: Json, reason: str, message: str) -> Json:
    """Its containers can't be made."""
    state = {"waiting": {"reason": reason, "message": message}}
    return {
        **creating(pod, node),
        "conditions": _conditions(ready=False, initialized=True, names=_names(pod)),
        "initContainerStatuses": _initialized(pod),
        "containerStatuses": _statuses(pod, "containers", state),
    }


def crashed(pod: Json, node: Json, restarts: int) -> Json:
    """Its containers ran, ended, and wait to be started again."""
    name = text(next(iter(sequence(pod, "spec", "containers")), {}), "name")
    who = f"{name} pod={text(pod, 'metadata', 'name')}_{text(pod, 'metadata', 'namespace')}"
    waiting = {"reason": "CrashLoopBackOff", "message": f"back-off restarting failed container={who}"}
    ended = {"terminated": {"reason": "Error", "exitCode": 1}}
    return {
        **running(pod, node, ready=False),
        "containerStatuses": _statuses(pod, "containers", {"waiting": waiting}, restarts=restarts, last=ended),
    }


def running(pod: Json, node: Json, *, ready: bool) -> Json:
    """It runs, and is ready or not yet."""
    statuses = sequence(pod, "status", "containerStatuses")
    since = next((when for item in statuses if (when := text(item, "state", "running", "startedAt"))), "") or now()
    address = _address(pod, node)
    return {
        **_head(pod, node),
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": _conditions(ready=ready, initialized=True, names=_names(pod)),
        "initContainerStatuses": _initialized(pod),
        "containerStatuses": _statuses(pod, "containers", {"running": {"startedAt": since}}, ready=ready),
    }


def succeeded(pod: Json, node: Json) -> Json:
    """Its containers have done what they had to do."""
    ended = {"terminated": {"reason": "Completed", "exitCode": 0, "finishedAt": now()}}
    completed = [
        {**item, "reason": "PodCompleted"} if text(item, "status") == "False" else item
        for item in _conditions(ready=False, initialized=True, names=_names(pod))
    ]
    return {
        **running(pod, node, ready=False),
        "phase": "Succeeded",
        "conditions": completed,
        "containerStatuses": _statuses(pod, "containers", ended),
    }


def restarts(pod: Json) -> int:
    """How often its containers were started again."""
    return max((integer(item, "restartCount") for item in sequence(pod, "status", "containerStatuses")), default=0)


def lost(pod: Json) -> Json:
    """Its node says nothing any more: what is known of it stays, but nobody should count on it."""
    conditions = [
        {**mapping(item), "status": "False", "reason": "NodeNotReady"} if text(item, "type") == "Ready" else item
        for item in sequence(pod, "status", "conditions")
    ]
    return {"conditions": conditions}


def _head(pod: Json, node: Json) -> dict[str, object]:
    addresses = sequence(node, "status", "addresses")
    host = next((text(item, "address") for item in addresses if text(item, "type") == "InternalIP"), "")
    requests = any(mapping(item, "resources") for item in sequence(pod, "spec", "containers"))
    return {
        "hostIP": host,
        "startTime": text(pod, "status", "startTime") or now(),
        "qosClass": "Burstable" if requests else "BestEffort",
    }


def _conditions(*, ready: bool, initialized: bool, names: str) -> list[dict[str, object]]:
    unready = ("ContainersNotReady", f"containers with unready status: [{names}]") if not ready else ("", "")
    return [
        condition("PodReadyToStartContainers", initialized),
        condition("Initialized", initialized, "" if initialized else "ContainersNotInitialized"),
        condition("Ready", ready, *unready),
        condition("ContainersReady", ready, *unready),
        condition("PodScheduled", True),
    ]


def _names(pod: Json) -> str:
    return " ".join(text(item, "name") for item in sequence(pod, "spec", "containers"))


def _initialized(pod: Json) -> Sequence[Json] | None:
    ended = {"terminated": {"reason": "Completed", "exitCode": 0}}
    return _statuses(pod, "initContainers", ended, ready=True) or None


def _statuses(
    pod: Json, field: str, state: Json, *, ready: bool = False, restarts: int = -1, last: Json | None = None
) -> list[Json]:
    before = {text(item, "name"): item for item in sequence(pod, "status", f"{field[:-1]}Statuses")}
    return [
        _status(pod, mapping(item), mapping(before.get(text(item, "name"))), state, ready, restarts, last)
        for item in sequence(pod, "spec", field)
    ]


def _status(
    pod: Json, container: Json, before: Json, state: Json, ready: bool, restarts: int, last: Json | None
) -> Json:
    name, image = text(container, "name"), text(container, "image")
    exists = "waiting" not in state or last is not None
    identity = hashlib.sha256(f"{text(pod, 'metadata', 'uid')} {name}".encode()).hexdigest()
    digest = hashlib.sha256(image.encode()).hexdigest()
    return {
        "name": name,
        "image": image,
        "imageID": f"{image.partition(':')[0]}@sha256:{digest}" if exists else "",
        "containerID": f"containerd://{identity}" if exists else None,
        "ready": ready,
        "started": "running" in state,
        "restartCount": integer(before, "restartCount") if restarts < 0 else restarts,
        "state": state,
        "lastState": dict(last or mapping(before, "lastState")),
    }


def _address(pod: Json, node: Json) -> str:
    number = int(hashlib.sha256(text(pod, "metadata", "uid").encode()).hexdigest()[:4], 16) % 250
    network = text(node, "spec", "podCIDR", default="10.244.0.0/24").rpartition(".")[0]
    return f"{network}.{number + 2}"
