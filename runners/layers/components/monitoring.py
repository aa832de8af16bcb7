"""Monitoring: Prometheus and Alertmanager by their own objects, since a release is ready before its servers are."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.base import Component, Judgement, Scene, subject
from runners.layers.components.common import claim_findings, unseen
from runners.layers.components.gitops import judge_namespaces, with_own
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.monitoring import ALERTMANAGERS, PROMETHEUSES, MonitoringServer
from runners.layers.kinds.storage import CLAIMS
from runners.layers.picture import Layer

_SERVERS = (PROMETHEUSES, ALERTMANAGERS)
_SINGULAR = {kind.id: kind.singular for kind in _SERVERS}


def judge(scene: Scene) -> Judgement:
    """What Flux says, every workload, the servers' own conditions, and the claims that they write to."""
    plain = judge_namespaces(scene)
    if plain.absent or plain.unseen:
        return plain
    servers = [row for kind in _SERVERS for row in scene.rows.within(kind, scene.namespaces)]
    return with_own(
        scene,
        plain,
        lost=tuple(unseen(scene, (*_SERVERS, CLAIMS))),
        own=(*(finding for row in servers for finding in _server_findings(row)), *claim_findings(scene)),
        details=tuple(f"{_SINGULAR[row.kind]} {row.name}: {row.serving}/{row.wanted} serve" for row in servers),
    )


def _server_findings(row: MonitoringServer) -> Iterator[Finding]:
    about = subject(row, _SINGULAR[row.kind])
    if row.paused:
        yield Finding(about, Severity.NOTE, "is paused: the operator leaves it as it is", about=row.key)
    if row.available.status == "False":
        text = f"is not available: {row.available.words}"
        yield Finding(about, Severity.BLOCKER, text, "look at its pods and claims", about=row.key)
    elif row.available.status == "Degraded":
        text = f"{row.serving}/{row.wanted} serve: {row.available.words}"
        yield Finding(about, Severity.WARNING, text, "look at its pods", about=row.key)
    elif row.available.status != "True" and not row.paused:
        text = "says nothing of being available: the operator has not seen it yet"
        yield Finding(about, Severity.WARNING, text, about=row.key)
    if row.reconciled.status == "False":
        text = f"could not be reconciled: {row.reconciled.words}"
        yield Finding(about, Severity.WARNING, text, "mend what the operator says", about=row.key)


MONITORING = Component("monitoring", Layer.GITOPS, ("monitoring",), judge)
