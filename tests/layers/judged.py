"""One component's state in a small world, as every rule's test asks for it; its probe was made and worked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.layers.freshness import LIVE, Freshness
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.releases import Revision
from runners.layers.picture import ComponentState
from runners.layers.probes import Answer, Evidence, Outcome
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.stuck import HELM_TIMEOUT, Signs, late_releases
from tests.layers import worlds as w

CONTROLLER = w.workload("deployments", "flux-system", "kustomize-controller")
SYNC = w.flux_object("Kustomization", "flux-system")
SOURCE = w.flux_object("GitRepository", "flux-system")
FLUX: list[Row] = [CONTROLLER, SYNC, SOURCE]

SETTINGS = Settings(
    origin="test",
    foundation=(
        FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),
        FoundationEntry("minio", "minio/helmfile.yaml", ("minio-operator", "minio-tenant"), after=("longhorn",)),
    ),
)


def late(rows: Sequence[Row]) -> Mapping[str, str]:
    """Releases that are stuck where nobody holds the Lease, nothing moves, and helm's own timeout counts."""
    releases = [row for row in rows if isinstance(row, Revision)]
    return late_releases(releases, lambda _row: HELM_TIMEOUT, lambda _row: Signs(), w.NOW)


def state(name: str, rows: list[Row], freshness: dict[str, Freshness] | None = None) -> ComponentState:
    seen = FrozenRows(rows, {"flux": LIVE, **(freshness or {})})
    evidence = {"longhorn": Evidence("7f3a", w.NOW - 3600, Answer(Outcome.WORKED, "a claim was bound"))}
    found = picture(Observed(seen, SETTINGS, w.NOW, evidence=evidence, late=late(rows))).component(name)
    assert found is not None
    return found
