"""The steps by which a service goes up: Git has it, Flux fetches it, and it works; meanwhile it may be held."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace

from runners.layers import commands as c
from runners.layers.commands import Target
from runners.layers.picture import Layer
from runners.layers.settings import Settings
from runners.layers.walkthroughs.proofs import confirmed, is_usable
from runners.layers.walkthroughs.service_proofs import fetched, goes, is_applied, versions, was_held
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, Subject
from runners.layers.walkthroughs.watched import watched


def service_steps(subject: Subject, suffix: str) -> Iterator[Step]:
    """Held, pushed, let go, reconciled, and ready."""
    applier = subject.applier or Target(kind="Kustomization", namespace="flux-system", name=subject.component)
    yield Step(
        f"versions{suffix}",
        "Versions",
        why="What Flux has fetched, and what it has applied, says whether something is on its way already.",
        proof=versions(applier),
        looks_at="the source's revision, and the chart version of each HelmRelease",
        do="read the release notes",
        shell=_flux(applier, "get"),
    )
    yield _hold(applier, suffix)
    yield _push(applier, suffix)
    watch = watched(subject, Layer.GITOPS)
    yield replace(_let_go(applier, suffix), watch=watch)
    yield replace(_reconcile(applier, suffix), watch=watch)
    yield Step(
        f"ready{suffix}",
        "The service works",
        why="Applied is not usable: what it is for has to be there.",
        proof=is_usable(subject.component, Layer.GITOPS),
        watch=watch,
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
        proof=was_held(applier),
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
        return (*word, *fetched(moment, applier)) if word else ()

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
        proof=goes(applier),
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
        proof=is_applied(applier),
        looks_at="that it is ready, at the revision that its source has",
        doing=Doing.COMMAND,
        command=c.RECONCILE_WITH_SOURCE,
        target=applier,
        do="let Flux fetch its source, and reconcile it",
        shell=_flux(applier, "reconcile", "--with-source"),
        undo="revert the commit, and push that",
        usually="under 1 min",
    )


def _as(target: Target, *, suspended: bool) -> Target:
    return Target(kind=target.kind, namespace=target.namespace, name=target.name, suspended=suspended)


def _flux(applier: Target, verb: str, *flags: str) -> Callable[[Settings, str], str]:
    def shell(_settings: Settings, context: str) -> str:
        kind = applier.kind.lower()
        plural = f"{kind}s" if verb == "get" else kind
        return shlex.join(("flux", "--context", context, verb, plural, applier.name, "-n", applier.namespace, *flags))

    return shell
