"""What state an object is in, as Flux's health checks see it (kstatus): in progress, failed, or as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.demo.actors.kustomize.inventory import Entry
from runners.layers.jsons import Json, integer, mapping, sequence, text

CURRENT, IN_PROGRESS, FAILED, TERMINATING, NOT_FOUND = "Current", "InProgress", "Failed", "Terminating", "NotFound"


def status_of(entry: Entry, live: Json | None) -> str:
    """The status of one object."""
    if live is None:
        return NOT_FOUND
    if text(live, "metadata", "deletionTimestamp"):
        return TERMINATING
    observed = mapping(live, "status").get("observedGeneration")
    if observed is not None and integer({"n": observed}, "n") < integer(live, "metadata", "generation"):
        return IN_PROGRESS
    return _RULES.get((entry.group, entry.kind), _generic)(live)


def _deployment(live: Json) -> str:
    if _conditions(live).get("Progressing", ("", ""))[1] == "ProgressDeadlineExceeded":
        return FAILED
    wanted = integer(live, "spec", "replicas", default=1)
    return _all(live, wanted, "replicas", "updatedReplicas", "readyReplicas", "availableReplicas")


def _statefulset(live: Json) -> str:
    wanted = integer(live, "spec", "replicas", default=1)
    return _all(live, wanted, "replicas", "updatedReplicas", "readyReplicas")


def _daemonset(live: Json) -> str:
    if "observedGeneration" not in mapping(live, "status"):
        return IN_PROGRESS
    names = ("currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady")
    return _all(live, integer(live, "status", "desiredNumberScheduled"), *names)


def _job(live: Json) -> str:
    conditions = _conditions(live)
    if conditions.get("Failed", ("", ""))[0] == "True":
        return FAILED
    # A Job that has begun is current: it need not have ended.
    return CURRENT if text(live, "status", "startTime") else IN_PROGRESS


def _claim(live: Json) -> str:
    return CURRENT if text(live, "status", "phase") == "Bound" else IN_PROGRESS


def _pod(live: Json) -> str:
    if text(live, "status", "phase") == "Succeeded":
        return CURRENT
    if text(live, "status", "phase") == "Failed":
        return FAILED
    return CURRENT if _conditions(live).get("Ready", ("", ""))[0] == "True" else IN_PROGRESS


def _crd(live: Json) -> str:
    return CURRENT if _conditions(live).get("Established", ("", ""))[0] == "True" else IN_PROGRESS


def _generic(live: Json) -> str:
    conditions = _conditions(live)
    if conditions.get("Stalled", ("", ""))[0] == "True":
        return FAILED
    if conditions.get("Reconciling", ("", ""))[0] == "True":
        return IN_PROGRESS
    return IN_PROGRESS if conditions.get("Ready", ("True", ""))[0] != "True" else CURRENT


def _flux(live: Json) -> str:
    """Flux's own objects have no Ready condition until their controller has seen them."""
    return _generic(live) if _conditions(live) else IN_PROGRESS


_RULES: Mapping[tuple[str, str], Callable[[Json], str]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _statefulset,
    ("apps", "DaemonSet"): _daemonset,
    ("batch", "Job"): _job,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _crd,
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): _flux,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _flux,
}


def _all(live: Json, wanted: int, *names: str) -> str:
    return CURRENT if all(integer(live, "status", name) == wanted for name in names) else IN_PROGRESS


def _conditions(live: Json) -> Mapping[str, tuple[str, str]]:
    found = sequence(live, "status", "conditions")
    return {text(item, "type"): (text(item, "status"), text(item, "reason")) for item in found}
