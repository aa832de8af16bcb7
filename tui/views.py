"""What the table under the cards can show: one record a tab, and one made for each kind without a tab of its own."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Key, Kind
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
    short: str = ""
    """A label for a screen that has no room for all of them; empty: the label."""
    sort: str = ""
    """The column it is sorted by at first; else by namespace and name."""
    nothing: str = ""
    """What is said when there is no row."""
    alone: bool = False
    """Shows only its own kind of those that share a table."""

    @property
    def id(self) -> str:
        """Unique among tabs: the table's name in the store, or the kind's where it is alone."""
        return self.kind.id if self.alone else self.kind.table

    @property
    def is_namespaced(self) -> bool:
        """Do its objects live in namespaces?"""
        return isinstance(self.kind, Kind) and self.kind.namespaced

    def admits(self, key: Key, namespace: str) -> bool:
        """Does a row belong here, in a namespace (empty: in all)? What is in no namespace is in each."""
        return (not self.alone or key[0] == self.kind.id) and (not namespace or key[1] in (namespace, ""))


VIEWS: tuple[View, ...] = (
    View("Pods", PODS, nothing="no pods"),
    View("StorageClasses", STORAGECLASSES, short="SC", nothing="no StorageClass: no claim can bind"),
    View("Claims", CLAIMS, nothing="no claims"),
    View("Flux", KUSTOMIZATIONS, nothing="no Flux objects: Flux is not installed, or syncs nothing"),
    View("Releases", RELEASES, nothing="no Helm releases"),
    View("Nodes", NODES, nothing="no nodes"),
    View("Events", EVENTS, sort="SEEN", nothing="no warnings"),
    View("Runs", RUNS, sort="AGE", nothing="no runs on this cluster yet"),
)

_SHARED = KUSTOMIZATIONS.table
"""The table that several kinds share, and that has a tab for all of them together."""


def view_of(kind: AnyTable) -> View:
    """The tab of a kind, or one made for it alone where it has none."""
    found = next((view for view in VIEWS if view.kind.id == kind.id and kind.table != _SHARED), None)
    return found or View(kind.id, kind, nothing=f"no {kind.id}", alone=True)
