"""What the actors' own workloads look like, and when a workload is ready."""

from __future__ import annotations

from runners.layers.jsons import Json, integer, sequence, text


def workload(name: str, namespace: str, image: str, *, replicas: int = 0) -> Json:
    """A Deployment with some replicas, or with none a DaemonSet: one container, labelled ``app``."""
    spec: dict[str, object] = {
        "selector": {"matchLabels": {"app": name}},
        "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": name, "image": image}]},
        },
    }
    if replicas:
        spec["replicas"] = replicas
    return {"metadata": {"name": name, "namespace": namespace, "labels": {"app": name}}, "spec": spec}


def daemonset_ready(obj: Json | None) -> bool:
    """Every node that should have its pod has it, ready and of the newest generation."""
    wanted = integer(obj, "status", "desiredNumberScheduled")
    updated = integer(obj, "status", "updatedNumberScheduled")
    return _observed(obj) and 0 < wanted == updated == integer(obj, "status", "numberReady")


def deployment_ready(obj: Json | None) -> bool:
    """As many replicas are available as are asked for, of the newest generation."""
    wanted = integer(obj, "spec", "replicas", default=1)
    return _observed(obj) and integer(obj, "status", "availableReplicas") >= wanted


def image_of(obj: Json | None) -> str:
    """The image of a workload's first container."""
    containers = sequence(obj, "spec", "template", "spec", "containers")
    return text(containers[0], "image") if containers else ""


def _observed(obj: Json | None) -> bool:
    observed = integer(obj, "status", "observedGeneration")
    return obj is not None and 0 < integer(obj, "metadata", "generation") <= observed
