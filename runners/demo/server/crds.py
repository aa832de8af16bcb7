"""CustomResourceDefinitions: the kinds that they define, and what the server says of them."""

from __future__ import annotations

from collections.abc import Iterator

from runners.demo.server.kinds_served import PrinterColumn, ServedKind
from runners.layers.jsons import Json, integer, mapping, sequence, strings, text, truth

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
"""The finalizer of every CRD: its objects go first."""


def kinds_of(crd: Json) -> Iterator[ServedKind]:
    """The kinds of a definition, one for each version that it serves."""
    names = mapping(crd, "spec", "names")
    for version in sequence(crd, "spec", "versions"):
        if not truth(version, "served"):
            continue
        subresources = mapping(version, "subresources")
        yield ServedKind(
            group=text(crd, "spec", "group"),
            version=text(version, "name"),
            plural=text(names, "plural"),
            kind=text(names, "kind"),
            singular=text(names, "singular"),
            list_kind=text(names, "listKind"),
            namespaced=text(crd, "spec", "scope") == "Namespaced",
            has_status="status" in subresources,
            has_generation=True,
            has_scale="scale" in subresources,
            short_names=strings(names, "shortNames"),
            categories=strings(names, "categories"),
            custom=True,
            columns=tuple(_columns(version)),
        )


def accepted(crd: Json, now: str) -> Json:
    """The definition with the status that a server gives it at once: nothing else can claim its names here."""
    names = mapping(crd, "spec", "names")
    kind = text(names, "kind")
    full = {"singular": kind.lower(), "listKind": f"{kind}List", **names}
    stored = [text(version, "name") for version in sequence(crd, "spec", "versions") if truth(version, "storage")]
    known = strings(crd, "status", "storedVersions")
    since = {text(item, "type"): text(item, "lastTransitionTime") for item in sequence(crd, "status", "conditions")}
    conditions = [
        {
            "type": type_,
            "status": "True",
            "lastTransitionTime": since.get(type_, now),
            "reason": reason,
            "message": said,
        }
        for type_, reason, said in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        )
    ]
    status = {
        "conditions": conditions,
        "acceptedNames": full,
        "storedVersions": [*known, *(name for name in stored if name not in known)],
    }
    return {
        **crd,
        "spec": {"conversion": {"strategy": "None"}, **mapping(crd, "spec"), "names": full},
        "status": status,
    }


def troubles(crd: Json) -> Iterator[tuple[str, str]]:
    """What keeps a definition from being accepted: pairs of a field and what is wrong with it."""
    names, group = mapping(crd, "spec", "names"), text(crd, "spec", "group")
    for field in ("plural", "kind"):
        if not text(names, field):
            yield f"spec.names.{field}", "Required value"
    if not group:
        yield "spec.group", "Required value"
    if text(crd, "metadata", "name") != f"{text(names, 'plural')}.{group}":
        yield "metadata.name", "Invalid value: must be spec.names.plural+'.'+spec.group"
    if text(crd, "spec", "scope") not in ("Namespaced", "Cluster"):
        yield "spec.scope", 'Unsupported value: supported values: "Cluster", "Namespaced"'
    if sum(truth(version, "storage") for version in sequence(crd, "spec", "versions")) != 1:
        yield "spec.versions", "Invalid value: must have exactly one version marked as storage version"


def _columns(version: object) -> Iterator[PrinterColumn]:
    for column in sequence(version, "additionalPrinterColumns"):
        yield PrinterColumn(
            text(column, "name"), text(column, "type"), text(column, "jsonPath"), integer(column, "priority")
        )
