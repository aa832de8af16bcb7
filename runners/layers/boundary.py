"""Downward: does Flux manage anything of the foundation? Graded, and cheap to ask again after each change.

Strongest first: a HelmRelease that makes a release of the foundation adopts it, and uninstalls it when it goes; an
object that both apply is fought over and pruned; what else Flux puts beside the foundation is mostly legitimate, such
as an Ingress for its UI.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runners.layers.components import KNOWN
from runners.layers.components.longhorn_storage import DRIVER
from runners.layers.discovery.reach import GitObject
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Reach
from runners.layers.kinds.base import Key, Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.releases import RELEASES, current
from runners.layers.kinds.storage import STORAGECLASSES
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS
from runners.layers.plan_rules import named
from runners.layers.plans import ObjectRef
from runners.layers.rows import Rows
from runners.layers.settings import Ownership, Settings

WORKLOADS = (DEPLOYMENTS, DAEMONSETS, STATEFULSETS)
_RUNS_OR_KEEPS = frozenset(
    {
        *("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Pod", "Job", "CronJob"),
        *("PersistentVolumeClaim", "PersistentVolume", "CSIDriver", "Tenant"),
    }
)
"""Kinds that a foundation is made of: beside it, they are a part of it that only GitOps can put back."""
_FOUNDATION_GROUPS = (".longhorn.io", ".minio.min.io", ".sts.min.io", ".ceph.rook.io")
"""How the names of the CRDs end that a foundation brings."""

Releases = Mapping[str, str]
"""``namespace/name`` of a Helm release → the component it belongs to."""


@dataclass(frozen=True)
class Ground:
    """What belongs to the foundation at one moment."""

    releases: Releases = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Namespace → component."""
    owned: Mapping[ObjectRef, str] = field(default_factory=dict)
    """Workload that a release of the foundation made → that release."""
    classes: frozenset[str] = frozenset()
    """StorageClasses that the foundation serves."""
    handed_over: frozenset[str] = frozenset()
    """Components that helmfile only begins, and that Flux is meant to take over."""

    def is_handed_over(self, release: str) -> bool:
        """Is Flux meant to take this release over?"""
        return self.releases.get(release) in self.handed_over


def ground_of(rows: Rows, settings: Settings, releases: Releases) -> Ground:
    """What belongs to the foundation.

    Args:
        rows: what the cluster has.
        settings: the foundation's components.
        releases: what their helmfiles are known to make; for a component that isn't among them, what Helm has in its
            namespaces under its name stands in.
    """
    namespaces = {name: entry.component for entry in settings.foundation for name in entry.namespaces}
    unsaid = {name for name, component in namespaces.items() if component not in set(releases.values())}
    live = current(rows.within(RELEASES, unsaid))
    named_so = {f"{space}/{name}": namespaces[space] for space, name in live if namespaces[space] in name}
    made = {**named_so, **releases}
    owned = {
        ObjectRef(kind.singular, row.namespace, row.name, kind.group): row.release
        for kind in WORKLOADS
        for row in rows.within(kind, namespaces)
        if row.release in made
    }
    classes = frozenset(row.name for row in rows.all(STORAGECLASSES) if row.provisioner == DRIVER)
    over = (entry.component for entry in settings.foundation if entry.ownership is Ownership.HANDOVER)
    handed = frozenset(name for name in over if name not in KNOWN)
    return Ground(made, namespaces, owned, classes, handed)


