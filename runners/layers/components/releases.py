"""What the Helm releases of a component say: their state, whether they are moving, and for how long that may last."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.base import SETTLING, Scene
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.releases import Revision, in_the_middle


def release_findings(scene: Scene) -> Iterator[Finding]:
    """What the state of each Helm release says."""
    for (namespace, name), row in sorted(scene.releases.items()):
        about = f"release {namespace}/{name}"
        if row.status == "failed":
            yield _failed(scene, row, about)
        elif hung(scene, row):
            yield _hung(scene, row, about)
        elif _moves(row) and (why := scene.late.get(f"{namespace}/{name}")):
            text = f"revision {row.revision} is {row.status} for {age(scene.now - _changed(row))}: {why}"
            yield Finding(about, Severity.WARNING, text, about=row.key)
        elif _moves(row):
            yield Finding(about, Severity.NOTE, f"revision {row.revision} is {row.status}", about=row.key)
        elif row.status == "deployed":
            yield Finding(about, Severity.OK, f"revision {row.revision} is deployed", about=row.key)
        else:
            yield Finding(about, Severity.UNKNOWN, f"revision {row.revision} is {row.status}", about=row.key)


def in_flight(scene: Scene) -> bool:
    """Is Helm at work on one of the releases, as far as anyone can tell?"""
    return any(_moves(row) and not hung(scene, row) for row in scene.releases.values())


def hung(scene: Scene, row: Revision) -> bool:
    """Is it in a state that Helm passes through, for longer than it may take, with nobody at it and nothing moving?"""
    return _moves(row) and scene.late.get(f"{row.namespace}/{row.release}") == ""


def installed(scene: Scene) -> bool:
    """Should what Helm makes be there: is a release deployed, or does an older revision stand after a lost upgrade?"""
    return any(
        row.status == "deployed" or ((row.status == "failed" or hung(scene, row)) and _older_stands(scene, row))
        for row in scene.releases.values()
        if row.status != "uninstalling"
    )


def halted(scene: Scene) -> bool:
    """Does something say that what is missing won't come by itself: a failed or hung release, or a stuck rollout?"""
    return any(row.status == "failed" or hung(scene, row) for row in scene.releases.values()) or any(
        row.stuck for row in scene.workloads
    )


def settling(scene: Scene) -> bool:
    """Did a release change so lately that what is missing may still be on its way?"""
    return any(scene.now - _changed(row) < SETTLING for row in scene.releases.values())


def chart_versions(scene: Scene) -> str:
    """The version of the component's charts; several when its releases differ."""
    found = sorted({scene.charts.get(at, "") for at in scene.releases} - {""})
    return ", ".join(found)


def _failed(scene: Scene, row: Revision, about: str) -> Finding:
    remedy = f"read its last run, then apply {scene.name} again"
    workloads = scene.workloads
    if _older_stands(scene, row) and workloads and all(each.rolled_out for each in workloads):
        return Finding(
            about, Severity.WARNING, f"revision {row.revision} failed, an older one still serves", remedy, about=row.key
        )
    return Finding(about, Severity.BLOCKER, f"revision {row.revision} failed", remedy, about=row.key)


def _hung(scene: Scene, row: Revision, about: str) -> Finding:
    text = f"revision {row.revision} is {row.status} for {age(scene.now - _changed(row))}: nobody seems to be at it"
    if row.status == "uninstalling":
        remedy = "go to it in Releases: u takes the uninstall back; or finish it with helm uninstall"
        return Finding(about, Severity.BLOCKER, text, remedy, about=row.key)
    remedy = "go to it in Releases: u rolls it back, x deletes its record"
    return Finding(about, Severity.WARNING, text, remedy, about=row.key)


def _moves(row: Revision) -> bool:
    return in_the_middle(row.status)


def _changed(row: Revision) -> float:
    return max(row.modified, row.created)


def _older_stands(scene: Scene, newest: Revision) -> bool:
    return any(
        row.status in ("deployed", "superseded") and row.revision < newest.revision
        for row in scene.revisions
        if (row.namespace, row.release) == (newest.namespace, newest.release)
    )
