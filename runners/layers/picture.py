"""The picture: one immutable value with the verdicts and findings of one moment.

Screens, ``check`` and every later report read the same one, so that they can't disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from runners.layers.alarms import Alarm
from runners.layers.findings import Finding
from runners.layers.freshness import LOADING, Freshness
from runners.layers.identity import Identity
from runners.layers.runs import RunRecord
from runners.layers.survival.fold import Survival
from runners.layers.suspension import Suspension
from runners.layers.verdicts import Verdict


class Layer(Enum):
    """The two layers of a cluster; the second needs the first, and the first must never need the second."""

    FOUNDATION = "foundation"
    GITOPS = "gitops"


@dataclass(frozen=True, slots=True)
class ComponentState:
    """One component at one moment: what its card shows."""

    name: str
    layer: Layer
    verdict: Verdict
    version: str = ""
    """The chart's version, or the revision that Flux applied; empty when nothing is installed."""
    summary: str = ""
    """The words behind the verdict, in one line: ``waiting for StorageClass longhorn``."""
    details: tuple[str, ...] = ()
    """Further lines of the card, most telling first."""
    findings: tuple[Finding, ...] = ()
    namespaces: tuple[str, ...] = ()
    """Where it lives."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole cluster at one moment."""

    at: float
    """Seconds since the epoch."""
    identity: Identity | None = None
    """None until the cluster answered for the first time."""
    freshness: Freshness = LOADING
    """Of the connection as a whole: the least fresh of the watches that every verdict needs."""
    components: tuple[ComponentState, ...] = ()
    nodes_ready: int = 0
    nodes: int = 0
    flux_version: str = ""
    """The distribution that is installed, ``v2.9.5``; empty when none is."""
    flux_summary: str = ""
    """The last line of the GitOps pane: ``12 ready, 1 failed, 1 suspended of 14 Kustomizations``."""
    notices: tuple[Finding, ...] = ()
    """What is true of the whole rather than of one component: configuration, missing tools, a rebuilt cluster."""

    boundary: tuple[Finding, ...] = ()
    """Where one layer has a hand in the other, worst first: Flux manages what helmfile does, or the reverse."""
    preflight: tuple[Finding, ...] = ()
    """What stands in the way of the next change although nothing is wrong now: tools, rights, files, nodes."""
    alarms: tuple[Alarm, ...] = ()
    """What got worse in the middle of a change, the worst first, until a person has acknowledged it."""
    suspensions: Mapping[str, Suspension] = field(default_factory=dict)
    """``Kind/namespace/name`` of each Flux object that is suspended → by whom, and since when."""
    survival: Survival = Survival()  # noqa: RUF009  frozen
    """What would come back if the cluster died at this moment."""

    runs: tuple[RunRecord, ...] = ()
    """The newest runs on this cluster, those that go on and those that ended."""

    @property
    def unplaced(self) -> tuple[Finding, ...]:
        """The notices that neither boundary nor preflight says."""
        return tuple(each for each in self.notices if each not in self.boundary and each not in self.preflight)

    def layer(self, layer: Layer) -> tuple[ComponentState, ...]:
        """The components of one layer, in their order."""
        return tuple(state for state in self.components if state.layer is layer)

    def component(self, name: str, layer: Layer | None = None) -> ComponentState | None:
        """One component by name; a hand-over has one of that name in each layer."""
        found = (state for state in self.components if state.name == name and layer in (None, state.layer))
        return next(found, None)
