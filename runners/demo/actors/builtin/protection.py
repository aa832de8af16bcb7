"""Plays storage protection: a claim that a pod uses, and a volume that is bound, go only when nobody needs them."""

from __future__ import annotations

from runners.demo.actors import resources as res
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import has_ended, is_deleted
from runners.demo.actors.builtin.scheduler import claims_of
from runners.demo.actors.resources import Resource
from runners.layers.jsons import Json, sequence, text

_CLAIM, _VOLUME = "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"


class StorageProtection(Actor):
    """Holds claims and volumes by finalizers."""

    name = "storage-protection-controller"

    def act(self) -> None:
        """Puts a finalizer on what is new, and takes it from what may go."""
        claims, volumes = self.api.list(res.CLAIMS), self.api.list(res.VOLUMES)
        pods = self.api.list(res.PODS) if any(map(is_deleted, claims)) else ()
        used = {
            (text(pod, "metadata", "namespace"), name) for pod in pods if not has_ended(pod) for name in claims_of(pod)
        }
        for claim in claims:
            key = (text(claim, "metadata", "namespace"), text(claim, "metadata", "name"))
            self._hold(res.CLAIMS, claim, _CLAIM, needed=key in used)
        for volume in volumes:
            self._hold(res.VOLUMES, volume, _VOLUME, needed=text(volume, "status", "phase") == "Bound")

    def _hold(self, resource: Resource, obj: Json, finalizer: str, *, needed: bool) -> None:
        finalizers = list(sequence(obj, "metadata", "finalizers"))
        if is_deleted(obj):
            if finalizer in finalizers and not needed:
                left = [item for item in finalizers if item != finalizer]
                self.api.patch(resource, obj, {"metadata": {"finalizers": left}})
        elif finalizer not in finalizers:
            self.api.patch(resource, obj, {"metadata": {"finalizers": [*finalizers, finalizer]}})
