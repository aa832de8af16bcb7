"""Plays the Flux Operator: makes Flux of the FluxInstance, has it follow Git, and reports on both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, by_name, condition
from runners.demo.actors.base import Actor
from runners.demo.actors.delays import Delays
from runners.demo.actors.workloads import deployment_ready
from runners.demo.tools.flux_objects import CONTROLLERS, NAMESPACE, VERSION, Sync, components
from runners.demo.tools.objects import Objects
from runners.layers.jsons import Json, integer, mapping, sequence, strings, text, truth

INSTANCE = "flux"
"""The one FluxInstance that the operator takes."""
_DISABLED = ("fluxcd.controlplane.io/reconcile", "disabled")
_INSTALLING = 3.0
"""Seconds, at the stage's pace, that it pulls and applies a distribution."""
_REPORTED = (res.GITREPOSITORIES, res.KUSTOMIZATIONS)


class FluxOperator(Actor):
    """The operator; it acts only while its Deployment is available."""

    name = "flux-operator"

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        """Takes the connection, and how long things take."""
        super().__init__(connection, delays=delays)
        self._objects = Objects(connection)

    def act(self) -> None:
        """Makes what the FluxInstance asks for, and says how far that is."""
        instance = self.api.get(res.FLUXINSTANCES, NAMESPACE, INSTANCE)
        if instance is None or text(instance, "metadata", "annotations", _DISABLED[0]) == _DISABLED[1]:
            return
        if not deployment_ready(self.api.get(res.DEPLOYMENTS, NAMESPACE, self.name)):
            return
        wanted = strings(instance, "spec", "components") or tuple(CONTROLLERS)
        generation = integer(instance, "metadata", "generation")
        if not self.delays.took((text(instance, "metadata", "uid"), generation), _INSTALLING):
            self._say(instance, None, "Progressing", "Reconciliation in progress")
            return
        self._install(instance, wanted)
        there = by_name(self.api.list(res.DEPLOYMENTS, NAMESPACE))
        late = [name for name in wanted if not deployment_ready(there.get(name))]
        if late:
            self._say(instance, None, "Progressing", f"waiting for {', '.join(late)}")
        else:
            self._say(instance, True, "ReconciliationSucceeded", f"Reconciliation finished in {_INSTALLING:.0f}s")
        self._report(wanted, late)

    def _install(self, instance: Json, wanted: Sequence[str]) -> None:
        there = by_name(self.api.list(res.DEPLOYMENTS, NAMESPACE))
        applied = integer(instance, "status", "observedGeneration") == integer(instance, "metadata", "generation")
        if applied and all(name in there for name in wanted) and self.api.list(res.KUSTOMIZATIONS, NAMESPACE):
            return
        for obj in (*components(wanted), *_sync(instance)):
            self._objects.apply(self._objects.place(obj, NAMESPACE), obj)

    def _say(self, instance: Json, ready: bool | None, reason: str, message: str) -> None:
        generation = integer(instance, "metadata", "generation")
        said = condition("Ready", bool(ready), reason, message)
        if ready is None:
            said["status"] = "Unknown"
        conditions = [said] if ready else [said, condition("Reconciling", True, reason, message)]
        status: dict[str, object] = {"conditions": [{**each, "observedGeneration": generation} for each in conditions]}
        if ready:
            status |= {"observedGeneration": generation, "lastAppliedRevision": VERSION}
        self.api.set_status(res.FLUXINSTANCES, instance, status)

    def _report(self, wanted: Sequence[str], late: Sequence[str]) -> None:
        states = [{"name": name, "ready": name not in late, "status": "Current"} for name in wanted]
        spec = {
            "distribution": {"entitlement": "Issued by controlplane", "status": "Installed", "version": VERSION},
            "components": states,
            "reconcilers": list(self._reconcilers()),
        }
        metadata = {"name": INSTANCE, "namespace": NAMESPACE}
        current = self.api.get(res.FLUXREPORTS, NAMESPACE, INSTANCE)
        made = self.api.ensure(res.FLUXREPORTS, {"metadata": metadata, "spec": spec}, current)
        ready = condition("Ready", True, "ReportingSucceeded", "Reporting finished")
        generation = integer(made, "metadata", "generation")
        status = {"conditions": [{**ready, "observedGeneration": generation}], "observedGeneration": generation}
        self.api.set_status(res.FLUXREPORTS, made, status)

    def _reconcilers(self) -> Iterator[Json]:
        for resource in _REPORTED:
            found = self.api.list(resource)
            suspended = sum(truth(each, "spec", "suspend") for each in found)
            failing = sum(_failed(each) for each in found)
            stats = {"running": len(found) - suspended, "failing": failing, "suspended": suspended}
            yield {"apiVersion": resource.api_version, "kind": resource.kind, "stats": stats}


def _sync(instance: Json) -> Sequence[Json]:
    sync = mapping(instance, "spec", "sync")
    if not sync:
        return ()
    ref, secret = text(sync, "ref"), text(sync, "pullSecret")
    return Sync(text(sync, "url"), ref, text(sync, "path"), secret=secret).objects


def _failed(obj: Json) -> bool:
    conditions = map(mapping, sequence(obj, "status", "conditions"))
    return any(text(each, "type") == "Ready" and text(each, "status") == "False" for each in conditions)
