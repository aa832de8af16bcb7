"""The order in which the foundation comes up: by what the helmfiles say, and by what is known of storage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from runners.layers.components import KNOWN
from runners.layers.discovery.components import Group
from runners.layers.discovery.documents import Files
from runners.layers.discovery.helmfiles import Remark
from runners.layers.discovery.paths import folder_of, matching
from runners.layers.picture import Layer

_CLASS = re.compile(r"(?i)\bstorageclass(?:name)?[\"']?[ \t]*:[ \t]*[\"']?longhorn\b")
_STORAGE = "longhorn"
_RANKS = {name: at for at, name in enumerate(KNOWN) if KNOWN[name].layer is Layer.FOUNDATION}


@dataclass(frozen=True, slots=True)
class Edge:
    """One component comes after another."""

    after: str
    why: str


def edges(files: Files, found: Sequence[Group]) -> Mapping[str, tuple[Edge, ...]]:
    """What each component comes after, directly, with the reasons."""
    homes = {release.id: group.component for group in found for release in group.releases}
    names = {group.component for group in found}
    return {group.component: tuple(_edges(files, group, homes, names).values()) for group in found}


def _edges(files: Files, group: Group, homes: Mapping[str, str], names: set[str]) -> Mapping[str, Edge]:
    mine: dict[str, Edge] = {}
    for release in group.releases:
        for need in release.needs:
            other = homes.get(need)
            if other is not None and other != group.component:
                mine.setdefault(other, Edge(other, f"{release.file}:{release.line}: {release.id} needs {need}"))
    if group.component != _STORAGE and _STORAGE in names and _STORAGE not in mine:
        place = _keeps_on_longhorn(files, group)
        if place is not None:
            mine[_STORAGE] = Edge(_STORAGE, f"{place.place}: {place.text}")
        elif group.component in _RANKS:
            mine[_STORAGE] = Edge(_STORAGE, "object storage keeps its data on what longhorn provides")
    return mine


def _keeps_on_longhorn(files: Files, group: Group) -> Remark | None:
    """Where a component asks for storage of longhorn's, in the values of its releases or beside its helmfile."""
    folder = folder_of(group.helmfile.path)
    paths = [path for release in group.releases for name in release.values for path in matching(files, folder, name)]
    if group.whole and folder:
        paths += sorted(path for path in files if path.startswith(f"{folder}/"))
    for path in dict.fromkeys((*paths, *(release.file for release in group.releases if group.whole))):
        match = _CLASS.search(files[path])
        if match:
            return Remark(path, files[path].count("\n", 0, match.start()) + 1, "asks for the StorageClass longhorn")
    return None


def sorted_out(
    found: Sequence[Group], after: Mapping[str, Sequence[Edge]], told: Sequence[str] = ()
) -> tuple[tuple[Group, ...], tuple[tuple[str, str], ...]]:
    """The groups in an order that keeps to what they come after; what is left open goes by what was told, then rank.

    Returns:
        The groups, and each (component, after) that could not be kept because the whole goes in a circle.
    """
    place = {name: at for at, name in enumerate(told)}
    ranks = {
        group.component: (place.get(group.component, len(place)), _RANKS.get(group.component, len(_RANKS)), at)
        for at, group in enumerate(found)
    }
    waiting = {group.component: group for group in found}
    ordered: list[Group] = []
    broken: list[tuple[str, str]] = []
    while waiting:
        ready = [name for name in waiting if not any(edge.after in waiting for edge in after[name])]
        name = min(ready or waiting, key=lambda name: ranks[name])
        if not ready:
            broken += [(name, edge.after) for edge in after[name] if edge.after in waiting]
        ordered.append(waiting.pop(name))
    return tuple(ordered), tuple(broken)


def is_decided(ordered: Sequence[Group], after: Mapping[str, Sequence[Edge]]) -> bool:
    """Does each component that nobody knows come after the one before it by some way, or is the order just a guess?"""
    ways: dict[str, set[str]] = {}
    for group in ordered:
        direct = {edge.after for edge in after[group.component]}
        ways[group.component] = direct.union(*(ways.get(name, set()) for name in direct))
    pairs = pairwise(ordered)
    return all(first.component in ways[then.component] for first, then in pairs if then.component not in _RANKS)


def readme_order(files: Files, ordered: Sequence[Group]) -> Remark | None:
    """The order in which the README calls the helmfiles, where it is another one; READMEs may lie, so it only hints."""
    name = next((path for path in files if path.lower() == "readme.md"), None)
    if name is None:
        return None
    lines = files[name].splitlines()
    firsts: dict[str, int] = {}
    for group in ordered:
        words = (group.helmfile.path, f"cd {folder_of(group.helmfile.path)}", f"-f {folder_of(group.helmfile.path)}")
        calls = (
            at for at, line in enumerate(lines, 1) if folder_of(group.helmfile.path) and any(w in line for w in words)
        )
        line = next(calls, None)
        if line is not None:
            firsts[group.component] = line
    said = sorted(firsts, key=lambda component: firsts[component])
    ours = [group.component for group in ordered if group.component in firsts]
    if len(said) < 2 or said == ours:
        return None
    return Remark(name, firsts[said[0]], f"calls them in the order {', '.join(said)}")
