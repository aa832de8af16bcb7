"""Which image a probe's pods run: one that lies on the nodes already, so that nothing has to be pulled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, strings, text, truth

PULLED = "busybox:stable"
"""What is pulled where no node has an image that will do."""
_WITH_SHELL = (
    "busybox",
    "alpine",
    "mirrored-library-busybox",
    "longhorn-manager",
    "longhorn-instance-manager",
    "longhorn-engine",
)
"""Repositories, by the last part of their names, whose images are known to have /bin/sh, cat and printf."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An image, and why it is that one."""

    image: str
    why: str


def choose_image(nodes: Sequence[Json]) -> Chosen:
    """The image with a shell that lies on the most nodes that take pods; of several the smallest."""
    taking = [node for node in nodes if _takes_pods(node)]
    found: dict[str, list[int]] = defaultdict(list)
    for node in taking:
        for image, size in dict(_with_shell(node)).items():
            found[image].append(size)
    if not found:
        return Chosen(PULLED, "no node tells of an image that is known to have a shell, so it may have to be pulled")
    image = min(found, key=lambda each: (-len(found[each]), max(found[each]), each))
    return Chosen(image, f"it lies on {len(found[image])} of {len(taking)} nodes already")


def _takes_pods(node: Json) -> bool:
    ready = any(text(each, "type") == "Ready" and truth(each, "status") for each in _conditions(node))
    return ready and not truth(node, "spec", "unschedulable")


def _conditions(node: Json) -> Sequence[object]:
    return sequence(node, "status", "conditions")


def _with_shell(node: Json) -> Iterator[tuple[str, int]]:
    for each in sequence(node, "status", "images"):
        name = _usable_name(strings(each, "names"))
        if name and _repository(name) in _WITH_SHELL:
            yield name, integer(mapping(each), "sizeBytes")


def _usable_name(names: Iterable[str]) -> str:
    """A name by which the image can be asked for: its tag, which people know, before its digest."""
    named = [name for name in names if "<none>" not in name]
    tagged = [name for name in named if "@" not in name]
    return min(tagged or named, default="")


def _repository(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
