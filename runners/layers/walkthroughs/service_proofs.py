"""Proofs of a service's upgrade: what Git has, what Flux fetched and applied, and who holds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from runners.layers import commands as c
from runners.layers.commands import Target
from runners.layers.components.gitops_objects import suspended_finding
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.flux import FluxObject
from runners.layers.runs import RunState
from runners.layers.walkthroughs.proofs import Prove, not_seen
from runners.layers.walkthroughs.steps import Moment, Proof

_HELM_RELEASE = "_helm.toolkit.fluxcd.io_HelmRelease"
_CHARTS = 5
"""HelmReleases of one Kustomization that are named."""
_LATELY = 86_400.0
"""Seconds for which a run's success is still about this upgrade."""


def was_held(applier: Target) -> Prove:
    """It is suspended, or a run of the last day suspended it."""

    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        if row.suspended:
            return (_suspended(moment, row, Severity.OK),)
        title = f"{c.SUSPEND.name} {applier.name}"
        for run in moment.picture.runs:
            ago = moment.now - run.started
            if run.title == title and run.state is RunState.SUCCEEDED and ago < _LATELY:
                return (Finding(str(applier), Severity.OK, f"was suspended {age(ago)} ago", about=row.key),)
        return (Finding(str(applier), Severity.BLOCKER, "is not suspended", about=row.key),)

    return prove


def goes(applier: Target) -> Prove:
    """Nobody holds it; who does is named."""

    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        if row.suspended:
            return (_suspended(moment, row, Severity.BLOCKER),)
        return (Finding(str(applier), Severity.OK, "is not suspended", about=row.key),)

    return prove


def is_applied(applier: Target) -> Prove:
    """It is ready, at the revision that its source has."""

    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        return (_stands(row, _source(moment, row)), *fetched(moment, applier), *_charts(moment, row))

    return prove


def _stands(row: FluxObject, source: FluxObject | None) -> Finding:
    about = f"{row.singular} {row.namespace}/{row.name}"
    at = row.short_revision or "no revision yet"
    follows = row.singular == "Kustomization" and row.status == "ready"
    if follows and source is not None and row.revision != source.revision:
        text = f"is at {at}, and {source.short_revision or 'nothing'} is fetched"
        return Finding(about, Severity.WARNING, text, about=row.key)
    if row.status == "ready":
        return Finding(about, Severity.OK, f"is ready at {at}", about=row.key)
    severity = Severity.BLOCKER if row.status in ("failed", "suspended") else Severity.WARNING
    return Finding(about, severity, f"is {row.status} at {at}: {row.message}".removesuffix(": "), about=row.key)


def fetched(moment: Moment, applier: Target) -> Proof:
    """What Flux has of its source."""
    row = _row(moment, applier)
    source = _source(moment, row) if row is not None else None
    if source is None:
        return ()
    about = f"{source.singular} {source.namespace}/{source.name}"
    follows = f"follows {source.asks}; " if source.asks else ""
    fetched = f"{follows}{source.short_revision or 'nothing'} is fetched"
    return (Finding(about, Severity.NOTE, fetched, about=source.key),)


def _source(moment: Moment, row: FluxObject) -> FluxObject | None:
    return next(
        (each for each in _objects(moment) if f"{each.singular}/{each.namespace}/{each.name}" == row.source), None
    )


def _row(moment: Moment, target: Target) -> FluxObject | None:
    if not moment.rows.table_freshness("flux").trusted:
        return None
    place = (target.kind, target.namespace, target.name)
    return next((each for each in _objects(moment) if (each.singular, each.namespace, each.name) == place), None)


def _objects(moment: Moment) -> Iterator[FluxObject]:
    return (row for row in moment.rows.table("flux") if isinstance(row, FluxObject))


def _unseen(moment: Moment, applier: Target) -> Finding:
    freshness = moment.rows.table_freshness("flux")
    if not freshness.trusted:
        return not_seen(str(applier), freshness)
    return Finding(str(applier), Severity.UNKNOWN, "is not there", "push what makes it, or open this on another card")


def versions(applier: Target) -> Prove:
    """What Git has and what is applied; none of it waits for anything."""

    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        at = f"{row.short_revision} is applied" if row.short_revision else "nothing is applied yet"
        asked = f"asks for chart {row.asks}; " if row.singular == "HelmRelease" and row.asks else ""
        own = Finding(f"{row.singular} {row.namespace}/{row.name}", Severity.NOTE, asked + at, about=row.key)
        return (*fetched(moment, applier), own, *_charts(moment, row))

    return prove


def _charts(moment: Moment, row: FluxObject) -> Iterator[Finding]:
    """Of the first HelmReleases that a Kustomization applies."""
    made = {tuple(entry.split("_")[:2]) for entry in row.inventory if entry.endswith(_HELM_RELEASE)}
    mine = (each for each in _objects(moment) if each.singular == "HelmRelease")
    for each in islice((each for each in mine if (each.namespace, each.name) in made), _CHARTS):
        asks = f"asks for chart {each.asks or 'of any version'}"
        text = f"{asks}; {each.short_revision or 'nothing'} is applied"
        yield Finding(f"HelmRelease {each.namespace}/{each.name}", Severity.NOTE, text, about=each.key)


def _suspended(moment: Moment, row: FluxObject, severity: Severity) -> Finding:
    found = suspended_finding(row, moment.picture.suspensions.get(row.ref), moment.now)
    return replace(found, severity=severity)
