"""What the workload controllers have in common: names, hashes and owners of the pods that they make."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Mapping, Sequence

from runners.demo.actors.resources import Resource
from runners.layers.jsons import Json, mapping, sequence, text, truth

POD_HASH, REVISION_HASH = "pod-template-hash", "controller-revision-hash"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""What generated names are made of: no vowels, hence no words."""


def suffix() -> str:
    """Five letters at random, as generated names end."""
    return "".join(random.choices(_LETTERS, k=5))


def template_hash(template: Json) -> str:
    """Some letters that stand for a pod template."""
    written = json.dumps(template, sort_keys=True, default=str).encode()
    number = int.from_bytes(hashlib.sha256(written).digest()[:4], "big")
    return "".join(_LETTERS[int(digit)] for digit in f"{number:010d}")


def owner_reference(resource: Resource, obj: Json) -> Json:
    """The reference by which an object is controlled."""
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": text(obj, "metadata", "name"),
        "uid": text(obj, "metadata", "uid"),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(obj: Json) -> str:
    """The uid of what controls an object; empty when nothing does."""
    references = sequence(obj, "metadata", "ownerReferences")
    return next((text(item, "uid") for item in references if truth(item, "controller")), "")


def by_controller(objects: Iterable[Json]) -> dict[str, list[Json]]:
    """Objects by the uid of what controls them."""
    found: dict[str, list[Json]] = {}
    for obj in objects:
        if uid := controller_of(obj):
            found.setdefault(uid, []).append(obj)
    return found


def pod_of(resource: Resource, owner: Json, name: str, labels: Mapping[str, str]) -> dict[str, object]:
    """A pod from the template of its owner, with some labels more."""
    template = mapping(owner, "spec", "template")
    metadata: dict[str, object] = {
        "name": name,
        "namespace": text(owner, "metadata", "namespace"),
        "labels": {**mapping(template, "metadata", "labels"), **labels},
        "ownerReferences": [owner_reference(resource, owner)],
    }
    if annotations := mapping(template, "metadata", "annotations"):
        metadata["annotations"] = dict(annotations)
    spec = {"restartPolicy": "Always", "serviceAccountName": "default", **mapping(template, "spec")}
    return {"metadata": metadata, "spec": spec}


def is_deleted(obj: Json) -> bool:
    """Is it on its way out?"""
    return bool(text(obj, "metadata", "deletionTimestamp"))


def has_ended(pod: Json) -> bool:
    """Will it never run again?"""
    return text(pod, "status", "phase") in ("Succeeded", "Failed")


def is_active(pod: Json) -> bool:
    """Does it count for its controller?"""
    return not is_deleted(pod) and not has_ended(pod)


def has_condition(obj: Json | None, kind: str) -> bool:
    """Is a condition True?"""
    conditions = sequence(obj, "status", "conditions")
    return any(text(item, "type") == kind and truth(item, "status") for item in conditions)


def is_ready(pod: Json | None) -> bool:
    """Is a pod, or a node, ready?"""
    return has_condition(pod, "Ready")


def label(obj: Json, name: str) -> str:
    """The value of one label."""
    return text(mapping(obj, "metadata", "labels"), name)


def surplus(pods: Sequence[Json], keep: int) -> Sequence[Json]:
    """Which pods go when only some are kept: those that aren't ready first, then the youngest."""
    order = sorted(pods, key=lambda pod: text(pod, "metadata", "creationTimestamp"), reverse=True)
    order.sort(key=lambda pod: (is_ready(pod), bool(text(pod, "spec", "nodeName"))))
    return order[: max(0, len(order) - keep)]
