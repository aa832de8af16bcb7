"""What lies on the demo's nodes: the images of everything that was ever started there."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from runners.layers.jsons import Json, sequence, strings, text


def pulled(pods: Iterable[Json]) -> Mapping[str, frozenset[str]]:
    """Node → the images that its pods were started from."""
    found: dict[str, set[str]] = defaultdict(set)
    for pod in pods:
        started = (each for each in sequence(pod, "status", "containerStatuses") if text(each, "imageID"))
        found[text(pod, "spec", "nodeName")].update(text(each, "image") for each in started)
    return {node: frozenset(images) for node, images in found.items()}


def images_of(node: Json, images: Iterable[str]) -> list[Json]:
    """What a node says of its images: nothing is cleared away, and the largest come first, as a kubelet lists them."""
    known = {name for each in sequence(node, "status", "images") for name in strings(each, "names")}
    told = [{"names": [name], "sizeBytes": _size(name)} for name in sorted(known.union(images))]
    return sorted(told, key=lambda each: -_size(strings(each, "names")[0]))


def _size(image: str) -> int:
    """Bytes, the same for the same image at all times."""
    return 2_000_000 + int(hashlib.sha256(image.encode()).hexdigest()[:7], 16)
