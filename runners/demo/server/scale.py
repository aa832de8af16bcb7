"""The scale subresource: how many replicas there are and shall be, whatever the kind."""

from __future__ import annotations

from runners.layers.jsons import Json, integer, mapping, text


def scale_of(obj: Json) -> Json:
    """The Scale of an object."""
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    metadata = {key: value for key, value in mapping(obj, "metadata").items() if key in kept}
    labels = mapping(obj, "spec", "selector", "matchLabels")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": integer(obj, "spec", "replicas")},
        "status": {
            "replicas": integer(obj, "status", "replicas"),
            "selector": ",".join(f"{key}={text(labels, key)}" for key in labels),
        },
    }


def scaled(obj: Json, scale: Json) -> Json:
    """An object with the replicas of a Scale; a version in the Scale is one that is meant."""
    version = text(scale, "metadata", "resourceVersion") or text(obj, "metadata", "resourceVersion")
    metadata = {**mapping(obj, "metadata"), "resourceVersion": version}
    return {
        **obj,
        "metadata": metadata,
        "spec": {**mapping(obj, "spec"), "replicas": integer(scale, "spec", "replicas")},
    }