class BoundaryLook:
    """Asks again after each change: a row that is the same object as before is not looked at again."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._ground = Ground()
        self._known: dict[int, tuple[Row, tuple[Finding, ...]]] = {}
        self._in_git: tuple[Sequence[GitObject], tuple[Finding, ...]] = ((), ())

    def downward(self, rows: Rows, ground: Ground, git: Sequence[GitObject] = ()) -> tuple[Finding, ...]:
        """What of the foundation Flux manages, in the cluster or as soon as it syncs Git; worst first."""
        if ground != self._ground:
            self._ground, self._known, self._in_git = ground, {}, ((), ())
        known, kept = self._known, dict[int, tuple[Row, tuple[Finding, ...]]]()
        found: list[Finding] = []
        for row in rows.table("flux"):
            at = id(row)  # the row beside it is held, so that the number stays this row's
            entry = known.get(at) or (row, managed_by(row, ground) if isinstance(row, FluxObject) else ())
            kept[at] = entry
            if entry[1]:
                found += entry[1]
        self._known = kept
        if self._in_git[0] is not git:
            self._in_git = (git, tuple(_in_git(git, ground)))
        # What is live already says as much as Git does, unless Git says worse of the same.
        live: dict[str, Severity] = {}
        for finding in found:
            live[finding.subject] = max(finding.severity, live.get(finding.subject, Severity.OK))
        found += (each for each in self._in_git[1] if each.severity > live.get(each.subject, Severity.OK))
        return worst_first([*found, *_labelled(rows, ground, found), *_out_of_sight(rows)])


def _out_of_sight(rows: Rows) -> Iterator[Finding]:
    """What Flux has may be anything where its objects can't be seen."""
    freshness = rows.table_freshness("flux")
    if not freshness.trusted:
        words = f"{freshness.reach.value}: whether Flux manages anything of the foundation can't be told"
        forbidden = freshness.reach is Reach.FORBIDDEN
        remedy = "ask for the right to list and watch every Flux kind" if forbidden else ""
        yield Finding("Flux objects", Severity.UNKNOWN, words, remedy)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of worry, each group by its subject."""
    return tuple(sorted(findings, key=lambda finding: (-finding.severity, finding.subject, finding.text)))


def managed_by(row: FluxObject, ground: Ground) -> tuple[Finding, ...]:
    """What one Flux object has of the foundation."""
    if row.remote:
        return ()
    # What is adopted is in the release's own inventory too, and needs no saying twice.
    return tuple(_adopted(row, ground)) or tuple(_applied(row, ground))


def adopts(release: str, ground: Ground, about: str, where: str = "", key: Key | None = None) -> Finding:
    """The loudest finding there is: one release with two owners, of which one uninstalls it.

    What is meant to be handed over (a CNI, a DNS) is said quietly; what keeps data never is meant to be.
    """
    component = ground.releases[release]
    if ground.is_handed_over(release):
        words = f"takes the release {release} over from helmfile{where}, as it is meant to"
        remedy = "keep its HelmRelease in Git: without it the release goes"
        return Finding(about, Severity.NOTE, words, remedy, about=key)
    words = (
        f"makes the release {release}, which is {component}'s and helmfile's{where}: Flux takes it over, "
        "and uninstalls it with all its data when this HelmRelease goes"
    )
    remedy = "suspend it (s) before anything else: what is suspended uninstalls nothing; then take it out of Git"
    return Finding(about, Severity.BLOCKER, words, remedy, about=key)


def _adopted(row: FluxObject, ground: Ground) -> Iterator[Finding]:
    if row.release in ground.releases:
        yield adopts(row.release, ground, f"HelmRelease {row.namespace}/{row.name}", key=row.key)


def _applied(row: FluxObject, ground: Ground) -> Iterator[Finding]:
    grades: dict[Severity, list[ObjectRef]] = {}
    for entry in row.inventory:
        # Most of an inventory is of no concern: its namespace says so before anything is taken apart.
        namespace = entry.partition("_")[0]
        if not namespace or namespace in ground.namespaces:
            ref = ref_of(entry)
            grade = grade_of(ref, ground)
            if grade is not None:
                grades.setdefault(grade, []).append(ref)
    for grade, refs in grades.items():
        yield shared(grade, refs, f"{row.singular} {row.namespace}/{row.name}", row.key)


def shared(grade: Severity, refs: Iterable[ObjectRef], about: str, key: Key | None = None) -> Finding:
    """What is said of objects of one grade that Flux applies."""
    text, remedy = _SAID[grade]
    return Finding(about, grade, text.format(named(refs)), remedy, about=key)


_SAID = {
    Severity.BLOCKER: (
        "applies {}, which the foundation makes: both write it, and Flux removes it when it leaves Git",
        "take it out of Git with kustomize.toolkit.fluxcd.io/prune: disabled on it",
    ),
    Severity.WARNING: (
        "applies {}: a part of the foundation that comes back only after GitOps",
        "move it into the component's helmfile",
    ),
    Severity.NOTE: ("applies {} beside the foundation, which is fine as long as the foundation can do without", ""),
}


def _in_git(objects: Sequence[GitObject], ground: Ground) -> Iterator[Finding]:
    """The same of what Flux reaches in Git: what it will do, where it has not done it yet."""
    shares: dict[tuple[str, Severity], list[ObjectRef]] = {}
    for one in objects:
        release = "/".join(one.release) if one.release else ""
        if release in ground.releases:
            yield adopts(release, ground, f"HelmRelease {one.namespace}/{one.name}", f" ({one.path}:{one.line})")
            continue
        ref = ObjectRef(one.kind, one.namespace, one.name, one.group)
        grade = grade_of(ref, ground)
        if grade is not None:
            shares.setdefault((one.applier or "flux-system/flux-system", grade), []).append(ref)
    for (applier, grade), refs in shares.items():
        yield shared(grade, refs, f"Kustomization {applier}")


def ref_of(entry: str) -> ObjectRef:
    """The object of an inventory's id, ``namespace_name_group_Kind``; ``__`` stands for a colon in a name."""
    namespace, _, rest = entry.partition("_")
    rest, _, kind = rest.rpartition("_")
    name, _, group = rest.rpartition("_")
    return ObjectRef(kind, namespace, name.replace("__", ":"), group)


