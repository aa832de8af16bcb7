"""Workloads that stand in for a person's own: as many objects as their names tell, which run nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import yaml

from runners.layers.survival.sheet import SheetClaim

Manifest = dict[str, object]
_OF_A_SET = re.compile(r"^([a-z0-9]+?)-(.+)-(\d+)$")
"""A claim's name where a StatefulSet made it: its template, the set, and which of the set's pods it is of."""


def in_yaml(objects: Iterable[Manifest]) -> str:
    """Objects as one text."""
    return yaml.safe_dump_all(objects, sort_keys=False)


def namespace(name: str) -> Manifest:
    """A namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def workload(kind: str, name: str, space: str, claims: Sequence[str] = ()) -> Manifest:
    """One that stands in for a Deployment, a StatefulSet or a DaemonSet, with the claims that it mounts."""
    pod: Manifest = {"containers": [{"name": "stand-in", "image": "example/stand-in:1"}]}
    if claims:
        pod["volumes"] = [{"name": claim, "persistentVolumeClaim": {"claimName": claim}} for claim in claims]
    labels = {"app": name}
    spec: Manifest = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    if kind != "DaemonSet":
        spec = {"replicas": 1, **spec}
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": space}, "spec": spec}


def claim(one: SheetClaim) -> Manifest:
    """A claim as its application would ask for it."""
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": one.size or "1Gi"}},
    }
    if one.storage_class:
        spec["storageClassName"] = one.storage_class
    metadata = {"name": one.name, "namespace": one.namespace}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def sets(claims: Iterable[SheetClaim]) -> tuple[tuple[Manifest, ...], tuple[SheetClaim, ...]]:
    """The StatefulSets whose claims some claims look like, and the claims that look like none's."""
    pods: dict[tuple[str, str], dict[str, SheetClaim]] = {}
    rest: list[SheetClaim] = []
    numbers: dict[tuple[str, str], int] = {}
    for one in claims:
        match = _OF_A_SET.match(one.name)
        if match is None:
            rest.append(one)
            continue
        at = (one.namespace, match[2])
        pods.setdefault(at, {})[match[1]] = one
        numbers[at] = max(numbers.get(at, 0), int(match[3]) + 1)
    return tuple(_set(at, templates, numbers[at]) for at, templates in pods.items()), tuple(rest)


def _set(at: tuple[str, str], templates: dict[str, SheetClaim], count: int) -> Manifest:
    made = workload("StatefulSet", at[1], at[0])
    spec = made["spec"]
    assert isinstance(spec, dict), "as it was just made"
    spec["replicas"] = count
    spec["podManagementPolicy"] = "Parallel"
    spec["volumeClaimTemplates"] = [
        {"metadata": {"name": name}, "spec": claim(one)["spec"]} for name, one in sorted(templates.items())
    ]
    return made


def claimed(claims: Iterable[SheetClaim]) -> Iterator[Manifest]:
    """Everything that uses some claims: sets with theirs, and one Deployment for each of the others."""
    found, rest = sets(claims)
    yield from found
    for one in rest:
        yield claim(one)
        yield workload("Deployment", f"uses-{one.name}"[:63].rstrip("-."), one.namespace, (one.name,))
