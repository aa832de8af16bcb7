"""What components ask of kinds that their own CRDs bring: are these served?"""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.base import Scene
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Reach
from runners.layers.kinds import AnyKind


def unserved(scene: Scene, *kinds: AnyKind) -> Iterator[Finding]:
    """A failure for each kind that the server doesn't know: without its CRD there is nothing to work on."""
    for kind in kinds:
        if scene.rows.freshness(kind).reach is Reach.ABSENT:
            text = f"is not served: there is no CRD {kind.plural}.{kind.group}"
            yield Finding(kind.singular, Severity.BLOCKER, text, f"reconcile what brings {scene.name}'s CRDs")
