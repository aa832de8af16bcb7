"""Objects that a release should have and the cluster has not: somebody deleted them, and Repair puts them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from runners.layers.components.base import Scene
from runners.layers.findings import Finding, Severity
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Key

RECORDED: dict[str, AnyKind] = {kind.id: kind for kind in (*CORE, *CUSTOM) if not (kind.labels or kind.fields)}
"""The kinds of whose objects it can be said that they are gone, by id: those that are watched whole."""


def lost_objects(scene: Scene) -> Iterator[Finding]:
    """What of the deployed revisions is not there, among the kinds that are watched."""
    for (namespace, name), release in sorted(scene.releases.items()):
        if release.status == "deployed":
            wanted = scene.objects.get((namespace, name, release.revision), frozenset())
            yield from (_lost(scene, key) for key in sorted(_missing(scene, wanted)))


def _missing(scene: Scene, wanted: frozenset[Key]) -> Iterator[Key]:
    by_place: dict[tuple[str, str], set[Key]] = defaultdict(set)
    for key in wanted:
        by_place[key[0], key[1]].add(key)
    for (kind_id, namespace), keys in by_place.items():
        kind = RECORDED[kind_id]
        if scene.rows.freshness(kind).trusted:
            rows = scene.rows.within(kind, (namespace,)) if namespace else scene.rows.all(kind)
            yield from keys - {row.key for row in rows}


def _lost(scene: Scene, key: Key) -> Finding:
    return lost(scene, RECORDED[key[0]], key[2])


def lost(scene: Scene, kind: AnyKind, name: str) -> Finding:
    """The finding for an object that Helm made and that is gone."""
    text = "is missing, although its release is deployed"
    return Finding(f"{kind.singular} {name}", Severity.BLOCKER, text, f"repair {scene.name}")
