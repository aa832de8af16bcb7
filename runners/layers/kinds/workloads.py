"""Deployments, DaemonSets and StatefulSets: one row type, since all three are asked one question: rolled out?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, applied_by, head

RELEASE_NAME = "meta.helm.sh/release-name"
RELEASE_NAMESPACE = "meta.helm.sh/release-namespace"
APP_VERSION = "app.kubernetes.io/version"


@dataclass(frozen=True, slots=True)
class Workload(Row):
    """One Deployment, DaemonSet or StatefulSet."""

    wanted: int
    ready: int
    updated: int
    observed: bool
    """Its controller has seen the newest generation; until then the counts are of the one before."""
    stuck: str
    """Why the rollout can't go on (``ProgressDeadlineExceeded``); empty while it may."""
    release: str
    """``namespace/name`` of the Helm release that owns it, from its annotations; empty when none does."""
    app_version: str
    """Its ``app.kubernetes.io/version`` label; empty when it has none."""
    applied_by: str = ""
    """The Flux object that put it there, by its labels; empty when none did."""

    @property
    def rolled_out(self) -> bool:
        """Every pod that is wanted is there, of the newest kind, and ready."""
        return self.observed and self.ready >= self.wanted and self.updated >= self.wanted


def _workload(kind: str, obj: Json, *, wanted: int, ready: int, updated: int) -> Workload:
    notes = mapping(obj, "metadata", "annotations")
    release = text(notes, RELEASE_NAME)
    stuck = next(
        (
            text(item, "reason")
            for item in sequence(obj, "status", "conditions")
            if text(item, "type") == "Progressing" and text(item, "status") == "False"
        ),
        "",
    )
    return Workload(
        *head(kind, obj),
        wanted=wanted,
        ready=ready,
        updated=updated,
        observed=integer(obj, "status", "observedGeneration") >= integer(obj, "metadata", "generation"),
        stuck=stuck,
        release=f"{text(notes, RELEASE_NAMESPACE)}/{release}" if release else "",
        app_version=text(mapping(obj, "metadata", "labels"), APP_VERSION),
        applied_by=applied_by(obj),
    )


def replicated_row(kind: str, obj: Json) -> Workload:
    """The row of a decoded Deployment or StatefulSet."""
    return _workload(
        kind,
        obj,
        wanted=integer(obj, "spec", "replicas", default=1),
        ready=integer(obj, "status", "readyReplicas"),
        updated=integer(obj, "status", "updatedReplicas"),
    )


def daemonset_row(kind: str, obj: Json) -> Workload:
    """The row of a decoded DaemonSet."""
    return _workload(
        kind,
        obj,
        wanted=integer(obj, "status", "desiredNumberScheduled"),
        ready=integer(obj, "status", "numberReady"),
        updated=integer(obj, "status", "updatedNumberScheduled"),
    )


def _kind(plural: str, singular: str, row: Callable[[str, Json], Workload], aliases: tuple[str, ...]) -> Kind[Workload]:
    return Kind(
        id=plural,
        table=plural,
        group="apps",
        version="v1",
        plural=plural,
        singular=singular,
        row=row,
        columns=(
            NAMESPACE,
            NAME,
            Column("READY", lambda row, _now: f"{row.ready}/{row.wanted}", toned=True),
            Column("UPDATED", lambda row, _now: str(row.updated), right=True, drop=2),
            Column("RELEASE", lambda row, _now: row.release or "–", drop=1),
            AGE,
        ),
        tone=lambda row: Tone.PLAIN if row.rolled_out else Tone.BAD if row.stuck else Tone.MOVING,
        aliases=aliases,
    )


DEPLOYMENTS = _kind("deployments", "Deployment", replicated_row, ("deploy", "deployment"))
DAEMONSETS = _kind("daemonsets", "DaemonSet", daemonset_row, ("ds", "daemonset"))
STATEFULSETS = _kind("statefulsets", "StatefulSet", replicated_row, ("sts", "statefulset"))
