"""Plays the deployment controller: a ReplicaSet for each template, and the rollout from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.api import condition
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import (
    POD_HASH,
    by_controller,
    is_deleted,
    label,
    owner_reference,
    template_hash,
)
from runners.demo.actors.builtin.rollout import Size, budget, recreated, rolled
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth

_REVISION = "deployment.kubernetes.io/revision"
_DEADLINE = 600


class DeploymentController(Actor):
    """Keeps ReplicaSets for Deployments."""

    name = "deployment-controller"

    def act(self) -> None:
        """Brings every rollout one step on."""
        deployments = [obj for obj in self.api.list(res.DEPLOYMENTS) if not is_deleted(obj)]
        owned = by_controller(self.api.list(res.REPLICASETS)) if deployments else {}
        for deployment in deployments:
            self._roll(deployment, owned.get(text(deployment, "metadata", "uid"), []))

    def _roll(self, deployment: Json, sets: Sequence[Json]) -> None:
        digest = template_hash(mapping(deployment, "spec", "template"))
        olds = sorted((each for each in sets if label(each, POD_HASH) != digest), key=_revision)
        new = next((each for each in sets if label(each, POD_HASH) == digest), None)
        if truth(deployment, "spec", "paused") and new is None:
            self._tell_status(deployment, None, olds)
            return
        latest = max(map(_revision, olds), default=0)
        revision = _revision(new) if new is not None and _revision(new) > latest else latest + 1
        new = self.api.ensure(res.REPLICASETS, _replicaset(deployment, digest, revision, new), new)
        self.api.ensure(res.DEPLOYMENTS, {"metadata": {"annotations": {_REVISION: str(revision)}}}, deployment)
        self._scale(deployment, new, olds)
        self._tell_status(deployment, new, olds)

    def _scale(self, deployment: Json, new: Json, olds: Sequence[Json]) -> None:
        replicas, sizes = integer(deployment, "spec", "replicas", default=1), [_size(old) for old in olds]
        if text(deployment, "spec", "strategy", "type") == "Recreate":
            grown, left = recreated(replicas, _size(new), sizes)
        else:
            grown, left = rolled(replicas, _size(new), sizes, budget(deployment, replicas))
        for each, size in zip((new, *olds), (grown, *left), strict=True):
            self.api.ensure(res.REPLICASETS, {"spec": {"replicas": size}}, each)

    def _tell_status(self, deployment: Json, new: Json | None, olds: Sequence[Json]) -> None:
        sets = [each for each in (new, *olds) if each is not None]
        replicas = integer(deployment, "spec", "replicas", default=1)
        total, ready, available = (
            sum(integer(each, "status", name) for each in sets)
            for name in ("replicas", "readyReplicas", "availableReplicas")
        )
        status: dict[str, object] = {
            "observedGeneration": integer(deployment, "metadata", "generation"),
            "replicas": total,
            "updatedReplicas": integer(new, "status", "replicas"),
            "readyReplicas": ready,
            "availableReplicas": available,
            "unavailableReplicas": max(0, replicas - available) or None,
        }
        enough = available >= replicas - budget(deployment, replicas).unavailable
        status["conditions"] = [_available(enough=enough), self._progressing(deployment, new, status)]
        self.api.set_status(res.DEPLOYMENTS, deployment, status)

    def _progressing(self, deployment: Json, new: Json | None, status: Json) -> Json:
        conditions = sequence(deployment, "status", "conditions")
        now = next((mapping(item) for item in conditions if text(item, "type") == "Progressing"), {})
        name, replicas = text(new, "metadata", "name"), integer(deployment, "spec", "replicas", default=1)
        updated, total = status["updatedReplicas"], status["replicas"]
        about = f'ReplicaSet "{name}"'
        if name in text(now, "message") and text(now, "reason") == "NewReplicaSetAvailable" and updated == total:
            # A rollout that has ended stays so, whatever becomes of its pods.
            return condition("Progressing", True, "NewReplicaSetAvailable", text(now, "message"))
        if updated == total == status["availableReplicas"] == replicas:
            return condition("Progressing", True, "NewReplicaSetAvailable", f"{about} has successfully progressed.")
        deadline = integer(deployment, "spec", "progressDeadlineSeconds", default=_DEADLINE)
        # Any change of these figures is progress, and the time begins anew.
        progress = (text(deployment, "metadata", "uid"), name, updated, total, status["availableReplicas"])
        if self.delays.elapsed(progress, deadline):
            return condition("Progressing", False, "ProgressDeadlineExceeded", f"{about} has timed out progressing.")
        return condition("Progressing", True, "ReplicaSetUpdated", f"{about} is progressing.")


def _available(*, enough: bool) -> Json:
    if enough:
        return condition("Available", True, "MinimumReplicasAvailable", "Deployment has minimum availability.")
    message = "Deployment does not have minimum availability."
    return condition("Available", False, "MinimumReplicasUnavailable", message)


def _revision(replicaset: Json | None) -> int:
    return integer(mapping(replicaset, "metadata", "annotations"), _REVISION)


def _size(replicaset: Json) -> Size:
    return Size(
        integer(replicaset, "spec", "replicas"),
        integer(replicaset, "status", "replicas"),
        integer(replicaset, "status", "availableReplicas"),
    )


def _replicaset(deployment: Json, digest: str, revision: int, current: Json | None) -> Json:
    """What is wanted of the new ReplicaSet; a template that is there already isn't written again."""
    annotations = {_REVISION: str(revision)}
    if current is not None:
        return {"metadata": {"annotations": annotations}}
    template = mapping(deployment, "spec", "template")
    labels = {**mapping(template, "metadata", "labels"), POD_HASH: digest}
    selector = mapping(deployment, "spec", "selector", "matchLabels")
    return {
        "metadata": {
            "name": f"{text(deployment, 'metadata', 'name')}-{digest}",
            "namespace": text(deployment, "metadata", "namespace"),
            "labels": labels,
            "annotations": annotations,
            "ownerReferences": [owner_reference(res.DEPLOYMENTS, deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {**selector, POD_HASH: digest}},
            "template": {**template, "metadata": {**mapping(template, "metadata"), "labels": labels}},
        },
    }
