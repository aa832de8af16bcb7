"""The steps by which a service goes up: Git has it, Flux fetches it, and it works; meanwhile it may be held."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

from runners.layers import commands as c
from runners.layers.commands import Target
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.flux import FluxObject
from runners.layers.picture import Layer
from runners.layers.runs import RunState
from runners.layers.settings import Settings
from runners.layers.walkthroughs.proofs import Prove, confirmed, is_usable, not_seen
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, Subject

_LATELY = 86_400.0
"""Seconds for which a run's success is still about this upgrade."""


def service_steps(subject: Subject, suffix: str) -> Iterator[Step]:
    """Held, pushed, let go, reconciled, and ready."""
    applier = subject.applier or Target(kind="Kustomization", namespace="flux-system", name=subject.component)
    yield _hold(applier, suffix)
    yield _push(applier, suffix)
    yield _let_go(applier, suffix)
    yield _reconcile(applier, suffix)
    yield Step(
        f"ready{suffix}",
        "The service works",
        why="Applied is not usable: what it is for has to be there.",
        proof=is_usable(subject.component, Layer.GITOPS),
        looks_at="the service's own rules",
        do="nothing: this step only looks",
        shell=_flux(applier, "get"),
        usually="1–5 min",
        milestone="services",
    )


def _hold(applier: Target, suffix: str) -> Step:
    return Step(
        f"hold{suffix}",
        "Held",
        why="Flux applies every commit as it comes; held, it waits until all that belongs together is pushed.",
        proof=_was_held(applier),
        looks_at="that it is suspended, or was by a run of the last day",
        doing=Doing.COMMAND,
        command=c.SUSPEND,
        target=applier,
        do="suspend it; a HelmRelease that is held holds the Kustomization that waits for it",
        shell=_flux(applier, "suspend"),
        undo=c.SUSPEND.undo,
        skip="when a single commit brings it all",
    )


def _push(applier: Target, suffix: str) -> Step:
    step_id = f"push{suffix}"
    said = confirmed(step_id)

    def prove(moment: Moment) -> Proof:
        word = said(moment)
        return (*word, *_fetched(moment, applier)) if word else ()

    return Step(
        step_id,
        "In Git",
        why="Git says what runs here. Bedplate never pushes to your repository, so this is yours to say.",
        proof=prove,
        looks_at="a person's word, and what Flux has fetched",
        doing=Doing.DECISION,
        do="commit and push the new version to the branch that Flux follows; then say that it is there",
        shell=lambda _settings, _context: "git push",
        undo="revert the commit, and push that",
    )


def _let_go(applier: Target, suffix: str) -> Step:
    return Step(
        f"resume{suffix}",
        "Let go",
        why="What stays suspended is forgotten: nothing of what Git says from then on is applied.",
        proof=_goes(applier),
        looks_at="that it is not suspended",
        doing=Doing.COMMAND,
        command=c.RESUME,
        target=_as(applier, suspended=True),
        do="resume it: Flux applies what Git has by now",
        shell=_flux(applier, "resume"),
        undo=c.RESUME.undo,
    )


def _reconcile(applier: Target, suffix: str) -> Step:
    return Step(
        f"reconcile{suffix}",
        "Applied",
        why="Flux looks once in an interval; asked, it looks now. Compare the revision with the commit you pushed.",
        proof=_is_applied(applier),
        looks_at="that it is ready, at the revision that its source has",
        doing=Doing.COMMAND,
        command=c.RECONCILE_WITH_SOURCE,
        target=applier,
        do="let Flux fetch its source, and reconcile it",
        shell=_flux(applier, "reconcile", "--with-source"),
        undo="revert the commit, and push that",
        usually="under 1 min",
    )


def _was_held(applier: Target) -> Prove:
    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        if row.suspended:
            return (Finding(str(applier), Severity.OK, "is suspended", about=row.key),)
        title = f"{c.SUSPEND.name} {applier.name}"
        for run in moment.picture.runs:
            ago = moment.now - run.started
            if run.title == title and run.state is RunState.SUCCEEDED and ago < _LATELY:
                return (Finding(str(applier), Severity.OK, f"was suspended {age(ago)} ago", about=row.key),)
        return (Finding(str(applier), Severity.BLOCKER, "is not suspended", about=row.key),)

    return prove


def _goes(applier: Target) -> Prove:
    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        if row.suspended:
            return (Finding(str(applier), Severity.BLOCKER, "is suspended", about=row.key),)
        return (Finding(str(applier), Severity.OK, "is not suspended", about=row.key),)

    return prove


def _is_applied(applier: Target) -> Prove:
    def prove(moment: Moment) -> Proof:
        row = _row(moment, applier)
        if row is None:
            return (_unseen(moment, applier),)
        fetched = _fetched(moment, applier)
        return (_stands(row, _source(moment, row)), *fetched)

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


def _fetched(moment: Moment, applier: Target) -> Proof:
    row = _row(moment, applier)
    source = _source(moment, row) if row is not None else None
    if source is None:
        return ()
    about = f"{source.singular} {source.namespace}/{source.name}"
    return (Finding(about, Severity.NOTE, f"{source.short_revision or 'nothing'} is fetched", about=source.key),)


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


def _as(target: Target, *, suspended: bool) -> Target:
    return Target(kind=target.kind, namespace=target.namespace, name=target.name, suspended=suspended)


def _flux(applier: Target, verb: str, *flags: str) -> Callable[[Settings, str], str]:
    def shell(_settings: Settings, context: str) -> str:
        kind = applier.kind.lower()
        plural = f"{kind}s" if verb == "get" else kind
        return shlex.join(("flux", "--context", context, verb, plural, applier.name, "-n", applier.namespace, *flags))

    return shell
