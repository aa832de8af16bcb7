"""The statuses that kustomize-controller writes, in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.actors.api import condition
from runners.demo.actors.kustomize.inventory import Entry
from runners.demo.actors.source import REQUESTED_AT
from runners.layers.jsons import Json, integer, mapping, text


def requested(kustomization: Json) -> str:
    """The request that somebody made by annotation."""
    return text(mapping(kustomization, "metadata", "annotations"), REQUESTED_AT)


def progressing(kustomization: Json, message: str, *, checks: bool = False) -> dict[str, object]:
    """It is at work."""
    found = [
        condition("Reconciling", True, "Progressing", message),
        _unknown("Ready", "Reconciliation in progress"),
        *([_unknown("Healthy", message)] if checks else []),
    ]
    return {"conditions": _observed(kustomization, found), **_never(kustomization)}


def waiting(kustomization: Json, reason: str, message: str) -> dict[str, object]:
    """Something else has to happen first."""
    found = [condition("Ready", False, reason, message)]
    return {"conditions": _observed(kustomization, found), **_never(kustomization), **_handled(kustomization)}


def failed(kustomization: Json, reason: str, message: str) -> dict[str, object]:
    """It did not work, and will be tried again."""
    found = [
        condition("Reconciling", True, "ProgressingWithRetry", message),
        condition("Ready", False, reason, message),
        *([condition("Healthy", False, reason, message)] if reason == "HealthCheckFailed" else []),
    ]
    return {"conditions": _observed(kustomization, found), **_never(kustomization), **_handled(kustomization)}


def applied(kustomization: Json, revision: str, checked: str) -> dict[str, object]:
    """It has worked; ``checked`` is how long the health checks took, empty where there were none."""
    found = [
        condition("Ready", True, "ReconciliationSucceeded", f"Applied revision: {revision}"),
        *([condition("Healthy", True, "Succeeded", f"Health check passed in {checked}")] if checked else []),
    ]
    return {
        "conditions": _observed(kustomization, found),
        "observedGeneration": integer(kustomization, "metadata", "generation"),
        "lastAppliedRevision": revision,
        "lastAttemptedRevision": revision,
        **_handled(kustomization),
    }


def listed(entries: Sequence[Entry]) -> Json:
    """An inventory."""
    return {"entries": sorted((entry.written for entry in entries), key=lambda item: text(item, "id"))}


def _unknown(kind: str, message: str) -> dict[str, object]:
    return {**condition(kind, False, "Progressing", message), "status": "Unknown"}


def _observed(kustomization: Json, conditions: Sequence[dict[str, object]]) -> Sequence[Json]:
    generation = integer(kustomization, "metadata", "generation")
    return [{**item, "observedGeneration": generation} for item in conditions]


def _handled(kustomization: Json) -> Json:
    asked = requested(kustomization)
    return {"lastHandledReconcileAt": asked} if asked else {}


def _never(kustomization: Json) -> Json:
    """A status begins by saying that nothing was observed yet; it stays so until something was applied."""
    return {"observedGeneration": integer(kustomization, "status", "observedGeneration", default=-1)}
