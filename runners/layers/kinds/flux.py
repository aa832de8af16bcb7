"""Flux objects: one row type for every kind in Flux's groups, since all of them share suspend, Ready and a revision."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head, timestamp

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
    """``namespace/name`` of each ``spec.dependsOn``."""
    reconciling: bool
    since: float = 0.0
    """When its Ready condition got its present status, in seconds since the epoch; 0 when that isn't known."""

    @property
    def status(self) -> str:
        """In one word; what is suspended is said to be, whatever its last state was."""
        if self.suspended:
            return "suspended"
        if not self.ready or not self.observed:
            return "waiting"
        if self.ready == "True":
            return "ready"
        return "failed" if self.ready == "False" and not self.waits else "progressing"

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
    ready = conditions.get("Ready", {})
    namespace = text(obj, "metadata", "namespace")
    return FluxObject(
        *head(kind, obj),
        singular=text(obj, "kind"),
        ready=text(ready, "status"),
        reason=text(ready, "reason"),
        message=" ".join(text(ready, "message").split()),
        revision=_revision(obj),
        suspended=truth(obj, "spec", "suspend"),
        observed=integer(obj, "status", "observedGeneration") >= integer(obj, "metadata", "generation"),
        path=text(obj, "spec", "path"),
        source=_source(obj, namespace),
        depends_on=tuple(
            f"{text(item, 'namespace') or namespace}/{text(item, 'name')}"
            for item in sequence(obj, "spec", "dependsOn")
        ),
        reconciling=truth(conditions.get("Reconciling", {}), "status"),
        since=timestamp(text(ready, "lastTransitionTime")),
    )


def _revision(obj: Json) -> str:
    history = sequence(obj, "status", "history")
    chart = text(history[0], "chartVersion") if history else ""
    return text(obj, "status", "lastAppliedRevision") or text(obj, "status", "artifact", "revision") or chart


def _source(obj: Json, namespace: str) -> str:
    chart = mapping(obj, "spec", "chart", "spec", "sourceRef")
    found = mapping(obj, "spec", "sourceRef") or mapping(obj, "spec", "chartRef") or chart
    if not found:
        return ""
    return f"{text(found, 'kind')}/{text(found, 'namespace') or namespace}/{text(found, 'name')}"


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
