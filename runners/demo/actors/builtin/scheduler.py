"""Plays the scheduler: a node for each pod that waits for one, or the reason why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, condition
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import controller_of, has_ended, is_deleted, is_ready, label
from runners.demo.actors.delays import Delays
from runners.demo.actors.events import Recorder
from runners.layers.jsons import Json, mapping, sequence, text, truth

SELECTED_NODE = "volume.kubernetes.io/selected-node"
"""The annotation that asks for a claim's volume where its pod will run."""


class Scheduler(Actor):
    """Binds pods to nodes, evenly, and only when their claims allow it."""

    name = "default-scheduler"

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        """Takes the connection and how long things take."""
        super().__init__(connection, delays=delays)
        self._events = Recorder(self.api, self.delays, self.name)

    def act(self) -> None:
        """Tries every pod that has no node."""
        pods = self.api.list(res.PODS)
        waiting = [pod for pod in pods if not text(pod, "spec", "nodeName") and not is_deleted(pod)]
        if not waiting:
            return
        nodes, live = self.api.list(res.NODES), [pod for pod in pods if not has_ended(pod)]
        load = Counter(text(pod, "spec", "nodeName") for pod in live)
        kin = Counter((controller_of(pod), text(pod, "spec", "nodeName")) for pod in live)
        for pod in waiting:
            fitting = [text(node, "metadata", "name") for node in nodes if not _unfit(pod, node)]
            reason = self._claims_missing(pod) or ("" if fitting else _why_none(pod, nodes))
            if reason:
                self._refuse(pod, _verdict(reason, len(nodes)))
                continue
            owner = controller_of(pod)
            chosen = min(fitting, key=lambda name: (kin[owner, name] if owner else 0, load[name], name))
            if self._wait_for_volumes(pod, chosen):
                continue
            load[chosen] += 1
            kin[owner, chosen] += 1
            self.api.patch(res.PODS, pod, {"spec": {"nodeName": chosen}})
            self.api.set_status(res.PODS, pod, {"phase": "Pending", "conditions": [condition("PodScheduled", True)]})

    def _claims_missing(self, pod: Json) -> str:
        """What the scheduler says of claims that keep a pod from every node; empty where none does."""
        for name in claims_of(pod):
            claim = self.api.get(res.CLAIMS, text(pod, "metadata", "namespace"), name)
            if claim is None or is_deleted(claim):
                return f'persistentvolumeclaim "{name}" ' + ("not found" if claim is None else "is being deleted")
            if text(claim, "status", "phase") == "Lost":
                return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume ""'
            if not _is_bound(claim) and not self._binds_late(claim):
                return "pod has unbound immediate PersistentVolumeClaims"
        return ""

    def _wait_for_volumes(self, pod: Json, node: str) -> bool:
        """Asks for the volumes of claims that wait for their first pod; are there any that aren't bound?"""
        waits = False
        for name in claims_of(pod):
            claim = self.api.get(res.CLAIMS, text(pod, "metadata", "namespace"), name)
            if claim is not None and not _is_bound(claim):
                waits = True
                if not text(mapping(claim, "metadata", "annotations"), SELECTED_NODE):
                    self.api.patch(res.CLAIMS, claim, {"metadata": {"annotations": {SELECTED_NODE: node}}})
        return waits

    def _binds_late(self, claim: Json) -> bool:
        storage_class = self.api.get(res.STORAGECLASSES, "", text(claim, "spec", "storageClassName") or "-")
        return text(storage_class, "volumeBindingMode") == "WaitForFirstConsumer"

    def _refuse(self, pod: Json, reason: str) -> None:
        conditions = [condition("PodScheduled", False, "Unschedulable", reason)]
        self.api.set_status(res.PODS, pod, {"phase": "Pending", "conditions": conditions})
        self._events.warn(res.PODS, pod, "FailedScheduling", reason)


def claims_of(pod: Json) -> Sequence[str]:
    """The names of the claims that a pod mounts."""
    volumes = sequence(pod, "spec", "volumes")
    return [name for volume in volumes if (name := text(volume, "persistentVolumeClaim", "claimName"))]


def _is_bound(claim: Json) -> bool:
    return text(claim, "status", "phase") == "Bound"


def _unfit(pod: Json, node: Json) -> str:
    """Why a node is none for a pod, in the scheduler's words; empty where it is one."""
    if truth(node, "spec", "unschedulable"):
        return "were unschedulable"
    if not is_ready(node):
        return "had untolerated taint(s)"
    selector: Mapping[str, object] = mapping(pod, "spec", "nodeSelector")
    if any(label(node, key) != value for key, value in selector.items()):
        return "didn't match Pod's node affinity/selector"
    return ""


def _why_none(pod: Json, nodes: Sequence[Json]) -> str:
    return ", ".join(sorted(f"{many} node(s) {why}" for why, many in Counter(_unfit(pod, n) for n in nodes).items()))


def _verdict(reason: str, nodes: int) -> str:
    """The whole of the scheduler's sentence."""
    if not nodes:
        return "no nodes available to schedule pods"
    none = f"0/{nodes} nodes are available"
    return f"{none}: {reason}. preemption: {none}: {nodes} Preemption is not helpful for scheduling."
