"""What Flux's objects say of themselves on a cluster, and waiting until they say it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from runners.cluster.errors import NotFound
from runners.demo.actors.api import Requests
from runners.demo.actors.resources import Resource
from runners.demo.tools.flux_objects import FluxKind
from runners.layers.jsons import Json, integer, mapping, sequence, text

REQUESTED_AT = "reconcile.fluxcd.io/requestedAt"
"""The annotation that asks a controller to reconcile now; ``status.lastHandledReconcileAt`` answers it."""

LOOK_EVERY = 0.2
"""Seconds between two looks at what is waited for."""


class FluxError(Exception):
    """Flux could not do it; the text is what it says after its cross."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a Flux kind on a cluster."""

    requests: Requests
    kind: FluxKind
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """Where it is on the server."""
        return Resource(self.kind.api_version, self.kind.plural, self.kind.kind).path(self.namespace, self.name)

    def get(self) -> Json:
        """The object.

        Raises:
            FluxError: it isn't there.
        """
        try:
            return self.requests.request("GET", self.path)
        except NotFound:
            raise FluxError(f'{self.kind.plural}.{self.kind.group} "{self.name}" not found') from None

    def wait(self, done: Callable[[Json], bool], seconds: float) -> Json:
        """The object, once it is as wanted and its controller has come to a result.

        Raises:
            FluxError: its controller failed with it, or it was not done in time.
        """
        deadline = time.monotonic() + seconds
        while True:
            obj = self.get()
            if done(obj) and _is_settled(obj):
                if text(ready(obj), "status") == "False":
                    raise FluxError(f"{self.kind.kind} reconciliation failed: '{text(ready(obj), 'message')}'")
                return obj
            if time.monotonic() > deadline:
                raise FluxError(f"{self.kind.kind} reconciliation failed: context deadline exceeded")
            time.sleep(LOOK_EVERY)


def ready(obj: Json) -> Json:
    """An object's Ready condition; empty without one."""
    return next((mapping(c) for c in sequence(obj, "status", "conditions") if text(c, "type") == "Ready"), {})


def revision(obj: Json) -> str:
    """What an object fetched or applied last."""
    history = sequence(obj, "status", "history")
    chart = text(history[0], "chartVersion") if history else ""
    return text(obj, "status", "lastAppliedRevision") or text(obj, "status", "artifact", "revision") or chart


def is_rolled_out(deployment: Json) -> bool:
    """Has a Deployment the ready pods that it should have?"""
    wanted = integer(deployment, "spec", "replicas", default=1)
    seen = integer(deployment, "status", "observedGeneration") >= integer(deployment, "metadata", "generation")
    return seen and integer(deployment, "status", "readyReplicas") >= wanted


def _is_settled(obj: Json) -> bool:
    """Has its controller come to a result for what is asked for now, and not only that it waits for another?"""
    seen = integer(obj, "status", "observedGeneration") >= integer(obj, "metadata", "generation")
    return (
        seen
        and text(ready(obj), "status") in ("True", "False")
        and text(ready(obj), "reason")
        not in (
            "Progressing",
            "DependencyNotReady",
        )
    )
