"""Components that Flux deploys: judged by the Flux objects of their name, then by what these applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from runners.layers.components.base import SETTLING, Component, Judgement, Scene
from runners.layers.components.common import WORKLOADS, doubt, ready_line, rollout_findings, sees, unseen
from runners.layers.components.gitops_objects import hopeless, object_finding
from runners.layers.findings import Finding, Severity
from runners.layers.flux_roots import APPLIERS
from runners.layers.flux_words import spoken
from runners.layers.kinds import AnyKind
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.workloads import Workload
from runners.layers.picture import Layer

_DOUBTED = (*WORKLOADS, KUSTOMIZATIONS)
_BY_ID: Mapping[str, AnyKind] = {kind.id: kind for kind in WORKLOADS}


def judge(scene: Scene) -> Judgement:
    """A component by the Flux objects that bear its name, and the workloads that these made."""
    return judge_service(scene, tuple(_made(scene)))


def judge_namespaces(scene: Scene) -> Judgement:
    """A component by the Flux objects that bear its name, and every workload in its namespaces."""
    return judge_service(scene, scene.workloads)


def judge_service(scene: Scene, workloads: Sequence[Workload]) -> Judgement:
    """What is said of every component of GitOps, whatever it is; ``workloads`` are its own."""
    mine = scene.appliers
    doubts = flux_doubts(scene)
    if not mine and not workloads:
        return Judgement(findings=doubts, absent=not doubts, unseen=bool(doubts))
    findings = [object_finding(row, scene.flux, scene.now) for row in mine]
    version = next((row.short_revision for row in mine if row.revision), "")
    rollouts = (*rollout_findings(workloads), *_lost(scene))
    # Of thousands of objects nearly all are ready: nothing more is asked of them.
    settled = not rollouts and all(row.status == "ready" for row in mine)
    return Judgement(
        findings=(*doubts, *findings, *rollouts),
        version=version,
        details=tuple(filter(None, (ready_line(workloads),))),
        progressing=not settled and moves(scene, mine, rollouts),
    )


def with_own(
    scene: Scene, plain: Judgement, *, lost: Sequence[Finding] = (), own: Sequence[Finding], details: Sequence[str] = ()
) -> Judgement:
    """What is said of every component, and what only its own rule knows.

    Args:
        scene: what the rule looks at.
        plain: what is said of every component.
        lost: what won't come by itself.
        own: what may still be on its way, for a while after the last change.
        details: lines for the card, before the plain ones.
    """
    troubled = [finding for finding in own if finding.severity > Severity.NOTE]
    at_work = is_fresh(scene) or any(row.status != "ready" for row in scene.appliers)
    waits = bool(troubled) and at_work and not hopeless_any(scene, scene.appliers)
    if waits:
        # Not a failure yet, and no better reason than what Flux itself says.
        own = [replace(each, severity=min(each.severity, Severity.WARNING)) for each in own]
    return replace(
        plain,
        findings=(*lost, *plain.findings, *own),
        details=(*details, *plain.details),
        progressing=(plain.progressing or waits) and not any(each.severity > Severity.NOTE for each in lost),
    )


def flux_doubts(scene: Scene) -> tuple[Finding, ...]:
    """What can't be seen of workloads and of Flux's kinds: a HelmRelease out of sight may be what applies it."""
    others = scene.rows.table_freshness("flux")
    if others.trusted and scene.rows.trusts(_DOUBTED):
        return ()
    doubts = tuple(unseen(scene, _DOUBTED))
    if others.trusted or not scene.rows.freshness(KUSTOMIZATIONS).trusted:
        return doubts
    return (*doubts, doubt("Flux objects", others, scene.now, "every Flux kind"))


def moves(scene: Scene, rows: Sequence[FluxObject], rollouts: Sequence[Finding]) -> bool:
    """Nothing failed or takes too long, nobody suspended it, and something is under way."""
    if hopeless_any(scene, rows) or any(finding.severity is Severity.BLOCKER for finding in rollouts):
        return False
    if any(row.status != "ready" for row in rows):
        return True
    # Nobody is at work any more: what isn't rolled out is on its way only for a while after the last change.
    return bool(rollouts) and is_fresh(scene)


def hopeless_any(scene: Scene, rows: Sequence[FluxObject]) -> bool:
    """Will any of them stay as it is until somebody does something?"""
    return any(hopeless(row, scene.flux, scene.now) for row in rows)


def is_fresh(scene: Scene) -> bool:
    """Did what Flux applies, or a workload that isn't out, change so lately that the rest may be on its way?"""
    # A Kustomization's Ready moves with every interval, so the revision's own time is asked first.
    changed = [max(row.changed or row.since, row.created) for row in scene.appliers]
    changed += [row.created for row in scene.workloads if not row.rolled_out]
    return scene.now - max(changed, default=0.0) < SETTLING


def _made(scene: Scene) -> Iterator[Workload]:
    """The workloads of a component: those in inventories, and where Flux keeps none, those of its Helm releases."""
    releases = {row.release for row in scene.appliers if row.release and not row.inventory and not row.remote}
    if releases:
        yield from (row for row in scene.workloads if row.release in releases)
    for key in dict.fromkeys(key for row in scene.appliers for key in row.workloads):
        found = scene.rows.get(key)
        if isinstance(found, Workload) and found.release not in releases:
            yield found


def _lost(scene: Scene) -> Iterator[Finding]:
    """Workloads that were applied and are gone: Flux puts them back, but for now they serve nobody."""
    for row in scene.appliers:
        for key in row.workloads:
            kind = _BY_ID[key[0]]
            if sees(scene, kind) and scene.rows.get(key) is None:
                text = f"is missing, although {row.singular} {row.name} applied it"
                yield Finding(f"{kind.singular} {key[1]}/{key[2]}", Severity.BLOCKER, text, spoken("reconcile", row))


def summary(appliers: Mapping[str, Sequence[FluxObject]]) -> str:
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


def service(name: str) -> Component:
    """A GitOps component of which no more is known than its name: it lives where Flux put it."""
    return Component(name, Layer.GITOPS, (), judge)
