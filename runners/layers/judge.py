"""From rows to the picture: each component is judged in its own terms, and the findings fold into verdicts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from runners.layers.boundary import BoundaryLook, ground_of, worst_first
from runners.layers.claim_probe import CLAIM
from runners.layers.components import KNOWN, foundation, gitops
from runners.layers.components.base import Component, Judgement, Revisions, Scene
from runners.layers.components.flux import FLUX
from runners.layers.components.gitops import summary
from runners.layers.components.object_storage import S3
from runners.layers.findings import Finding, Severity
from runners.layers.flux_roots import FluxIndex
from runners.layers.flux_sight import FluxSight, troubled
from runners.layers.freshness import LOADING, Freshness, Reach, least_fresh
from runners.layers.identity import Identity
from runners.layers.kinds import CORE
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.storage import CLAIMS
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.memo import Memo
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.preflight import PreflightFacts, preflight
from runners.layers.probes import Evidence, probe_findings
from runners.layers.rows import Rows, Steady
from runners.layers.runs import RunRecord
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.sight import CLOCK, Mark, Sight
from runners.layers.survival.fates import Fates
from runners.layers.survival.fold import Survival
from runners.layers.survival.jobs import job_findings
from runners.layers.survival.judge import Surroundings, survival
from runners.layers.suspension import Suspension
from runners.layers.verdicts import Verdict, fold

T = TypeVar("T")

TICK = 5.0
"""Seconds after which rules that look at the clock are asked again although nothing changed."""


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
    objects: Revisions = field(default_factory=dict)
    """What should be there of the foundation's releases."""
    late: Mapping[str, str] = field(default_factory=dict)
    """``namespace/name`` of a release left in the middle for too long → why it isn't stuck yet; empty where it is."""
    notices: tuple[Finding, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    """The newest runs on this cluster."""
    facts: PreflightFacts = field(default_factory=PreflightFacts)
    """What was gathered beside the rows: tools, rights, files."""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    """Component → what its last probe found."""
    suspensions: Mapping[str, Suspension] = field(default_factory=dict)
    """``Kind/namespace/name`` of what is suspended → by whom, and since when."""
    surroundings: Surroundings | None = None
    """What was found outside the rows; None while nobody has looked."""


Member = tuple[Component, tuple[str, ...]]
"""A component and its namespaces."""


@dataclass(frozen=True)
class Roster:
    """Who is in a picture, and what Flux has: everything that takes a look at all of Flux's objects."""

    members: Mapping[Hashable, Member] = field(default_factory=dict)
    """In the order in which they come up; a hand-over has two of one name, one in each layer."""
    flux: FluxIndex = field(default_factory=FluxIndex)
    summary: str = ""

    def renewed(self, sight: Sight, settings: Settings) -> Roster:
        """The one of this moment; of the same members where no name came or went."""
        flux = flux_index(sight)
        same = self.members and flux.appliers.keys() == self.flux.appliers.keys()
        named = self.members if same else {_key(member): member for member in members(settings, flux.appliers)}
        return Roster(named, flux, summary(flux.appliers))


def flux_index(rows: Rows) -> FluxIndex:
    """Every Flux object that is seen, for all rules alike."""
    table = KUSTOMIZATIONS.table
    return FluxIndex(rows.table(table), complete=rows.table_freshness(table).trusted)


class Judge:
    """Makes pictures, and asks again only the rules whose rows changed since the last one."""

    def __init__(self) -> None:
        """Starts without having seen anything."""
        self._memo = Memo()
        self._fates = Fates()
        self._roster = Roster()
        self._states: dict[Hashable, ComponentState] = {}
        self._beside: tuple[object, ...] = ()
        """What was seen beside the rows: what helm says, what was gathered ahead, and of which cluster it is."""
        self._timed = float("-inf")
        self._boundary = BoundaryLook()

    def picture(self, seen: Observed, changed: Iterable[Mark] = ()) -> Picture:
        """The verdicts and findings of one moment.

        Args:
            seen: the same rows and settings each time.
            changed: everything that changed in the rows since the last time.
        """
        seen = replace(seen, rows=Steady(seen.rows))
        self._look_again(seen, set(changed))
        return self._picture(seen)

    def _picture(self, seen: Observed) -> Picture:
        nodes_ready, nodes = self._ask("nodes", seen, _count_nodes)
        boundary = self._ask("boundary", seen, partial(self._both_ways, seen))
        crossed = (finding for finding in boundary if finding.severity is Severity.BLOCKER)
        return Picture(
            at=seen.now,
            identity=seen.identity,
            freshness=connection_freshness(seen.rows) if seen.identity else _before_it_answered(seen.rows),
            components=tuple(self._states.values()),
            nodes_ready=nodes_ready,
            nodes=nodes,
            flux_version=self._ask("flux version", seen, _flux_version),
            flux_summary=self._roster.summary,
            notices=(*seen.settings.notices, *seen.notices, *crossed),
            boundary=boundary,
            preflight=self._ask("preflight", seen, partial(_preflight, seen)),
            survival=self._survival(seen),
            runs=seen.runs,
            suspensions=seen.suspensions,
        )

    def _survival(self, seen: Observed) -> Survival:
        claims, jobs = self._ask("claims", seen, self._fates.join), self._ask("jobs", seen, job_findings)
        fresh, around = seen.rows.freshness(CLAIMS), seen.surroundings
        return survival(claims, fresh, around, seen.runs, seen.now, seen.identity, jobs)

    def _both_ways(self, seen: Observed, sight: Sight) -> tuple[Finding, ...]:
        """What of the foundation Flux manages, and what of GitOps the foundation needs."""
        git = seen.facts.git
        ground = ground_of(sight, seen.settings, git.releases)
        return worst_first((*self._boundary.downward(sight, ground, git.objects), *git.upward))

    def _look_again(self, seen: Observed, changed: set[Mark]) -> None:
        """Judges the components anew whose rows changed."""
        beside = (seen.charts, seen.objects, seen.late, seen.evidence, seen.facts, seen.identity, seen.suspensions)
        if beside != self._beside:
            self._memo.forget_all()
            self._roster, self._beside = Roster(), beside
        if not 0 <= seen.now - self._timed < TICK:
            changed.add(CLOCK)
            self._timed = seen.now
        dropped = set(self._memo.forget(changed))
        before = self._roster
        self._roster = self._ask("roster", seen, lambda sight: before.renewed(sight, seen.settings))
        if self._roster.flux is not before.flux:
            dropped |= self._memo.forget(troubled(before.flux, self._roster.flux))
        if self._roster.members is not before.members:
            self._states = {key: self._state(key, seen) for key in self._roster.members}
        else:
            self._states |= {key: self._state(key, seen) for key in dropped & self._roster.members.keys()}

    def _ask(self, name: Hashable, seen: Observed, question: Callable[[Sight], T]) -> T:
        return self._memo.ask(name, lambda: Sight(seen.rows, seen.now), question)

    def _state(self, key: Hashable, seen: Observed) -> ComponentState:
        def judged(sight: Sight) -> ComponentState:
            component, spaces = self._roster.members[key]
            flux = FluxSight(self._roster.flux, sight, seen.suspensions)
            if component.layer is Layer.GITOPS and component is not FLUX:
                spaces = (*spaces, *_made_spaces(flux.appliers(component.name), spaces))
            scene = Scene(component.name, sight, spaces, flux, seen.charts, seen.objects, seen.late)
            judgement = component.judge(scene)
            if component.probe and not (judgement.absent or judgement.unseen):
                proof = probe_findings(component.probe, seen.evidence.get(component.name), sight.now)
                judgement = replace(judgement, findings=(*judgement.findings, *proof))
            return _state(component, spaces, judgement)

        return self._ask(key, seen, judged)


def _made_spaces(appliers: Iterable[FluxObject], own: tuple[str, ...]) -> tuple[str, ...]:
    """The namespaces, beside a component's own, in which Flux has made something of it."""
    return tuple(sorted({space for row in appliers for space in row.spaces} - {*own}))


def _key(member: Member) -> Hashable:
    return member[0].layer.value, member[0].name


def picture(seen: Observed) -> Picture:
    """The verdicts and findings of one moment, with nothing remembered."""
    return Judge().picture(seen)


def _preflight(seen: Observed, sight: Sight) -> tuple[Finding, ...]:
    server = seen.identity.version if seen.identity else ""
    return preflight(seen.facts, sight, seen.settings, server, _flux_version(sight))


def members(settings: Settings, appliers: Iterable[str]) -> tuple[Member, ...]:
    """The components of both layers with their namespaces, in the order in which they come up.

    ``appliers`` are the names of what Flux applies.
    """
    found = [(of_foundation(entry), entry.namespaces) for entry in settings.foundation]
    found.append((FLUX, FLUX.namespaces))
    named = list(settings.gitops_components)
    # Without a list in bedplate.yaml, what Flux applies is the list.
    others = sorted(set(appliers) - {FLUX.name, *named})
    for name in (*named, *_in_known_order(others)):
        component = gitops(name)
        found.append((component, component.namespaces))
    return tuple(found)


def of_foundation(entry: FoundationEntry) -> Component:
    """A component of the foundation; one that isn't known serves S3, or claims, where bedplate.yaml says so."""
    found = foundation(entry.component, entry.namespaces)
    said = S3 if entry.s3 is not None else CLAIM if entry.claim is not None else ""
    return found if found.probe else replace(found, probe=said)


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


def _state(component: Component, namespaces: tuple[str, ...], judgement: Judgement) -> ComponentState:
    verdict = Verdict.ABSENT if judgement.absent else fold(judgement.findings, progressing=judgement.progressing)
    return ComponentState(
        name=component.name,
        layer=component.layer,
        verdict=verdict,
        version=judgement.version,
        summary=_summary(component, judgement, verdict),
        details=judgement.details,
        findings=tuple(sorted(dict.fromkeys(judgement.findings), key=lambda finding: -finding.severity)),
        namespaces=namespaces,
    )


def _summary(component: Component, judgement: Judgement, verdict: Verdict) -> str:
    if verdict is Verdict.ABSENT:
        return "not installed" if component.layer is Layer.FOUNDATION else "not yet"
    telling = [item for item in judgement.findings if item.severity >= Severity.NOTE and not item.standing]
    # Beside a trouble, what is merely to be known waits until somebody looks closer.
    telling = [item for item in telling if item.severity > Severity.NOTE] or telling
    if not telling:
        return ""
    first = max(telling, key=lambda finding: finding.severity)
    more = f" (+{len(telling) - 1})" if len(telling) > 1 else ""
    # What bears the component's own name needs not be named on its card.
    about = "" if first.subject.rpartition("/")[2] == component.name else f"{first.subject} "
    return f"{about}{first.text}{more}"


def _count_nodes(rows: Rows) -> tuple[int, int]:
    """How many are ready, and how many there are."""
    nodes = rows.all(NODES)
    return sum(row.ready for row in nodes), len(nodes)


def _flux_version(rows: Rows) -> str:
    found = rows.within(DEPLOYMENTS, FLUX.namespaces)
    return next((row.app_version for row in found if row.name.endswith("-controller") and row.app_version), "")
