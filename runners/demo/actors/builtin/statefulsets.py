"""Plays the StatefulSet controller: numbered pods, each with its claims, made in order and renewed from the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.api import by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import (
    REVISION_HASH,
    by_controller,
    has_ended,
    is_deleted,
    is_ready,
    label,
    pod_of,
    template_hash,
)
from runners.layers.jsons import Json, integer, mapping, sequence, text


class StatefulSetController(Actor):
    """Keeps the pods and claims of StatefulSets."""

    name = "statefulset-controller"

    def act(self) -> None:
        """Brings every StatefulSet one step on."""
        sets = [obj for obj in self.api.list(res.STATEFULSETS) if not is_deleted(obj)]
        owned = by_controller(self.api.list(res.PODS)) if sets else {}
        for statefulset in sets:
            pods = by_name(owned.get(text(statefulset, "metadata", "uid"), []))
            revision = f"{_name(statefulset)}-{template_hash(mapping(statefulset, 'spec', 'template'))}"
            left = self._keep(statefulset, pods, revision)
            self.api.set_status(res.STATEFULSETS, statefulset, _status(statefulset, left, revision))

    def _keep(self, statefulset: Json, known: Mapping[str, Json], revision: str) -> Mapping[str, Json]:
        pods = dict(known)
        wanted = [f"{_name(statefulset)}-{number}" for number in range(_replicas(statefulset))]
        at_once = text(statefulset, "spec", "podManagementPolicy") == "Parallel"
        for name in wanted:
            pod = pods.get(name)
            if pod is not None and has_ended(pod) and not is_deleted(pod):
                self.api.delete(res.PODS, pod)
            elif pod is None:
                pods[name] = self._make(statefulset, name, revision)
            if not at_once and not is_ready(pods.get(name)):
                # In order: the next one waits for this one.
                return pods
        for name in sorted(set(pods) - set(wanted), key=_ordinal, reverse=True):
            if not is_deleted(pods[name]):
                self.api.delete(res.PODS, pods.pop(name))
            if not at_once:
                return pods
        self._renew(statefulset, [pods[name] for name in reversed(wanted)], revision)
        return pods

    def _make(self, statefulset: Json, name: str, revision: str) -> Json:
        namespace = text(statefulset, "metadata", "namespace")
        volumes: list[object] = []
        for template in sequence(statefulset, "spec", "volumeClaimTemplates"):
            volume = text(template, "metadata", "name")
            claim = f"{volume}-{name}"
            volumes.append({"name": volume, "persistentVolumeClaim": {"claimName": claim}})
            if self.api.get(res.CLAIMS, namespace, claim) is None:
                labels = mapping(statefulset, "spec", "selector", "matchLabels")
                metadata = {**mapping(template, "metadata"), "name": claim, "namespace": namespace, "labels": labels}
                self.api.ensure(res.CLAIMS, {"metadata": metadata, "spec": mapping(template, "spec")}, None)
        return self.api.ensure(res.PODS, _pod(statefulset, name, revision, volumes), None)

    def _renew(self, statefulset: Json, pods: Sequence[Json], revision: str) -> None:
        """Deletes the uppermost pod of an old template, once all above it are new and ready."""
        if text(statefulset, "spec", "updateStrategy", "type") == "OnDelete":
            return
        partition = integer(statefulset, "spec", "updateStrategy", "rollingUpdate", "partition")
        for pod in pods:
            if _ordinal(text(pod, "metadata", "name")) < partition:
                return
            if label(pod, REVISION_HASH) != revision and not is_deleted(pod):
                self.api.delete(res.PODS, pod)
                return
            if not is_ready(pod):
                return


def _pod(statefulset: Json, name: str, revision: str, volumes: Sequence[object]) -> Json:
    labels = {
        REVISION_HASH: revision,
        "statefulset.kubernetes.io/pod-name": name,
        "apps.kubernetes.io/pod-index": str(_ordinal(name)),
    }
    pod = pod_of(res.STATEFULSETS, statefulset, name, labels)
    spec = mapping(pod, "spec")
    service = text(statefulset, "spec", "serviceName")
    mounted = {"volumes": [*sequence(spec, "volumes"), *volumes]} if volumes else {}
    return {**pod, "spec": {**spec, "hostname": name, "subdomain": service, **mounted}}


def _status(statefulset: Json, pods: Mapping[str, Json], revision: str) -> Json:
    live = [pod for pod in pods.values() if not is_deleted(pod)]
    ready = sum(map(is_ready, live))
    updated = sum(label(pod, REVISION_HASH) == revision for pod in live)
    before = text(statefulset, "status", "currentRevision") or revision
    done = updated == ready == _replicas(statefulset)
    current = revision if done else before
    return {
        "observedGeneration": integer(statefulset, "metadata", "generation"),
        "replicas": len(live),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "currentReplicas": sum(label(pod, REVISION_HASH) == current for pod in live),
        "updatedReplicas": updated,
        "currentRevision": current,
        "updateRevision": revision,
        "collisionCount": 0,
    }


def _name(statefulset: Json) -> str:
    return text(statefulset, "metadata", "name")


def _replicas(statefulset: Json) -> int:
    return integer(statefulset, "spec", "replicas", default=1)


def _ordinal(name: str) -> int:
    return integer({"n": name.rpartition("-")[2]}, "n")
