"""Manifests in a repository: each object with its place, and what Flux's substitution makes of its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runners.layers.discovery.documents import Files, Group, Reading, line_of, read
from runners.layers.jsons import Json, mapping, sequence, text

GOTK_COMPONENTS = "gotk-components.yaml"
"""What ``flux install`` writes: Flux's own controllers and CRDs, thousands of lines that say nothing of the layers."""

_VARIABLE = re.compile(r"\$\{(\w+)(?::?[=-]([^{}]*))?\}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object as a file writes it."""

    group: str
    """``apps``; empty for the core."""
    kind: str
    namespace: str
    """Empty where none is written."""
    name: str
    path: str
    line: int
    body: Json

    @property
    def id(self) -> str:
        """``Kustomization flux-system/apps``."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    @property
    def is_remote(self) -> bool:
        """Of a Flux object: what it applies goes to another cluster (``spec.kubeConfig``)."""
        return bool(mapping(self.body, "spec", "kubeConfig"))


def manifests_in(reading: Reading, path: str) -> Iterator[Manifest]:
    """The objects of one file; a List counts as what it lists."""
    for document in reading.documents:
        yield from _objects(document, path)


def _objects(document: Json, path: str) -> Iterator[Manifest]:
    kind = text(document, "kind")
    if kind == "List":
        for item in sequence(document, "items"):
            if isinstance(item, Group) and text(item, "kind") != "List":
                yield from _objects(item, path)
    elif kind and text(document, "metadata", "name"):
        group, slash, _version = text(document, "apiVersion").rpartition("/")
        metadata = mapping(document, "metadata")
        yield Manifest(
            group if slash else "",
            kind,
            text(metadata, "namespace"),
            text(metadata, "name"),
            path,
            line_of(document),
            document,
        )


def manifests(files: Files, containing: Iterable[str]) -> Iterator[Manifest]:
    """The objects of every file in which all of some words stand; other files are not parsed."""
    words = tuple(containing)
    for path in sorted(files):
        source = files[path]
        if path.endswith((".yaml", ".yml")) and all(word in source for word in words):
            yield from manifests_in(read(source), path)


def substituted(value: str, variables: Mapping[str, str]) -> str:
    """A value with the ``${VARIABLES}`` that are known filled in, or else with their own defaults; others stay."""

    def known(match: re.Match[str]) -> str:
        default: str | None = match.group(2)
        found = variables.get(match[1], default)
        return match[0] if found is None else found

    return _VARIABLE.sub(known, value)
