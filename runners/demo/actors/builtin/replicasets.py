"""Plays the ReplicaSet controller: as many pods as are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import by_controller, is_active, is_deleted, is_ready, pod_of, suffix, surplus
from runners.layers.jsons import Json, integer, text


class ReplicaSetController(Actor):
    """Makes pods that are missing, and deletes those that are too many."""

    name = "replicaset-controller"

    def act(self) -> None:
        """Looks at every ReplicaSet once."""
        sets = [obj for obj in self.api.list(res.REPLICASETS) if not is_deleted(obj)]
        owned = by_controller(self.api.list(res.PODS)) if sets else {}
        for replicaset in sets:
            pods = [pod for pod in owned.get(text(replicaset, "metadata", "uid"), []) if is_active(pod)]
            self._keep(replicaset, pods)

    def _keep(self, replicaset: Json, pods: Sequence[Json]) -> None:
        wanted = integer(replicaset, "spec", "replicas", default=1)
        gone = surplus(pods, wanted)
        for pod in gone:
            self.api.delete(res.PODS, pod)
        kept = [pod for pod in pods if pod not in gone]
        for _ in range(wanted - len(kept)):
            name = f"{text(replicaset, 'metadata', 'name')}-{suffix()}"
            kept.append(self.api.ensure(res.PODS, pod_of(res.REPLICASETS, replicaset, name, {}), None))
        ready = sum(map(is_ready, kept))
        status = {
            "observedGeneration": integer(replicaset, "metadata", "generation"),
            "replicas": len(kept),
            "fullyLabeledReplicas": len(kept),
            "readyReplicas": ready,
            "availableReplicas": ready,
        }
        self.api.set_status(res.REPLICASETS, replicaset, status)
