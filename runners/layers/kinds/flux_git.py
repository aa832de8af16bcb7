"""What Flux's objects say of Git: where a source fetches from, and with which Secret a Kustomization decrypts."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, mapping, text

_SOURCES = ("GitRepository", "OCIRepository")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a source fetches from."""

    url: str
    branch: str
    """Or the tag, or the commit, whichever it names."""


@dataclass(frozen=True, slots=True)
class Decryption:
    """How a Kustomization decrypts what it applies."""

    secret: str
    """Name of the Secret with the keys, in its own namespace; empty where the controller has its keys elsewhere."""


def origin_of(obj: Json) -> Origin | None:
    """Where a decoded source fetches from; None where it is none, or of another kind."""
    if text(obj, "kind") not in _SOURCES:
        return None
    ref = mapping(obj, "spec", "ref")
    name = text(ref, "name").removeprefix("refs/heads/")
    return Origin(text(obj, "spec", "url"), text(ref, "branch") or text(ref, "tag") or name or text(ref, "commit"))


def decryption_of(obj: Json) -> Decryption | None:
    """How a decoded Kustomization decrypts; None where it does not."""
    found = mapping(obj, "spec", "decryption")
    return Decryption(text(found, "secretRef", "name")) if found else None