def grade_of(ref: ObjectRef, ground: Ground) -> Severity | None:
    """How bad it is that Flux applies an object; None where it has nothing to do with the foundation."""
    if not ref.namespace:
        return _grade_of_cluster_wide(ref, ground)
    if ref.namespace not in ground.namespaces:
        return None
    if ref in ground.owned:
        return Severity.BLOCKER
    return Severity.WARNING if ref.kind in _RUNS_OR_KEEPS else Severity.NOTE


def _grade_of_cluster_wide(ref: ObjectRef, ground: Ground) -> Severity | None:
    if ref.kind == "Namespace":
        return Severity.NOTE if ref.name in ground.namespaces else None
    if ref.kind == "CustomResourceDefinition":
        return Severity.BLOCKER if ref.name.endswith(_FOUNDATION_GROUPS) else None
    if ref.kind == "StorageClass" and ref.name in ground.classes:
        # Of several, Longhorn's manager makes the one of its own name; the others are somebody's.
        return Severity.BLOCKER if ref.name == "longhorn" or len(ground.classes) == 1 else Severity.WARNING
    return None


def _labelled(rows: Rows, ground: Ground, found: Iterable[Finding]) -> Iterator[Finding]:
    """What bears Flux's label, where no Flux object that is there has said so already."""
    said = {finding.subject for finding in found if finding.severity >= Severity.WARNING}
    for kind in WORKLOADS:
        for row in rows.within(kind, ground.namespaces):
            as_meant = row.applied_by.startswith("HelmRelease ") and ground.is_handed_over(row.release)
            if row.applied_by and row.applied_by not in said and not as_meant:
                subject = f"{kind.singular} {row.namespace}/{row.name}"
                yield _bears(subject, row.applied_by, row.key, owned=row.release in ground.releases)
    for each in rows.all(STORAGECLASSES):
        if each.name in ground.classes and each.applied_by and each.applied_by not in said:
            yield _bears(f"StorageClass {each.name}", each.applied_by, each.key, owned=each.name == "longhorn")


def _bears(subject: str, applier: str, key: Key, *, owned: bool) -> Finding:
    text = f"bears the label of {applier}: Flux has applied it"
    remedy = "see in Git whether it still does; the label alone does no harm"
    return Finding(subject, Severity.BLOCKER if owned else Severity.WARNING, text, remedy, about=key)
