"""Flux itself: its controllers, the sync that bootstrap or the operator made, and what isn't any component's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import WORKLOADS, idle_workloads, ready_line, rollout_findings, sees
from runners.layers.components.gitops import flux_doubts, moves
from runners.layers.components.gitops_objects import object_finding, overdue
from runners.layers.findings import Finding, Severity
from runners.layers.flux_roots import APPLIERS
from runners.layers.kinds.base import age
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.flux_operator import Report
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import Layer

FLUX_NAMESPACE = "flux-system"
_NAMED_AT_MOST = 20
"""Findings for single objects beside the sync: what one broken server takes along is said as a number."""


def judge_flux(scene: Scene) -> Judgement:
    """Controllers, sync, sources, and every other Flux object that no component is made of."""
    controllers = scene.workloads
    doubts = flux_doubts(scene)
    sync = [row for row in scene.appliers if row.namespace == FLUX_NAMESPACE]
    instances = [row for row in scene.flux.objects.values() if row.singular == "FluxInstance"]
    if not controllers and not sync and not instances:
        return Judgement(findings=doubts, absent=not doubts, unseen=bool(doubts))
    rollouts = (*_controller_findings(scene), *rollout_findings(controllers))
    findings = [object_finding(row, scene.flux, scene.now) for row in sync] or list(_no_sync(instances))
    return Judgement(
        findings=(*doubts, *findings, *rollouts, *_others(scene, sync), *_reported(scene)),
        version=next((row.short_revision for row in sync if row.short_revision), ""),
        details=tuple(filter(None, (*_sync_lines(sync, scene.now), ready_line(controllers), *_source_line(scene)))),
        progressing=moves(scene, sync, rollouts),
    )


def _controller_findings(scene: Scene) -> Iterator[Finding]:
    controllers = scene.workloads
    if not controllers and sees(scene, *WORKLOADS):
        yield Finding(
            "Flux",
            Severity.BLOCKER,
            "has no controllers, although what it syncs is there: nothing is applied",
            "bootstrap",
        )
    yield from idle_workloads(
        row
        for row in controllers
        if row.kind == DEPLOYMENTS.id and (row.name.endswith("-controller") or row.name == "flux-operator")
    )


def _no_sync(instances: Sequence[FluxObject]) -> Iterator[Finding]:
    if not instances:
        text = "is not there: Flux runs, and syncs nothing"
        yield Finding("Kustomization flux-system", Severity.WARNING, text, "bootstrap")
    for row in instances:
        where = f"FluxInstance {row.namespace}/{row.name}"
        if row.sync is None:
            text, remedy = "asks for no sync: Flux runs, and syncs nothing", "give it a spec.sync"
        else:
            text, remedy = f"wants {row.sync.path or 'the root'} of {row.sync.url} synced, and nothing is yet", ""
        yield Finding(where, Severity.WARNING, text, remedy, about=row.key)


def _others(scene: Scene, sync: Sequence[FluxObject]) -> Iterator[Finding]:
    """What is wrong with sources and the like; what only waits for one of them is counted, not named."""
    synced_from = {scene.flux.source(row) for row in sync}
    named, unnamed = 0, 0
    troubled = [row for row in scene.flux.objects.values() if row.singular not in APPLIERS and row.status != "ready"]
    for row in sorted(troubled, key=attrgetter("singular", "namespace", "name")):
        if row.status in ("progressing", "waiting") and not overdue(row, scene.now):
            continue
        if scene.flux.root(row) is not None or named >= _NAMED_AT_MOST:
            unnamed += 1
            continue
        named += 1
        found = object_finding(row, scene.flux, scene.now)
        # A source that fails after it worked leaves everything as it is; only what nothing can start from is a failure.
        fatal = row.singular == "FluxInstance" or (row.ref in synced_from and not row.revision)
        yield replace(found, severity=found.severity if fatal else min(found.severity, Severity.WARNING))
    if unnamed:
        yield Finding("Flux", Severity.WARNING, f"{unnamed} other objects are not ready", "see the tab Flux")


def _reported(scene: Scene) -> Iterator[Finding]:
    """What a FluxReport adds to what is seen: the operator's own words on controllers and sync."""
    for row in scene.flux.objects.values():
        if row.report is None:
            continue
        where = f"FluxReport {row.namespace}/{row.name}"
        for words in row.report.unready:
            yield Finding(where, Severity.WARNING, words, about=row.key)
        if row.report.sync_ready is False:
            text = f"the sync is not ready: {row.report.sync_status or 'no reason given'}"
            yield Finding(where, Severity.WARNING, text, about=row.key)
        yield Finding(where, Severity.OK, _report_words(row.report), about=row.key)


def _report_words(report: Report) -> str:
    numbers = [
        f"{sum(getattr(each, state) for each in report.reconcilers)} {state}"
        for state in ("running", "failing", "suspended")
    ]
    return f"{report.version} is {report.status or 'of unknown state'} · {', '.join(numbers)}"


def _source_line(scene: Scene) -> Iterator[str]:
    states = Counter(row.status for row in scene.flux.objects.values() if row.singular.endswith("Repository"))
    if states.total():
        best_first = sorted(states.items(), key=lambda item: item[0] != "ready")
        said = ", ".join(f"{count} {state}" for state, count in best_first)
        yield f"{states.total()} source{'s' if states.total() != 1 else ''}: {said}"


def _sync_lines(sync: Sequence[FluxObject], now: float) -> Iterator[str]:
    for row in sync:
        if row.path:
            yield f"{row.path} from {row.source.rpartition('/')[2]} · since {age(now - row.created)}"


FLUX = Component("flux-system", Layer.GITOPS, (FLUX_NAMESPACE,), judge_flux)
