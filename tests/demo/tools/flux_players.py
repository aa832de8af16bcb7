"""Plays Flux's controllers and kwok on a server: whatever is there is fetched, applied and ready a moment later."""

from __future__ import annotations

from runners.cluster.errors import NotFound
from runners.demo.actors.api import Requests
from runners.demo.actors.base import Actor
from runners.demo.actors.resources import DEPLOYMENTS, GITREPOSITORIES, Resource
from runners.demo.tools.remote import Remote
from runners.layers.jsons import Json, integer, sequence, text, truth

KUSTOMIZATIONS = Resource("kustomize.toolkit.fluxcd.io/v1", "kustomizations", "Kustomization")


class FluxPlayers(Actor):
    """All controllers in one."""

    name = "flux"

    def __init__(self, connection: Requests, remote: Remote) -> None:
        super().__init__(connection)
        self._remote = remote
        self.failing = False
        """Has Kustomizations fail."""

    def act(self) -> None:
        for deployment in self.api.list(DEPLOYMENTS):
            seen = integer(deployment, "metadata", "generation")
            self.api.set_status(DEPLOYMENTS, deployment, {"observedGeneration": seen, "readyReplicas": 1})
        revision = f"main@sha1:{self._remote.head()}"
        for resource in (GITREPOSITORIES, KUSTOMIZATIONS):
            for obj in self.api.list(resource):
                if not truth(obj, "spec", "suspend"):
                    self.api.set_status(resource, obj, self._status(obj, resource, revision))

    def _status(self, obj: Json, resource: Resource, revision: str) -> Json:
        failed = self.failing and resource is KUSTOMIZATIONS
        ready = {"type": "Ready", "status": "False" if failed else "True", "reason": "X", "message": f"for {revision}"}
        asked = text(obj, "metadata", "annotations", "reconcile.fluxcd.io/requestedAt")
        inventory = {"entries": [{"id": "_flux-system__Namespace", "v": "v1"}]}
        return {
            "observedGeneration": integer(obj, "metadata", "generation"),
            "conditions": [ready],
            "lastHandledReconcileAt": asked,
            **({"artifact": {"revision": revision}} if resource is GITREPOSITORIES else {}),
            **({"lastAppliedRevision": revision, "inventory": inventory} if resource is KUSTOMIZATIONS else {}),
        }


def deployments(requests: Requests, namespace: str) -> tuple[str, ...]:
    """Names of a namespace's deployments."""
    try:
        answer = requests.request("GET", DEPLOYMENTS.path(namespace))
    except NotFound:
        return ()
    return tuple(text(item, "metadata", "name") for item in sequence(answer, "items"))
