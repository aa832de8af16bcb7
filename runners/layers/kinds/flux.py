"""Flux objects: one row type for every kind in Flux's groups, since all of them share suspend, Ready and a revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Key, Kind, Row, Tone, head, timestamp
from runners.layers.kinds.flux_git import Decryption, Origin, decryption_of, origin_of
from runners.layers.kinds.flux_operator import Report, Sync, report_of, sync_of
from runners.layers.kinds.flux_repeating import repeats

GROUP_SUFFIXES = (".toolkit.fluxcd.io", ".extensions.fluxcd.io", "fluxcd.controlplane.io")
"""API groups whose kinds are Flux's, by how they end."""

ALIASES = {
    "kustomizations": ("ks", "kustomization"),
    "helmreleases": ("hr", "helmrelease"),
    "gitrepositories": ("gitrepo", "gitrepository"),
    "helmrepositories": ("helmrepo", "helmrepository"),
    "ocirepositories": ("ocirepo", "ocirepository"),
}
"""What people call the kinds of a usual install, by their plurals; also where they aren't served."""

_STATIC = ("Alert", "Provider")
"""Kinds without a status: their controller reads them, and says nothing of them."""
_OFF = ("fluxcd.controlplane.io/reconcile", "disabled")
"""The annotation by which the Flux Operator's kinds are suspended."""
_WORKLOADS = {"Deployment": "deployments", "DaemonSet": "daemonsets", "StatefulSet": "statefulsets"}
"""The kinds of the apps group that run something, by the names of ours."""
_LONGEST_RELEASE = 53
"""Characters of a release's name; helm-controller shortens longer ones, with a part of their digest."""


@dataclass(frozen=True, slots=True)
class FluxObject(Row):
    """One object of any Flux kind."""

    singular: str
    """The API's ``kind``: Kustomization, GitRepository, HelmRelease …"""
    ready: str
    """Status of its Ready condition (``True``, ``False``, ``Unknown``); empty when it has none yet."""
    reason: str
    message: str
    revision: str
    """What it applied or fetched last, as Flux writes it: ``main@sha1:3d2789eb…``."""
    suspended: bool
    observed: bool
    """Its controller has seen the newest generation."""
    path: str
    """``spec.path`` of a Kustomization."""
    source: str
    """``Kind/namespace/name`` of what it reads from, where the kind has a source."""
    depends_on: tuple[str, ...]
    """``Kind/namespace/name`` of each ``spec.dependsOn``."""
    reconciling: bool
    since: float = 0.0
    """When its Ready condition got its present status, in seconds since the epoch; 0 when that isn't known."""
    stalled: bool = False
    """Its controller gave up: nothing happens before a person changes something."""
    reconciling_since: float = 0.0
    """When it began to be reconciling, in seconds since the epoch; 0 while it isn't, or when that isn't known."""
    last_worked: float = 0.0
    """While it is suspended: when its controller last did something, so that it is suspended since then at the longest;
    0 when that can't be told."""
    static: bool = False
    """Its controller writes no status: there is nothing to wait for."""
    release: str = ""
    """``namespace/name`` of the Helm release that a HelmRelease makes, after all defaults."""
    inventory: tuple[str, ...] = ()
    """Ids of what it applied, ``namespace_name_group_Kind``; an empty namespace for what is in none."""
    workloads: tuple[Key, ...] = ()
    """The keys of those in its inventory that run something in this cluster."""
    changed: float = 0.0
    """When what it applies changed (its revision, or the Helm release), in seconds since the epoch; 0 if unknown."""
    remote: bool = False
    """It applies to another cluster (``spec.kubeConfig``): nothing in its inventory is here."""
    asks: str = ""
    """What its spec asks for: the version of a HelmRelease's chart; of a source the branch, tag or range."""
    sync: Sync | None = None
    """What a FluxInstance syncs."""
    report: Report | None = None
    """What a FluxReport says."""
    origin: Origin | None = None
    """Where a source fetches from."""
    decryption: Decryption | None = None
    """How a Kustomization decrypts; None where it does not."""
    repeating: bool = False
    """It applies once more what it has applied, as with every interval, and the last time that succeeded."""

    @property
    def ref(self) -> str:
        """``Kind/namespace/name``, as ``source`` and ``depends_on`` write others."""
        return f"{self.singular}/{self.namespace}/{self.name}"

    @property
    def spaces(self) -> frozenset[str]:
        """The namespaces of this cluster in which what it applied runs."""
        found = frozenset(namespace for _kind, namespace, _name in self.workloads)
        return found | {self.release.partition("/")[0]} if self.release and not self.remote else found

    @property
    def status(self) -> str:
        """In one word; what is suspended is said to be, whatever its last state was."""
        if self.suspended:
            return "suspended"
        if self.static:
            return "ready"
        if not self.ready or not self.observed:
            return "waiting"
        if self.ready == "True" or self.repeating:
            return "ready"
        return "failed" if self.ready == "False" and not self.waits else "progressing"

    @property
    def words(self) -> str:
        """What its controller says of it, in one line; empty while it says nothing.

        A reason that says no more than that it is at work is left to the message.
        """
        if not self.message or not self.reason:
            return self.message or self.reason
        return self.message if self.reason == "Progressing" else f"{self.reason}: {self.message}"

    @property
    def waits(self) -> bool:
        """Its Ready is not True for a reason that resolves by itself: it is at work, or waits for another."""
        return self.reason in ("Progressing", "ProgressingWithRetry", "DependencyNotReady") or (
            self.reconciling and self.ready == "Unknown"
        )

    @property
    def short_revision(self) -> str:
        """``main@3d2789eb`` of ``main@sha1:3d2789eb2958…``; a version as it is."""
        branch, at, digest = self.revision.partition("@")
        if at:
            return f"{branch}@{digest.rpartition(':')[2][:8]}"
        algorithm, colon, digest = self.revision.partition(":")
        return digest[:8] if colon and algorithm in ("sha1", "sha256") else self.revision


