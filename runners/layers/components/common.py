"""The questions that every component is asked: can it be seen, what state is its release in, are its workloads out?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runners.layers.components.base import SETTLING, Judgement, Scene
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Reach
from runners.layers.kinds import AnyKind
from runners.layers.kinds.releases import RELEASES, Revision
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS, Workload

WORKLOADS: tuple[AnyKind, ...] = (DEPLOYMENTS, DAEMONSETS, STATEFULSETS)
_SINGULAR = {kind.id: kind.singular for kind in WORKLOADS}


def unseen(scene: Scene, kinds: Iterable[AnyKind]) -> Iterator[Finding]:
    """A finding for each kind whose rows can't carry a verdict: forbidden, stale, or not loaded yet."""
    for kind in kinds:
        freshness = scene.rows.freshness(kind)
        if freshness.trusted:
            continue
        remedy = ""
        if freshness.reach is Reach.FORBIDDEN:
            remedy = f"ask for the right to list and watch {kind.plural}"
        yield Finding(kind.id, Severity.UNKNOWN, freshness.words(scene.now), remedy)


def sees(scene: Scene, *kinds: AnyKind) -> bool:
    """May it be said that something of these kinds is missing? Not where it could be there unseen."""
    return all(scene.rows.freshness(kind).trusted for kind in kinds)


def release_findings(scene: Scene) -> Iterator[Finding]:
    """What the state of each Helm release says."""
    for (namespace, name), row in sorted(scene.releases.items()):
        about = f"release {namespace}/{name}"
        if row.status == "failed":
            yield Finding(
                about,
                Severity.BLOCKER,
                f"revision {row.revision} failed",
                f"read its last run, then apply {scene.name} again",
            )
        elif row.status.startswith("pending") or row.status == "uninstalling":
            yield Finding(about, Severity.NOTE, f"revision {row.revision} is {row.status}")
        elif row.status == "deployed":
            yield Finding(about, Severity.OK, f"revision {row.revision} is deployed")
        else:
            yield Finding(about, Severity.UNKNOWN, f"revision {row.revision} is {row.status}")


def rollout_findings(workloads: Iterable[Workload]) -> Iterator[Finding]:
    """Workloads that are not fully rolled out."""
    for row in sorted(workloads, key=lambda row: row.name):
        about = f"{_SINGULAR[row.kind]} {row.name}"
        if row.stuck:
            yield Finding(about, Severity.BLOCKER, f"{row.ready}/{row.wanted} ready, {row.stuck}", "look at its pods")
        elif not row.rolled_out:
            yield Finding(about, Severity.WARNING, f"{row.ready}/{row.wanted} ready")


def missing_workloads(scene: Scene, wanted: Iterable[tuple[AnyKind, str]]) -> Iterator[Finding]:
    """Workloads that Helm makes and that are not there although their release is deployed."""
    if not any(row.status == "deployed" for row in scene.releases.values()):
        return
    there = {(row.kind, row.name) for row in scene.workloads}
    for kind, name in wanted:
        if (kind.id, name) not in there and sees(scene, kind):
            yield Finding(
                f"{kind.singular} {name}",
                Severity.BLOCKER,
                "is missing, although its release is deployed",
                f"repair {scene.name}",
            )


def in_flight(releases: Iterable[Revision]) -> bool:
    """Is Helm at work on one of them?"""
    return any(row.status.startswith("pending") for row in releases)


def settling(scene: Scene) -> bool:
    """Did a release change so lately that what is missing may still be on its way?"""
    changed = [max(row.modified, row.created) for row in scene.releases.values()]
    return bool(changed) and scene.now - max(changed) < SETTLING


def chart_versions(scene: Scene) -> str:
    """The version of the component's charts; several when its releases differ."""
    found = sorted({scene.charts.get(at, "") for at in scene.releases} - {""})
    return ", ".join(found)


def ready_line(workloads: Iterable[Workload]) -> str:
    """``4 workloads: 3 ready, 1 rolling out``."""
    rows = list(workloads)
    ready = sum(row.rolled_out for row in rows)
    moving = f", {len(rows) - ready} rolling out" if ready < len(rows) else ""
    return f"{len(rows)} workload{'s' if len(rows) != 1 else ''}: {ready} ready{moving}" if rows else ""


def judge_workloads(scene: Scene) -> Judgement:
    """The rule for a component of which nothing more is known than its namespaces."""
    doubts = tuple(unseen(scene, (RELEASES, *WORKLOADS)))
    releases, workloads = scene.releases, scene.workloads
    if not releases and not workloads:
        return Judgement(findings=doubts, absent=not doubts, unseen=bool(doubts))
    problems = tuple(rollout_findings(workloads))
    # A rollout is progress for as long as nothing says that it is stuck; a failed release is never progress.
    moving = in_flight(releases.values()) or (bool(problems) and settling(scene))
    failed = any(row.status == "failed" for row in releases.values())
    return Judgement(
        findings=(*doubts, *release_findings(scene), *problems),
        version=chart_versions(scene),
        details=tuple(filter(None, (ready_line(workloads),))),
        progressing=moving and not failed and not any(row.stuck for row in workloads),
    )
