"""How flux's command line calls the kinds that its commands know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runners.layers.kinds.flux import FluxObject


@dataclass(frozen=True, slots=True)
class Words:
    """How flux's command line calls one kind of the API."""

    words: tuple[str, ...]
    reconciles: bool = True
    with_source: bool = False


KINDS: Mapping[str, Words] = {
    "Kustomization": Words(("kustomization",), with_source=True),
    "HelmRelease": Words(("helmrelease",), with_source=True),
    "GitRepository": Words(("source", "git")),
    "OCIRepository": Words(("source", "oci")),
    "Bucket": Words(("source", "bucket")),
    "HelmRepository": Words(("source", "helm")),
    "HelmChart": Words(("source", "chart"), with_source=True),
    "ImageRepository": Words(("image", "repository")),
    "ImagePolicy": Words(("image", "policy")),
    "ImageUpdateAutomation": Words(("image", "update")),
    "Receiver": Words(("receiver",)),
    "Alert": Words(("alert",), reconciles=False),
    "Provider": Words(("alert-provider",), reconciles=False),
}
"""The kinds that can be suspended and resumed; most can be reconciled too (flux 2.9)."""


def spoken(verb: str, row: FluxObject) -> str:
    """A command of flux for one object, as a person types it; empty where flux has none for its kind."""
    if row.singular not in KINDS:
        return ""
    return f"flux {verb} {' '.join(KINDS[row.singular].words)} {row.name} -n {row.namespace}"
