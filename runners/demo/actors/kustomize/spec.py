"""What a Kustomization asks for: its source, its timeout, whose health it waits for, and what has to come before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.builtin.owned import has_condition
from runners.demo.actors.kustomize.inventory import Entry
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth


def timeout(kustomization: Json) -> str:
    """How long its health is waited for, as it is written."""
    return text(kustomization, "spec", "timeout") or text(kustomization, "spec", "interval", default="1m")


def checked(kustomization: Json, entries: Sequence[Entry]) -> Sequence[Entry]:
    """Whose health is waited for: everything that was applied, or what is named, or nothing."""
    if truth(kustomization, "spec", "wait"):
        own = (text(kustomization, "metadata", "namespace"), text(kustomization, "metadata", "name"))
        mine = (res.KUSTOMIZATIONS.kind, *own)
        return [entry for entry in entries if (entry.kind, entry.namespace, entry.name) != mine]
    named = []
    for check in sequence(kustomization, "spec", "healthChecks"):
        group, _, version = text(check, "apiVersion").rpartition("/")
        named.append(Entry(text(check, "namespace"), text(check, "name"), group, text(check, "kind"), version))
    return named


def unmet(kustomization: Json, revision: str, known: Mapping[tuple[str, str], Json]) -> str:
    """Which dependency isn't ready yet, in Flux's words; empty where all are."""
    own = text(kustomization, "metadata", "namespace")
    for needed in sequence(kustomization, "spec", "dependsOn"):
        key = (text(needed, "namespace") or own, text(needed, "name"))
        about, dependency = f"dependency '{'/'.join(key)}'", known.get(key)
        if dependency is None:
            return f'{about} not found: kustomizations.kustomize.toolkit.fluxcd.io "{key[1]}" not found'
        observed = integer(dependency, "status", "observedGeneration")
        if observed != integer(dependency, "metadata", "generation") or not has_condition(dependency, "Ready"):
            return f"{about} is not ready"
        same = mapping(dependency, "spec", "sourceRef") == mapping(kustomization, "spec", "sourceRef")
        if same and text(dependency, "status", "lastAppliedRevision") != revision:
            return f"{about} revision is not up to date"
    return ""