def flux_row(kind: str, obj: Json) -> FluxObject:
    """The row of a decoded Flux object of any kind."""
    conditions = {text(item, "type"): mapping(item) for item in sequence(obj, "status", "conditions")}
    ready, reconciling = conditions.get("Ready", {}), conditions.get("Reconciling", {})
    namespace, singular = text(obj, "metadata", "namespace"), text(obj, "kind")
    suspended = truth(obj, "spec", "suspend") or text(obj, "metadata", "annotations", _OFF[0]) == _OFF[1]
    inventory = tuple(text(item, "id") for item in sequence(obj, "status", "inventory", "entries"))
    history = mapping((*sequence(obj, "status", "history"), None)[0])
    remote = bool(mapping(obj, "spec", "kubeConfig"))
    sync = sync_of(obj) if singular == "FluxInstance" else None
    return FluxObject(
        *head(kind, obj),
        singular=singular,
        ready=text(ready, "status"),
        reason=text(ready, "reason"),
        message=" ".join(text(ready, "message").split()),
        revision=_revision(obj),
        suspended=suspended,
        observed=_observed(obj, ready),
        path=sync.path if sync else text(obj, "spec", "path"),
        source=_source(obj, namespace),
        depends_on=tuple(_reference(item, namespace, singular) for item in sequence(obj, "spec", "dependsOn")),
        reconciling=truth(reconciling, "status"),
        since=timestamp(text(ready, "lastTransitionTime")),
        stalled=truth(conditions.get("Stalled", {}), "status"),
        reconciling_since=timestamp(text(reconciling, "lastTransitionTime")) if truth(reconciling, "status") else 0.0,
        last_worked=_last_worked(obj, history, conditions) if suspended else 0.0,
        static=singular in _STATIC or (singular == "HelmRepository" and text(obj, "spec", "type") == "oci"),
        release=_release(obj, namespace) if singular == "HelmRelease" else "",
        inventory=inventory,
        workloads=() if remote else tuple(_workloads(inventory)),
        changed=timestamp(text(history, "firstReconciled") or text(history, "lastDeployed")),
        remote=remote,
        asks=_asks(obj),
        sync=sync,
        report=report_of(obj) if singular == "FluxReport" else None,
        origin=origin_of(obj),
        decryption=decryption_of(obj) if singular == "Kustomization" else None,
        repeating=singular == "Kustomization" and repeats(obj, ready, reconciling),
    )


