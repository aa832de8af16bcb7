"""The Flux Operator, which installs Flux from a FluxInstance: what helmfile puts there, beside what it makes itself."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import idle_workloads, rollout_findings, unseen
from runners.layers.components.gitops import flux_doubts
from runners.layers.components.gitops_objects import object_finding
from runners.layers.components.releases import in_flight, release_findings, settling
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.releases import RELEASES
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import Layer

OPERATOR, INSTANCE = "flux-operator", "flux-instance"
"""Their charts, and the releases of them."""
_NAMESPACE = "flux-system"


def judge_operator(scene: Scene) -> Judgement:
    """Its release and its Deployment alone: what else runs in its namespace it has made, and is GitOps."""
    doubts = tuple(unseen(scene, (RELEASES, DEPLOYMENTS)))
    own = [row for row in scene.workloads if row.kind == DEPLOYMENTS.id and row.name == OPERATOR]
    releases = tuple(_of_release(scene))
    if not own and not releases:
        return Judgement(findings=doubts, absent=not doubts, unseen=bool(doubts))
    rollouts = (*idle_workloads(own), *rollout_findings(own))
    lost = (_missing(),) if not own and not doubts else ()
    return Judgement(
        findings=(*doubts, *releases, *lost, *rollouts),
        version=_version(scene),
        progressing=in_flight(scene) or (bool(rollouts or lost) and settling(scene)),
    )


def judge_instance(scene: Scene) -> Judgement:
    """The release, and what the operator says of the FluxInstance that it makes."""
    doubts = (*unseen(scene, (RELEASES,)), *flux_doubts(scene))
    instances = [row for row in scene.flux.objects.values() if row.singular == "FluxInstance"]
    releases = tuple(_of_release(scene))
    if not instances and not releases:
        return Judgement(findings=doubts, absent=not doubts, unseen=bool(doubts))
    said = [object_finding(row, scene.flux, scene.now) for row in instances] or [_no_instance()]
    return Judgement(
        findings=(*doubts, *releases, *said),
        version=_version(scene),
        progressing=in_flight(scene) or any(_is_on_its_way(row) for row in instances),
    )


def _of_release(scene: Scene) -> Iterator[Finding]:
    """What is said of the component's own release, among others in the same namespace."""
    return (finding for finding in release_findings(scene) if finding.subject.endswith(f"/{scene.name}"))


def _version(scene: Scene) -> str:
    return next((scene.charts.get(at, "") for at in scene.releases if at[1] == scene.name), "")


def _is_on_its_way(row: FluxObject) -> bool:
    return row.status in ("waiting", "progressing")


def _missing() -> Finding:
    text = "is missing, although its release is there: nobody looks after the FluxInstance"
    return Finding(f"Deployment {OPERATOR}", Severity.BLOCKER, text, f"repair {OPERATOR}")


def _no_instance() -> Finding:
    return Finding("FluxInstance flux", Severity.BLOCKER, "is not there, although its release is", f"repair {INSTANCE}")


FLUX_OPERATOR = Component(OPERATOR, Layer.FOUNDATION, (_NAMESPACE,), judge_operator)
FLUX_INSTANCE = Component(INSTANCE, Layer.FOUNDATION, (_NAMESPACE,), judge_instance)
