"""What a person watches while an upgrade goes on: pods, volumes, engines, claims with who uses them, and warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from runners.layers import commands as c
from runners.layers.components.longhorn import LONGHORN
from runners.layers.components.longhorn_engines import engine_findings
from runners.layers.components.longhorn_volumes import storage_line
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.events import EVENTS, Event
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.kinds.releases import RELEASES, current
from runners.layers.picture import Layer
from runners.layers.walkthroughs.claims_in_use import Users, claims_on, claims_within, users, with_users
from runners.layers.walkthroughs.rollout import rollout
from runners.layers.walkthroughs.steps import Moment, Proof, Section, Subject
from runners.layers.walkthroughs.upgrade_proofs import is_upgraded
from runners.layers.walkthroughs.warned import warnings

SHOWN = 3
"""Lines of one section; what is left is counted."""
_BEGIN = (c.APPLY, c.REPAIR, c.RESUME, c.RECONCILE, c.RECONCILE_WITH_SOURCE)
_ROBUSTNESS = {"faulted": Severity.BLOCKER, "degraded": Severity.WARNING}


def watched(subject: Subject, layer: Layer) -> Callable[[Moment], tuple[Section, ...]]:
    """The sections for the subject's component; one that has nothing to say is left out."""
    component = subject.component
    stores = layer is Layer.FOUNDATION and component == LONGHORN.name

    def watch(moment: Moment) -> tuple[Section, ...]:
        state = moment.picture.component(component, layer)
        spaces = state.namespaces if state is not None else ()
        volumes = moment.rows.all(LONGHORN_VOLUMES) if stores else ()
        claims = claims_on(volumes) if stores else claims_within(moment.rows, spaces)
        mounted = users(moment.rows, claims)
        events = _events(moment, spaces, mounted)
        sections = (
            _section("Pods", _moving(moment, spaces)),
            _section("Volumes", _volumes(volumes)),
            _section("Engines", _engines(moment, volumes)),
            _section("Claims", with_users(claims, mounted)),
            _section("Events", warnings(events, _since(moment, subject, spaces))),
        )
        return tuple(section for section in sections if section.lines)

    return watch


def _section(head: str, lines: Sequence[Finding]) -> Section:
    return Section(head, tuple(lines[:SHOWN]), max(0, len(lines) - SHOWN))


def _moving(moment: Moment, spaces: Sequence[str]) -> list[Finding]:
    """Rollouts that aren't over, the stuck ones first."""
    found = rollout(moment.rows, spaces) if spaces else ()
    return sorted(found, key=lambda finding: -finding.severity)


def _volumes(volumes: Sequence[LonghornVolume]) -> Proof:
    if not volumes:
        return ()
    worst = max(_ROBUSTNESS.get(row.robustness, Severity.OK) for row in volumes)
    return (Finding("Longhorn", worst, storage_line((0, 0), volumes).partition(" · ")[2]),)


def _engines(moment: Moment, volumes: Sequence[LonghornVolume]) -> list[Finding]:
    """Those that are still old."""
    settings = {row.name: row for row in moment.rows.all(LONGHORN_SETTINGS)} if volumes else {}
    return list(engine_findings(volumes, settings))


def _events(moment: Moment, spaces: Sequence[str], mounted: Users) -> Iterator[Event]:
    """Of the component's own namespaces; elsewhere, of the pods whose claims it serves."""
    yield from moment.rows.within(EVENTS, spaces)
    pods = {(pod.namespace, f"Pod/{pod.name}") for found in mounted.values() for pod in found}
    others = {namespace for namespace, _pod in pods} - {*spaces}
    yield from (row for row in moment.rows.within(EVENTS, others) if (row.namespace, row.about) in pods)


def _since(moment: Moment, subject: Subject, spaces: Sequence[str]) -> float:
    """When the change began: with the newest run, or where somebody else made it, with its newest revision."""
    titles = {f"{command.name} {subject.component}" for command in _BEGIN}
    run = next((each for each in moment.picture.runs if each.title in titles), None)
    if run is not None:
        return run.started
    if not is_upgraded(moment, subject):
        return moment.now
    revisions = current(moment.rows.within(RELEASES, spaces)).values()
    return max((row.created for row in revisions), default=moment.now)
