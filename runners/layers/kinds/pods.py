"""Pods: what kubectl's own table says of them (READY, STATUS, RESTARTS), worked out from the object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from sys import intern

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head

_REVISION, _TEMPLATE = "controller-revision-hash", "pod-template-hash"
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
"""The annotation that says which container a person means who names none."""

OVER = ("Completed", "Succeeded", "Failed")
"""What a pod's status says once it runs no more."""


@dataclass(frozen=True, slots=True)
class Pod(Row):
    """One pod."""

    ready: int
    containers: int
    status: str
    """As kubectl shows it: the phase, or what says more (``CrashLoopBackOff``, ``Init:0/1``, ``Terminating``)."""
    restarts: int
    node: str
    is_ready: bool
    """Its Ready condition is True."""
    revision: str = ""
    """Of its workload's template: pods of one workload that differ in it are old and new ones of a rollout."""
    claims: tuple[str, ...] = ()
    """The names of the claims in its namespace that it mounts."""

    @property
    def workload(self) -> str:
        """The name of the workload that it belongs to, as far as its own name says it."""
        name = self.name.rpartition("-")[0] or self.name
        return name.removesuffix(f"-{self.revision}") if self.revision else name


def pod_row(kind: str, obj: Json) -> Pod:
    """The row of a decoded pod."""
    statuses = [mapping(item) for item in sequence(obj, "status", "containerStatuses")]
    return Pod(
        *head(kind, obj),
        ready=sum(truth(status, "ready") for status in statuses),
        containers=len(sequence(obj, "spec", "containers")),
        status=_status(obj, statuses),
        restarts=sum(integer(status, "restartCount") for status in statuses),
        node=text(obj, "spec", "nodeName"),
        is_ready=any(
            text(item, "type") == "Ready" and truth(item, "status") for item in sequence(obj, "status", "conditions")
        ),
        revision=_revision(obj),
        claims=tuple(_claims(obj)),
    )


def _revision(obj: Json) -> str:
    """The hash of its template; a StatefulSet's bears the set's name in front."""
    labels = mapping(obj, "metadata", "labels")
    return intern((text(labels, _REVISION) or text(labels, _TEMPLATE)).rpartition("-")[2])


def _claims(obj: Json) -> Iterator[str]:
    """What its volumes name, and what an ephemeral volume is made as."""
    for item in sequence(obj, "spec", "volumes"):
        if named := text(item, "persistentVolumeClaim", "claimName"):
            yield named
        elif mapping(item, "ephemeral"):
            yield f"{text(obj, 'metadata', 'name')}-{text(item, 'name')}"


def _status(obj: Json, statuses: list[Json]) -> str:
    if text(obj, "metadata", "deletionTimestamp"):
        return "Terminating"
    initialising = _initialising(obj)
    if initialising:
        return initialising
    for status in statuses:
        reason = text(status, "state", "waiting", "reason") or text(status, "state", "terminated", "reason")
        if reason:
            return reason
    return text(obj, "status", "reason") or text(obj, "status", "phase", default="Unknown")


def _initialising(obj: Json) -> str:
    """``Init:…`` while an init container has not done its part; empty afterwards."""
    statuses = [mapping(item) for item in sequence(obj, "status", "initContainerStatuses")]
    sidecars = {
        text(item, "name")
        for item in sequence(obj, "spec", "initContainers")
        if text(item, "restartPolicy") == "Always"
    }
    for done, status in enumerate(statuses):
        if text(status, "name") in sidecars and truth(status, "started"):
            continue
        terminated = mapping(status, "state", "terminated")
        if terminated and integer(terminated, "exitCode") == 0:
            continue
        reason = text(terminated, "reason") or text(status, "state", "waiting", "reason")
        if reason and reason != "PodInitializing":
            return f"Init:{reason}"
        return f"Init:{done}/{len(statuses)}"
    return ""


def containers(obj: Json) -> tuple[str, ...]:
    """The names of a decoded pod's containers whose logs can be read, the one that is meant first."""
    found = [
        text(item, "name")
        for field in ("containers", "initContainers", "ephemeralContainers")
        for item in sequence(obj, "spec", field)
    ]
    meant = text(mapping(obj, "metadata", "annotations"), DEFAULT_CONTAINER)
    return tuple(sorted(filter(None, found), key=lambda name: name != meant))


def pod_tone(pod: Pod) -> Tone:
    """Quiet when it runs and is ready, or is done; loud when it can't."""
    if pod.status in ("Completed", "Succeeded"):
        return Tone.MUTED
    if pod.status == "Running":
        return Tone.PLAIN if pod.is_ready else Tone.WARN
    if pod.status in ("Pending", "ContainerCreating", "PodInitializing", "Terminating") or pod.status.startswith(
        "Init:"
    ):
        bad = any(word in pod.status for word in ("Error", "BackOff"))
        return Tone.BAD if bad else Tone.MOVING
    return Tone.BAD


PODS: Kind[Pod] = Kind(
    id="pods",
    table="pods",
    group="",
    version="v1",
    plural="pods",
    singular="Pod",
    row=pod_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("READY", lambda pod, _now: f"{pod.ready}/{pod.containers}"),
        Column("STATUS", lambda pod, _now: pod.status),
        Column("RESTARTS", lambda pod, _now: str(pod.restarts), sort=lambda pod: pod.restarts, right=True, drop=1),
        AGE,
        Column("NODE", lambda pod, _now: pod.node or "–", drop=2),
    ),
    tone=pod_tone,
    aliases=("po", "pod"),
)
