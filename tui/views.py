"""What the table under the cards can show: one record a tab."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.kinds import AnyTable
from runners.layers.kinds.events import EVENTS
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.releases import RELEASES
from runners.layers.kinds.runs import RUNS
from runners.layers.kinds.storage import CLAIMS, STORAGECLASSES


@dataclass(frozen=True)
class View:
    """One tab: a table of the store, and the kind whose columns it has."""

    label: str
    kind: AnyTable
    sort: str = ""
    """The column it is sorted by at first; else by namespace and name."""
    nothing: str = ""
    """What is said when there is no row."""

    @property
    def id(self) -> str:
        """The table's name in the store."""
        return self.kind.table


VIEWS: tuple[View, ...] = (
    View("Pods", PODS, nothing="no pods"),
    View("StorageClasses", STORAGECLASSES, nothing="no StorageClass: no claim can bind"),
    View("Claims", CLAIMS, nothing="no claims"),
    View("Flux", KUSTOMIZATIONS, nothing="no Flux objects: Flux is not installed, or syncs nothing"),
    View("Releases", RELEASES, nothing="no Helm releases"),
    View("Nodes", NODES, nothing="no nodes"),
    View("Events", EVENTS, sort="SEEN", nothing="no warnings"),
    View("Runs", RUNS, sort="AGE", nothing="no runs on this cluster yet"),
)


def view(view_id: str) -> View:
    """The view of a table."""
    return next(found for found in VIEWS if found.id == view_id)
