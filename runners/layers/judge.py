"""From rows to the picture: each component is judged in its own terms, and the findings fold into verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from runners.layers.boundary import BoundaryLook, ground_of, worst_first
from runners.layers.components import KNOWN, foundation, gitops
from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.gitops import FLUX, appliers_by_name, summary
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LOADING, Freshness, Reach, least_fresh
from runners.layers.identity import Identity
from runners.layers.kinds import CORE
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.preflight import PreflightFacts, preflight
from runners.layers.rows import Rows
from runners.layers.runs import RunRecord
from runners.layers.settings import Settings
from runners.layers.verdicts import Verdict, fold


@dataclass(frozen=True)
class Observed:
    """Everything that a picture is made from."""

    rows: Rows
    settings: Settings
    now: float
    """Seconds since the epoch."""
    identity: Identity | None = None
    charts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(namespace, release) → version of its chart."""
    notices: tuple[Finding, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    """The newest runs on this cluster."""
    facts: PreflightFacts = field(default_factory=PreflightFacts)
    """What was gathered beside the rows: tools, rights, files."""
    boundary: BoundaryLook = field(default_factory=BoundaryLook)
    """Keeps what it found from one picture to the next."""


def picture(seen: Observed) -> Picture:
    """The verdicts and findings of one moment."""
    nodes = seen.rows.all(NODES)
    # Once for the whole picture: there may be as many of them as there are components.
    appliers = appliers_by_name(seen.rows)
    running, boundary = _flux_version(seen.rows), _boundary(seen)
    crossed = tuple(finding for finding in boundary if finding.severity is Severity.BLOCKER)
    return Picture(
        at=seen.now,
        identity=seen.identity,
        freshness=connection_freshness(seen.rows) if seen.identity else _before_it_answered(seen.rows),
        components=tuple(_state(component, spaces, seen, appliers) for component, spaces in members(seen, appliers)),
        nodes_ready=sum(row.ready for row in nodes),
        nodes=len(nodes),
        flux_version=running,
        flux_summary=summary(appliers),
        notices=(*seen.settings.notices, *seen.notices, *crossed),
        boundary=boundary,
        preflight=_preflight(seen, running),
        runs=seen.runs,
    )


def _boundary(seen: Observed) -> tuple[Finding, ...]:
    """Both ways: what of the foundation Flux manages, and what of GitOps the foundation needs."""
    git = seen.facts.git
    ground = ground_of(seen.rows, seen.settings, git.releases)
    return worst_first((*seen.boundary.downward(seen.rows, ground, git.objects), *git.upward))


def _preflight(seen: Observed, flux: str) -> tuple[Finding, ...]:
    server = seen.identity.version if seen.identity else ""
    return preflight(seen.facts, seen.rows, seen.settings, server, flux)


def members(seen: Observed, appliers: Iterable[str]) -> list[tuple[Component, tuple[str, ...]]]:
    """The components of both layers with their namespaces, in the order in which they come up.

    ``appliers`` are the names of what Flux applies.
    """
    found = [(foundation(entry.component, entry.namespaces), entry.namespaces) for entry in seen.settings.foundation]
    found.append((FLUX, FLUX.namespaces))
    named = list(seen.settings.gitops_components)
    # Without a list in bedplate.yaml, what Flux applies is the list.
    others = sorted(set(appliers) - {FLUX.name, *named})
    for name in (*named, *_in_known_order(others)):
        component = gitops(name)
        found.append((component, component.namespaces))
    return found


def _in_known_order(names: Iterable[str]) -> list[str]:
    order = {name: place for place, name in enumerate(KNOWN)}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def connection_freshness(rows: Rows) -> Freshness:
    """How fresh the connection as a whole is; a kind that is forbidden is its own pane's matter."""
    states = [rows.freshness(kind) for kind in CORE]
    reachable = [state for state in states if state.reach is not Reach.FORBIDDEN]
    return least_fresh(reachable or states)


def _before_it_answered(rows: Rows) -> Freshness:
    """Nothing is called live before it is known which cluster it is of."""
    found = connection_freshness(rows)
    return LOADING if found.reach is Reach.LIVE else found


def _state(
    component: Component, namespaces: tuple[str, ...], seen: Observed, appliers: Mapping[str, Sequence[FluxObject]]
) -> ComponentState:
    scene = Scene(component.name, seen.rows, namespaces, seen.now, seen.charts, appliers)
    judgement = component.judge(scene)
    verdict = Verdict.ABSENT if judgement.absent else fold(judgement.findings, progressing=judgement.progressing)
    return ComponentState(
        name=component.name,
        layer=component.layer,
        verdict=verdict,
        version=judgement.version,
        summary=_summary(component, judgement, verdict),
        details=judgement.details,
        findings=tuple(sorted(judgement.findings, key=lambda finding: -finding.severity)),
        namespaces=namespaces,
    )


def _summary(component: Component, judgement: Judgement, verdict: Verdict) -> str:
    if verdict is Verdict.ABSENT:
        return "not installed" if component.layer is Layer.FOUNDATION else "not there yet"
    telling = [finding for finding in judgement.findings if finding.severity >= Severity.NOTE]
    if not telling:
        return ""
    first = max(telling, key=lambda finding: finding.severity)
    more = f" (+{len(telling) - 1})" if len(telling) > 1 else ""
    # What bears the component's own name needs not be named on its card.
    about = "" if first.subject.rpartition("/")[2] == component.name else f"{first.subject} "
    return f"{about}{first.text}{more}"


def _flux_version(rows: Rows) -> str:
    found = rows.within(DEPLOYMENTS, FLUX.namespaces)
    return next((row.app_version for row in found if row.name.endswith("-controller") and row.app_version), "")
