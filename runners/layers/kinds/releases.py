"""Helm releases, from the labels of the Secrets that Helm keeps them in; what is inside is never asked for.

Helm writes one Secret a revision, ``sh.helm.release.v1.NAME.vN``, labelled ``owner=helm``, ``name``, ``version`` (the
revision) and ``status``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, text
from runners.layers.kinds.base import AGE, NAMESPACE, Column, Kind, Row, Tone, head


@dataclass(frozen=True, slots=True)
class Revision(Row):
    """One revision of one release."""

    release: str
    revision: int
    status: str
    """``deployed``, ``superseded``, ``failed``, ``uninstalling``, ``pending-install`` …"""
    modified: float
    """Seconds since the epoch of Helm's ``modifiedAt`` label; 0 when it has none."""


def revision_row(kind: str, obj: Json) -> Revision:
    """The row of the metadata of one of Helm's Secrets."""
    labels = mapping(obj, "metadata", "labels")
    return Revision(
        *head(kind, obj),
        release=text(labels, "name"),
        revision=integer(labels, "version"),
        status=text(labels, "status", default="unknown"),
        modified=float(integer(labels, "modifiedAt")),
    )


def in_the_middle(status: str) -> bool:
    """Is it a state that Helm passes through?"""
    return status.startswith("pending") or status == "uninstalling"


def current(revisions: Iterable[Revision]) -> dict[tuple[str, str], Revision]:
    """The newest revision of each release, by (namespace, name): Helm's own idea of what is installed."""
    newest: dict[tuple[str, str], Revision] = {}
    for row in revisions:
        at = (row.namespace, row.release)
        if at not in newest or newest[at].revision < row.revision:
            newest[at] = row
    return newest


def revision_tone(row: Revision) -> Tone:
    """Loud when it failed or hangs, muted when another came after it."""
    if row.status == "deployed":
        return Tone.PLAIN
    if row.status == "superseded":
        return Tone.MUTED
    return Tone.MOVING if row.status.startswith(("pending", "uninstalling")) else Tone.BAD


RELEASES: Kind[Revision] = Kind(
    id="releases",
    table="releases",
    group="",
    version="v1",
    plural="secrets",
    singular="Secret",
    labels="owner=helm",
    metadata_only=True,
    row=revision_row,
    columns=(
        NAMESPACE,
        Column("RELEASE", lambda row, _now: row.release, grows=True),
        Column("REVISION", lambda row, _now: str(row.revision), sort=lambda row: row.revision, right=True),
        Column("STATUS", lambda row, _now: row.status),
        AGE,
    ),
    tone=revision_tone,
    aliases=("release", "helm"),
)
