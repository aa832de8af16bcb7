"""The Prometheus operator's servers: Prometheus and Alertmanager objects, which own the StatefulSets that run."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head
from runners.layers.kinds.conditions import NO_CONDITION, Condition, conditions


@dataclass(frozen=True, slots=True)
class MonitoringServer(Row):
    """One Prometheus or Alertmanager."""

    available: Condition
    """Its pods: ``True``, ``Degraded`` while some are missing, ``False`` when none serves."""
    reconciled: Condition
    """Did the operator carry out what it asks for?"""
    wanted: int
    serving: int
    paused: bool


def server_row(kind: str, obj: Json) -> MonitoringServer:
    """The row of a decoded Prometheus or Alertmanager."""
    found = conditions(obj)
    return MonitoringServer(
        *head(kind, obj),
        available=found.get("Available", NO_CONDITION),
        reconciled=found.get("Reconciled", NO_CONDITION),
        wanted=integer(obj, "spec", "replicas", default=1),
        serving=integer(obj, "status", "availableReplicas"),
        paused=truth(obj, "spec", "paused"),
    )


_TONES = {"True": Tone.GOOD, "False": Tone.BAD, "Degraded": Tone.WARN}


def _kind(plural: str, singular: str, *aliases: str) -> Kind[MonitoringServer]:
    return Kind(
        id=plural,
        table=plural,
        group="monitoring.coreos.com",
        version="v1",
        plural=plural,
        singular=singular,
        row=server_row,
        columns=(
            NAMESPACE,
            NAME,
            Column("AVAILABLE", lambda row, _now: row.available.status or "–", toned=True),
            Column("RECONCILED", lambda row, _now: row.reconciled.status or "–"),
            Column("SERVING", lambda row, _now: f"{row.serving}/{row.wanted}", drop=1),
            AGE,
        ),
        tone=lambda row: _TONES.get(row.available.status, Tone.MOVING),
        aliases=(singular.lower(), *aliases),
    )


PROMETHEUSES = _kind("prometheuses", "Prometheus", "prom")
ALERTMANAGERS = _kind("alertmanagers", "Alertmanager")
