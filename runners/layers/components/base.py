"""What a component is: a name, a layer, namespaces, and a pure rule that judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from runners.layers.findings import Finding
from runners.layers.flux_sight import FluxSight
from runners.layers.kinds.base import Key, Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.releases import RELEASES, Revision, current
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS, Workload
from runners.layers.picture import Layer
from runners.layers.sight import Sight

SETTLING = 600.0
"""Seconds after a release's last change during which what is still missing is on its way rather than lost."""


Revisions = Mapping[tuple[str, str, int], frozenset[Key]]
"""(namespace, release, revision) → what that consists of, among the kinds that are watched whole."""


@dataclass(frozen=True)
class Scene:
    """Everything a component's rule may look at."""

    name: str
    rows: Sight
    namespaces: tuple[str, ...]
    flux: FluxSight
    """Flux's objects, and why they aren't ready."""
    charts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(namespace, release) → version of its chart, as ``helm list`` says."""
    objects: Revisions = field(default_factory=dict)
    """What should be there of each release, as ``helm get manifest`` says."""
    late: Mapping[str, str] = field(default_factory=dict)
    """``namespace/name`` of a release left in the middle for too long → why it isn't stuck yet; empty where it is."""

    @cached_property
    def appliers(self) -> Sequence[FluxObject]:
        """The Kustomizations and HelmReleases that bear the component's name."""
        return self.flux.appliers(self.name)

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.rows.now

    @property
    def revisions(self) -> Sequence[Revision]:
        """Every revision that Helm keeps in the component's namespaces, in no particular order."""
        return self.rows.within(RELEASES, self.namespaces)

    @property
    def releases(self) -> Mapping[tuple[str, str], Revision]:
        """The newest revision of each Helm release that is installed; a history kept by an uninstall is none."""
        return {at: row for at, row in current(self.revisions).items() if row.status != "uninstalled"}

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Every Deployment, DaemonSet and StatefulSet in the component's namespaces."""
        kinds = (DAEMONSETS, DEPLOYMENTS, STATEFULSETS)
        return tuple(row for kind in kinds for row in self.rows.within(kind, self.namespaces))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a component's rule says."""

    findings: tuple[Finding, ...] = ()
    version: str = ""
    details: tuple[str, ...] = ()
    """Lines for its card, most telling first."""
    absent: bool = False
    """Nothing of it is there, and that could be seen."""
    unseen: bool = False
    """Nothing of it is there, but that may be for want of sight."""
    progressing: bool = False
    """What is missing is on its way."""


@dataclass(frozen=True)
class Component:
    """One component as the program knows it."""

    name: str
    layer: Layer
    namespaces: tuple[str, ...]
    """Where it lives unless bedplate.yaml says otherwise."""
    judge: Callable[[Scene], Judgement]
    probe: str = ""
    """What proves on request that it works (``s3``); empty where nothing does yet."""
    protected: bool = False
    """Removing its release, namespace or CRDs loses data: never allowed, whatever a person types."""
    one_minor_at_a_time: bool = False
    """Its upgrades go one minor version at a time, and never back."""


def subject(row: Row, singular: str) -> str:
    """An object as a finding names it."""
    return f"{singular} {row.namespace}/{row.name}" if row.namespace else f"{singular} {row.name}"
