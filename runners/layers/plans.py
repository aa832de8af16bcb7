"""A plan as data: what an apply would do now, release by release and object by object, and what it is bound to.

A plan is made before a change, shown to a person, made again when they confirm, and compared: only what they saw
may run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from runners.layers.hooks import Hook, hooks_for
from runners.layers.identity import Identity


class Change(Enum):
    """What happens to one object."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Danger(Enum):
    """What a command would do now: computed from its plan, never declared."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """One object of a manifest."""

    kind: str
    namespace: str
    name: str
    group: str = ""

    def __str__(self) -> str:
        """As a person would name it."""
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """One line of a plan."""

    ref: ObjectRef
    change: Change


class ReleaseAction(Enum):
    """What happens to one release."""

    INSTALL = "install"
    UPGRADE = "upgrade"
    UNINSTALL = "uninstall"
    NOTHING = "nothing"


class Comparison(Enum):
    """What a release's changes were found against; the run has to use the same."""

    LIVE = "the cluster"
    """The objects as they are now: what is missing or was changed by hand shows."""
    RECORDED = "its last revision"
    """Helm's record, because a kind is not served yet: what was changed by hand doesn't show."""
    NEW = "nothing"
    """It isn't installed."""


@dataclass(frozen=True, slots=True)
class Served:
    """What the server serves, as far as a rendering depends on it."""

    version: str
    """``gitVersion``."""
    api_versions: tuple[str, ...] = ()
    """``group/version`` and ``group/version/Kind``, as Helm's ``.Capabilities.APIVersions`` has them."""
    cluster_scoped: frozenset[tuple[str, str]] = frozenset()
    """(group, kind) of what has no namespace, beyond Kubernetes' own."""


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What would happen to one release."""

    name: str
    namespace: str
    action: ReleaseAction
    chart: str
    """As the helmfile writes it: a reference or a path."""
    revision: int
    """Helm's revision that is installed now; 0 when none is."""
    status: str
    """The status of that revision: ``deployed``, ``pending-install`` …; empty when none is."""
    installed_version: str
    """Version of the chart that is installed; empty when none is."""
    version: str
    """Version of the chart that was asked for; empty when it is uninstalled."""
    changes: tuple[ObjectChange, ...] = ()
    hashes: Mapping[ObjectRef, str] = field(default_factory=dict)
    """SHA-256 of each rendered object."""
    random: frozenset[ObjectRef] = frozenset()
    """Objects whose rendering differs each time (a generated password, a certificate); their hashes don't count."""
    beside: frozenset[ObjectRef] = frozenset()
    """Rendered objects that Helm keeps out of the release's manifest: hooks, and what the chart's crds folder holds."""
    compared: Comparison = Comparison.LIVE
    longhorn_settings: Mapping[str, str] = field(default_factory=dict)
    """Setting → value, as the release sets Longhorn's; empty for any other release."""

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    def count(self, change: Change) -> int:
        """How many objects are added, changed or removed."""
        return sum(1 for item in self.changes if item.change is change)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one apply or repair of a component would do now."""

    component: str
    helmfile: str
    """Path relative to the repository."""
    environment: str
    identity: Identity
    releases: tuple[ReleasePlan, ...]
    inputs: Mapping[str, str]
    """SHA-256 of each known file (helmfile, values, local charts) by path relative to the repository."""
    commit: str
    """The repository's HEAD; ``+ changes`` follows when the component's files are not committed; empty without Git."""
    made: float
    """Seconds since the epoch."""
    hooks: tuple[str, ...] = ()
    """Events of the helmfile's hooks: ``prepare``, ``presync`` …"""
    hooks_written: tuple[Hook, ...] = ()
    """The hooks themselves, those of other releases of the helmfile included, as far as they are written out."""
    selected: tuple[str, ...] = ()
    """``namespace/name`` of the helmfile's releases that are the component's; empty where all are."""
    foreign_contexts: tuple[str, ...] = ()
    """``kubeContext`` values of the helmfile that name another context than the pinned one."""
    output: str = ""
    """What the tools printed while it was made: the diff, with secrets suppressed."""

    @property
    def changing(self) -> tuple[ReleasePlan, ...]:
        """The releases that something happens to."""
        return tuple(release for release in self.releases if release.action is not ReleaseAction.NOTHING)

    @property
    def own_hooks(self) -> tuple[Hook, ...]:
        """The helmfile's own hooks, and those of the releases that are looked at."""
        return hooks_for(self.hooks_written, self.selected)