def _observed(obj: Json, ready: Json) -> bool:
    # The status's own generation moves with success only; the condition's says which one a failure is about.
    seen = max(integer(obj, "status", "observedGeneration"), integer(ready, "observedGeneration"))
    return seen >= integer(obj, "metadata", "generation")


def _revision(obj: Json) -> str:
    history = sequence(obj, "status", "history")
    chart = text(history[0], "chartVersion") if history else ""
    return text(obj, "status", "lastAppliedRevision") or text(obj, "status", "artifact", "revision") or chart


_REFERENCES = ("commit", "name", "semver", "tag", "digest", "branch")
"""The fields of a source's reference, the one that rules first."""


def _asks(obj: Json) -> str:
    reference = mapping(obj, "spec", "ref")
    found = next((text(reference, field) for field in _REFERENCES if text(reference, field)), "")
    return found or text(obj, "spec", "chart", "spec", "version") or text(obj, "spec", "version")


def _workloads(inventory: Iterable[str]) -> Iterator[Key]:
    for entry in inventory:
        namespace, name, group, kind = (*entry.split("_"), "", "", "", "")[:4]
        if group == "apps" and kind in _WORKLOADS:
            yield (_WORKLOADS[kind], namespace, name)


def _last_worked(obj: Json, history: Json, conditions: Mapping[str, Json]) -> float:
    stamps = [text(condition, "lastTransitionTime") for condition in conditions.values()]
    stamps += [text(history, "lastReconciled"), text(history, "lastDeployed")]
    stamps += [text(obj, "status", "lastHandledReconcileAt"), text(obj, "status", "artifact", "lastUpdateTime")]
    return max(map(timestamp, stamps))


def _release(obj: Json, namespace: str) -> str:
    target = text(obj, "spec", "targetNamespace")
    own = "-".join(filter(None, (target, text(obj, "metadata", "name"))))
    name = text(obj, "spec", "releaseName") or own
    if len(name) > _LONGEST_RELEASE:
        digest = sha256(name.encode(errors="replace")).hexdigest()[:12]
        name = f"{name[: _LONGEST_RELEASE - 13]}-{digest}"
    return f"{target or namespace}/{name}"


def _source(obj: Json, namespace: str) -> str:
    chart = mapping(obj, "spec", "chart", "spec", "sourceRef")
    found = mapping(obj, "spec", "sourceRef") or mapping(obj, "spec", "chartRef") or chart
    return _reference(found, namespace) if found else ""


def _reference(item: object, namespace: str, kind: str = "") -> str:
    return f"{text(item, 'kind') or kind}/{text(item, 'namespace') or namespace}/{text(item, 'name')}"


_TONES = {"ready": Tone.GOOD, "suspended": Tone.WARN, "failed": Tone.BAD}


def flux_kind(group: str, version: str, plural: str, singular: str, *, namespaced: bool = True) -> Kind[FluxObject]:
    """The kind for one Flux resource, made from what the server says it serves."""
    return Kind(
        id=plural,
        table="flux",
        group=group,
        version=version,
        plural=plural,
        singular=singular,
        namespaced=namespaced,
        row=lambda kind, obj: flux_row(kind, {"kind": singular, **obj}),
        columns=(
            NAMESPACE,
            Column("KIND", lambda row, _now: row.singular),
            NAME,
            Column("STATUS", lambda row, _now: row.status),
            Column("REVISION", lambda row, _now: row.short_revision or "–", drop=1),
            Column("MESSAGE", lambda row, _now: row.message, grows=True, drop=2),
            AGE,
        ),
        tone=lambda row: _TONES.get(row.status, Tone.MOVING),
        aliases=ALIASES.get(plural, ()),
    )


KUSTOMIZATIONS = flux_kind("kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "Kustomization")
"""The one Flux kind that rules name; the others come from discovery."""
