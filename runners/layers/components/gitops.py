"""Components that Flux deploys: judged by the Ready condition of what applies them, then by their workloads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from runners.layers.components.base import SETTLING, Component, Judgement, Scene
from runners.layers.components.common import WORKLOADS, doubt, idle_workloads, ready_line, rollout_findings, unseen
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import Layer
from runners.layers.rows import Rows

APPLIERS = ("Kustomization", "HelmRelease")
FLUX_NAMESPACE = "flux-system"
PATIENCE = 1800.0
"""Seconds for which a Flux object may be at work, or wait for another, before nobody should count on it any more."""


Appliers = Mapping[str, Sequence[FluxObject]]
"""Every Kustomization and HelmRelease, by name."""


def appliers_by_name(rows: Rows) -> Appliers:
    """Every Kustomization and HelmRelease, by name."""
    found: dict[str, list[FluxObject]] = {}
    for row in rows.table("flux"):
        if isinstance(row, FluxObject) and row.singular in APPLIERS:
            found.setdefault(row.name, []).append(row)
    return found


def overdue(row: FluxObject, now: float) -> bool:
    """Has it been at work, or waited, for too long? Not said of one whose readiness is older than its present task."""
    return row.status in ("progressing", "waiting") and row.ready != "True" and 0 < _begun(row) < now - PATIENCE


def _begun(row: FluxObject) -> float:
    # Without a Ready condition its controller never looked at it: it has waited for as long as it is there.
    return row.since if row.ready else row.created


def applier_finding(row: FluxObject, now: float) -> Finding:
    """What one Flux object's own conditions say."""
    about = f"{row.singular} {row.namespace}/{row.name}"
    words = f"{row.reason}: {row.message}" if row.message else row.reason or "not seen by its controller yet"
    if row.suspended:
        remedy = f"flux resume {row.singular.lower()} {row.name} -n {row.namespace}"
        return Finding(about, Severity.WARNING, "is suspended", remedy)
    if row.status == "ready":
        return Finding(about, Severity.OK, f"applied {row.short_revision}")
    if row.status == "failed":
        return Finding(about, Severity.BLOCKER, words)
    if overdue(row, now):
        words = f"{words} (for {age(now - _begun(row))})"
    return Finding(about, Severity.WARNING, words)


def judge(scene: Scene) -> Judgement:
    """A component by the Flux objects that bear its name, and the workloads in its namespaces."""
    mine = scene.appliers.get(scene.name, ())
    doubts = _doubts(scene)
    if not mine and not scene.workloads:
        return Judgement(findings=doubts, absent=not doubts)
    findings = [applier_finding(row, scene.now) for row in mine]
    rollouts = tuple(rollout_findings(scene.workloads))
    return Judgement(
        findings=(*doubts, *findings, *rollouts),
        version=next((row.short_revision for row in mine if row.short_revision), ""),
        details=tuple(filter(None, (ready_line(scene.workloads),))),
        progressing=_moves(scene, mine, rollouts),
    )


def judge_flux(scene: Scene) -> Judgement:
    """Flux itself: its controllers, and the sync that bootstrap made."""
    controllers = scene.workloads
    doubts = _doubts(scene)
    sync = [row for row in scene.appliers.get(FLUX_NAMESPACE, ()) if row.namespace == FLUX_NAMESPACE]
    if not controllers and not sync:
        return Judgement(findings=doubts, absent=not doubts)
    rollouts = (*_controller_findings(scene), *rollout_findings(controllers))
    findings = [applier_finding(row, scene.now) for row in sync] or [
        Finding(
            "Kustomization flux-system", Severity.WARNING, "is not there: Flux runs, and syncs nothing", "bootstrap"
        )
    ]
    return Judgement(
        findings=(*doubts, *findings, *rollouts),
        version=next((row.short_revision for row in sync if row.short_revision), ""),
        details=tuple(filter(None, (*_sync_lines(sync, scene.now), ready_line(controllers)))),
        progressing=_moves(scene, sync, rollouts),
    )


def _controller_findings(scene: Scene) -> Iterator[Finding]:
    controllers = scene.workloads
    if not controllers and not _workload_doubts(scene):
        yield Finding(
            "Flux",
            Severity.BLOCKER,
            "has no controllers, although what it syncs is there: nothing is applied",
            "bootstrap",
        )
    yield from idle_workloads(
        row for row in controllers if row.kind == DEPLOYMENTS.id and row.name.endswith("-controller")
    )


def _workload_doubts(scene: Scene) -> tuple[Finding, ...]:
    return tuple(unseen(scene, WORKLOADS))


def _doubts(scene: Scene) -> tuple[Finding, ...]:
    """What can't be seen of workloads and of Flux's kinds: a HelmRelease out of sight may be what applies it."""
    doubts = tuple(unseen(scene, (*WORKLOADS, KUSTOMIZATIONS)))
    others = scene.rows.table_freshness("flux")
    if others.trusted or not scene.rows.freshness(KUSTOMIZATIONS).trusted:
        return doubts
    return (*doubts, doubt("Flux objects", others, scene.now, "every Flux kind"))


def _moves(scene: Scene, rows: Sequence[FluxObject], rollouts: Sequence[Finding]) -> bool:
    """Nothing failed or takes too long, nobody suspended it, and something is under way."""
    if any(row.status in ("failed", "suspended") or overdue(row, scene.now) for row in rows):
        return False
    if any(finding.severity is Severity.BLOCKER for finding in rollouts):
        return False
    if any(row.status != "ready" for row in rows):
        return True
    # Nobody is at work any more: what isn't rolled out is on its way only for a while after the last change.
    changed = [max(row.since, row.created) for row in rows]
    changed += [row.created for row in scene.workloads if not row.rolled_out]
    return bool(rollouts) and scene.now - max(changed, default=0.0) < SETTLING


def _sync_lines(sync: Sequence[FluxObject], now: float) -> Iterator[str]:
    for row in sync:
        if row.path:
            yield f"{row.path} from {row.source.rpartition('/')[2]} · since {age(now - row.created)}"


def summary(appliers: Appliers) -> str:
    """The GitOps pane's last line: ``12 ready, 1 failed, 1 suspended of 14 Kustomizations``."""
    found = [row for rows in appliers.values() for row in rows]
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
