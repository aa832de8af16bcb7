"""The questions that every component is asked: can it be seen, what state is its release in, are its workloads out?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from runners.layers.components.base import Judgement, Scene
from runners.layers.components.lost_objects import lost, lost_objects
from runners.layers.components.releases import (
    chart_versions,
    halted,
    in_flight,
    installed,
    release_findings,
    settling,
)
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds import AnyKind
from runners.layers.kinds.releases import RELEASES
from runners.layers.kinds.storage import CLAIMS
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS, Workload

WORKLOADS: tuple[AnyKind, ...] = (DEPLOYMENTS, DAEMONSETS, STATEFULSETS)
_SINGULAR = {kind.id: kind.singular for kind in WORKLOADS}


def unseen(scene: Scene, kinds: Iterable[AnyKind]) -> Iterator[Finding]:
    """A finding for each kind whose rows can't carry a verdict: forbidden, stale, or not loaded yet."""
    for kind in kinds:
        freshness = scene.rows.freshness(kind)
        if not freshness.trusted:
            yield doubt(kind.id, freshness, scene.now, kind.plural)


def doubt(about: str, freshness: Freshness, now: float, what: str) -> Finding:
    """The finding for rows that can't carry a verdict; ``what`` they are is said where a right is missing."""
    forbidden = freshness.reach is Reach.FORBIDDEN
    remedy = f"ask for the right to list and watch {what}" if forbidden else ""
    return Finding(about, Severity.UNKNOWN, freshness.words(now), remedy)


def sees(scene: Scene, *kinds: AnyKind) -> bool:
    """May it be said that something of these kinds is missing? Not where it could be there unseen."""
    return all(scene.rows.freshness(kind).trusted for kind in kinds)


def rollout_findings(workloads: Iterable[Workload]) -> Iterator[Finding]:
    """Workloads that are not fully rolled out."""
    for row in sorted(workloads, key=lambda row: row.name):
        about = f"{_SINGULAR[row.kind]} {row.name}"
        if row.stuck:
            yield Finding(about, Severity.BLOCKER, f"{_lag(row)}, {row.stuck}", "look at its pods", about=row.key)
        elif not row.rolled_out:
            yield Finding(about, Severity.WARNING, _lag(row), about=row.key)


def _lag(row: Workload) -> str:
    if row.ready < row.wanted:
        return f"{row.ready}/{row.wanted} ready"
    if row.updated < row.wanted:
        return f"{row.updated}/{row.wanted} updated"
    return f"{row.ready}/{row.wanted} ready" if row.observed else "has a change that its controller has not seen yet"


def missing_workloads(scene: Scene, wanted: Iterable[tuple[AnyKind, str]]) -> Iterator[Finding]:
    """Workloads that Helm makes and that do nothing: gone although their release stands, or of no pod at all."""
    wanted = tuple(wanted)
    there = {(row.kind, row.name): row for row in scene.workloads}
    yield from idle_workloads(there[kind.id, name] for kind, name in wanted if (kind.id, name) in there)
    if not installed(scene):
        return
    for kind, name in wanted:
        if (kind.id, name) not in there and sees(scene, kind):
            yield lost(scene, kind, name)


def idle_workloads(needed: Iterable[Workload]) -> Iterator[Finding]:
    """Workloads without which a component does nothing, and that want no pods: scaled to 0, or selecting no node."""
    for row in sorted(needed, key=lambda row: row.name):
        if row.observed and row.wanted == 0:
            remedy = "look at its node selector" if row.kind == DAEMONSETS.id else "scale it up"
            yield Finding(f"{_SINGULAR[row.kind]} {row.name}", Severity.BLOCKER, "wants no pods", remedy, about=row.key)


def ready_line(workloads: Iterable[Workload]) -> str:
    """``4 workloads: 3 ready, 1 rolling out``."""
    rows = list(workloads)
    ready = sum(row.rolled_out for row in rows)
    moving = f", {len(rows) - ready} rolling out" if ready < len(rows) else ""
    return f"{len(rows)} workload{'s' if len(rows) != 1 else ''}: {ready} ready{moving}" if rows else ""


def claim_findings(scene: Scene) -> Iterator[Finding]:
    """Claims that are not bound."""
    for row in sorted(scene.rows.within(CLAIMS, scene.namespaces), key=lambda row: row.key):
        about = f"claim {row.namespace}/{row.name}"
        if row.status == "Lost":
            yield Finding(about, Severity.BLOCKER, "lost its volume", about=row.key)
        elif row.status != "Bound":
            text = f"is {row.status} (class {row.storage_class or 'none'})"
            yield Finding(about, Severity.WARNING, text, about=row.key)


def judge_plain(scene: Scene) -> Judgement:
    """The part of every Helm component's rule that needs no knowledge of it: releases, and workloads that are there."""
    doubts = tuple(unseen(scene, (RELEASES, *WORKLOADS)))
    releases, workloads = scene.releases, scene.workloads
    if not releases and not workloads:
        return Judgement(findings=doubts, absent=not doubts, unseen=bool(doubts))
    gone = tuple(lost_objects(scene))
    problems = tuple(rollout_findings(workloads))
    # A rollout is progress for as long as nothing says that it is stuck; a failed release is never progress.
    moving = in_flight(scene) or (bool(problems) and settling(scene))
    return Judgement(
        findings=(*doubts, *release_findings(scene), *gone, *problems),
        version=chart_versions(scene),
        details=tuple(filter(None, (ready_line(workloads),))),
        progressing=moving and not halted(scene) and not gone,
    )


def judge_workloads(scene: Scene) -> Judgement:
    """The rule for a server of which nothing more is known than its namespaces: without a workload it serves nobody."""
    plain = judge_plain(scene)
    deployed = any(row.status == "deployed" for row in scene.releases.values())
    if not deployed or scene.workloads or not sees(scene, *WORKLOADS):
        return plain
    hollow = Finding(
        scene.name, Severity.WARNING, "its release is deployed and has no workload", f"repair {scene.name}"
    )
    progressing = plain.progressing or (settling(scene) and not halted(scene))
    return replace(plain, findings=(*plain.findings, hollow), progressing=progressing)
