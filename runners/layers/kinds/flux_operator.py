"""What the Flux Operator's own kinds say beyond a Ready condition: a FluxInstance's sync, a FluxReport's counts."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth


@dataclass(frozen=True, slots=True)
class Sync:
    """``spec.sync`` of a FluxInstance: what bootstrap would have written as gotk-sync."""

    kind: str
    """Of its source: GitRepository, OCIRepository, Bucket."""
    url: str
    ref: str
    path: str


@dataclass(frozen=True, slots=True)
class Reconciler:
    """One kind in a FluxReport, and how many objects of it are in which state."""

    kind: str
    running: int
    failing: int
    suspended: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a FluxReport says of the whole installation."""

    version: str
    """The distribution: ``v2.9.4``."""
    status: str
    """The distribution's state in the operator's words: ``Installed``."""
    unready: tuple[str, ...]
    """Controllers that are not ready, with the operator's words: ``helm-controller: Failed``."""
    reconcilers: tuple[Reconciler, ...]
    sync_ready: bool | None
    """Is the sync ready; None where the report names no sync."""
    sync_status: str


def sync_of(obj: Json) -> Sync | None:
    """The sync that a decoded FluxInstance asks for; None where it asks for none."""
    found = mapping(obj, "spec", "sync")
    if not found:
        return None
    return Sync(text(found, "kind"), text(found, "url"), text(found, "ref"), text(found, "path"))


def report_of(obj: Json) -> Report:
    """What a decoded FluxReport says; the whole of it is in its ``spec``."""
    sync = mapping(obj, "spec", "sync")
    return Report(
        version=text(obj, "spec", "distribution", "version"),
        status=text(obj, "spec", "distribution", "status"),
        unready=tuple(
            f"{text(item, 'name')}: {text(item, 'status') or 'not ready'}"
            for item in sequence(obj, "spec", "components")
            if not truth(item, "ready")
        ),
        reconcilers=tuple(_reconciler(item) for item in sequence(obj, "spec", "reconcilers")),
        sync_ready=truth(sync, "ready") if sync else None,
        sync_status=text(sync, "status"),
    )


def _reconciler(item: object) -> Reconciler:
    stats = mapping(item, "stats")
    return Reconciler(
        text(item, "kind"), integer(stats, "running"), integer(stats, "failing"), integer(stats, "suspended")
    )
