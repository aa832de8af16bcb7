"""Finds the two layers in a repository without bedplate.yaml: a pure look at the names of its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from runners.layers.components import KNOWN
from runners.layers.findings import Finding, Severity
from runners.layers.picture import Layer
from runners.layers.settings import FoundationEntry, Settings

HELMFILES = ("helmfile.yaml", "helmfile.yaml.gotmpl")


def discover(paths: Iterable[str]) -> Settings:
    """The settings that a repository's layout speaks for.

    Args:
        paths: every file that may matter, relative to the repository, with forward slashes.

    The seed's layout is ``<component>/helmfile.yaml`` for each component of the foundation and ``clusters/<name>/`` for
    what Flux syncs. Known components come first, in the order in which they come up.
    """
    names = [PurePosixPath(path) for path in paths]
    found = {path.parent.name: path for path in sorted(names, reverse=True) if _is_component(path)}
    order = {name: place for place, name in enumerate(KNOWN)}
    entries: list[FoundationEntry] = []
    for name in sorted(found, key=lambda name: (order.get(name, len(order)), name)):
        known = KNOWN.get(name)
        namespaces = known.namespaces if known and known.layer is Layer.FOUNDATION else (name,)
        after = tuple(entry.component for entry in entries if entry.component == "longhorn")
        entries.append(FoundationEntry(name, str(found[name]), namespaces, after=after))
    clusters = sorted({path.parts[1] for path in names if len(path.parts) > 2 and path.parts[0] == "clusters"})
    return Settings(
        origin=_origin(entries, clusters), foundation=tuple(entries), notices=tuple(_notices(entries, clusters))
    )


def _is_component(path: PurePosixPath) -> bool:
    return len(path.parts) == 2 and path.name in HELMFILES


def _origin(entries: list[FoundationEntry], clusters: list[str]) -> str:
    if not entries and not clusters:
        return "nothing found"
    parts = [f"{len(entries)} helmfile{'s' if len(entries) != 1 else ''}"] if entries else []
    return f"found {', '.join(parts + [f'clusters/{name}' for name in clusters])}"


def _notices(entries: list[FoundationEntry], clusters: list[str]) -> Iterable[Finding]:
    if not entries:
        yield Finding(
            "repository",
            Severity.WARNING,
            "has neither bedplate.yaml nor <component>/helmfile.yaml",
            "start Bedplate in your repository, or name it with -C",
        )
    if len(clusters) > 1:
        yield Finding(
            "repository",
            Severity.NOTE,
            f"has {len(clusters)} clusters: {', '.join(clusters)}",
            "name the one that is meant in bedplate.yaml, as gitops.path",
        )
