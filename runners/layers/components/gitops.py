"""Components that Flux deploys: judged by the Ready condition of what applies them, then by their workloads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import WORKLOADS, ready_line, rollout_findings, unseen
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.picture import Layer
from runners.layers.rows import Rows

APPLIERS = ("Kustomization", "HelmRelease")
FLUX_NAMESPACE = "flux-system"


def appliers(rows: Rows) -> list[FluxObject]:
    """Every Kustomization and HelmRelease."""
    return [row for row in rows.table("flux") if isinstance(row, FluxObject) and row.singular in APPLIERS]


def applier_finding(row: FluxObject) -> Finding:
    """What one Flux object's own conditions say."""
    about = f"{row.singular} {row.namespace}/{row.name}"
    words = f"{row.reason}: {row.message}" if row.message else row.reason or "not seen by its controller yet"
    if row.suspended:
        return Finding(about, Severity.WARNING, "is suspended", f"flux resume {row.singular.lower()} {row.name}")
    if row.status == "ready":
        return Finding(about, Severity.OK, f"applied {row.short_revision}")
    if row.status == "failed":
        return Finding(about, Severity.BLOCKER, words)
    return Finding(about, Severity.WARNING, words)


def judge(scene: Scene) -> Judgement:
    """A component by the Flux objects that bear its name, and the workloads in its namespaces."""
    mine = [row for row in appliers(scene.rows) if row.name == scene.name]
    doubts = _doubts(scene)
    if not mine and not scene.workloads:
        return Judgement(findings=doubts, absent=not doubts)
    findings = [applier_finding(row) for row in mine]
    rollouts = tuple(rollout_findings(scene.workloads))
    return Judgement(
        findings=(*doubts, *findings, *rollouts),
        version=next((row.short_revision for row in mine if row.short_revision), ""),
        details=tuple(filter(None, (ready_line(scene.workloads),))),
        progressing=_moves(mine, rollouts),
    )


def judge_flux(scene: Scene) -> Judgement:
    """Flux itself: its controllers, and the sync that bootstrap made."""
    controllers = scene.workloads
    doubts = _doubts(scene)
    if not controllers:
        return Judgement(findings=doubts, absent=not doubts)
    sync = [row for row in appliers(scene.rows) if row.namespace == FLUX_NAMESPACE and row.name == FLUX_NAMESPACE]
    rollouts = tuple(rollout_findings(controllers))
    findings = [applier_finding(row) for row in sync] or [
        Finding(
            "Kustomization flux-system", Severity.WARNING, "is not there: Flux runs, and syncs nothing", "bootstrap"
        )
    ]
    return Judgement(
        findings=(*doubts, *findings, *rollouts),
        version=next((row.short_revision for row in sync if row.short_revision), ""),
        details=tuple(filter(None, (*_sync_lines(sync, scene.now), ready_line(controllers)))),
        progressing=_moves(sync, rollouts),
    )


def _doubts(scene: Scene) -> tuple[Finding, ...]:
    return tuple(unseen(scene, (*WORKLOADS, KUSTOMIZATIONS)))


def _moves(rows: Sequence[FluxObject], rollouts: Sequence[Finding]) -> bool:
    """Nothing failed, nobody suspended it, and something is under way."""
    if any(row.status in ("failed", "suspended") for row in rows):
        return False
    stuck = any(finding.severity is Severity.BLOCKER for finding in rollouts)
    return not stuck and (bool(rollouts) or any(row.status != "ready" for row in rows))


def _sync_lines(sync: Sequence[FluxObject], now: float) -> Iterator[str]:
    for row in sync:
        if row.path:
            yield f"{row.path} from {row.source.rpartition('/')[2]} · since {age(now - row.created)}"


def summary(rows: Rows) -> str:
    """The GitOps pane's last line: ``12 ready, 1 failed, 1 suspended of 14 Kustomizations``."""
    found = appliers(rows)
    if not found:
        return ""
    number = Counter(row.singular for row in found)
    kinds = [f"{number[name]} {name}{'s' if number[name] != 1 else ''}" for name in APPLIERS if number[name]]
    states = Counter(row.status for row in found)
    words = [f"{states[word]} {word}" for word in dict.fromkeys(("ready", *sorted(states))) if states[word]]
    # What matters comes first: a narrow pane shows one line of it.
    return f"{', '.join(words)} of {', '.join(kinds)}"


FLUX = Component("flux-system", Layer.GITOPS, (FLUX_NAMESPACE,), judge_flux)


def service(name: str, *namespaces: str) -> Component:
    """A GitOps component of which no more is known than its name and namespaces."""
    return Component(name, Layer.GITOPS, namespaces, judge)


METALLB = service("metallb", "metallb-system")
CERT_MANAGER = service("cert-manager", "cert-manager")
HAPROXY = service("haproxy-ingress", "haproxy-controller", "haproxy-ingress")
MONITORING = service("monitoring", "monitoring")
