"""The gates: may this command start now? Pure rules over one situation; every finding says what to do instead.

A gate judges actions when they start and never the steady state; what a plan would do is judged by ``plan_rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from runners.layers.commands import (
    APPLY,
    BOOTSTRAP,
    COMMANDS,
    PLAN,
    RECONCILE,
    RECONCILE_WITH_SOURCE,
    REPAIR,
    RESUME,
    SUSPEND,
    Command,
    Scope,
    Situation,
)
from runners.layers.components import foundation
from runners.layers.components.flux_operator import INSTANCE, OPERATOR
from runners.layers.components.longhorn import LONGHORN
from runners.layers.existing_sync import sync_conflicts
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.foundation_needs import needs
from runners.layers.freshness import Reach
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.releases import RELEASES, current
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.rights import about_rights
from runners.layers.settings import Ownership
from runners.layers.stuck import not_stuck
from runners.layers.verdicts import Verdict

Rule = Callable[[Command, Situation], Iterator[Finding]]


def gate(command: Command, situation: Situation) -> GateAnswer:
    """Everything that speaks for or against starting a command now."""
    return GateAnswer(tuple(finding for rule in _RULES for finding in rule(command, situation)))


def _read_only(command: Command, situation: Situation) -> Iterator[Finding]:
    if not situation.read_only:
        return
    if command.changes:
        yield Finding("read-only", Severity.BLOCKER, "this session changes nothing", "start without --read-only", False)
    elif command is PLAN and situation.planning_runs_code:
        hooks = ", ".join(situation.planning_runs_code)
        text = f"the helmfile's {hooks} hooks run code on a plan too"
        yield Finding("read-only", Severity.BLOCKER, text, "plan without --read-only", False)


def _tools(command: Command, situation: Situation) -> Iterator[Finding]:
    for tool in command.tools:
        yield from situation.tools.get(tool, ())


def _cluster(command: Command, situation: Situation) -> Iterator[Finding]:
    if command.scope is Scope.RUN:
        return
    picture = situation.picture
    if picture.identity is None:
        yield Finding("cluster", Severity.BLOCKER, "has not answered yet", "wait until the header says live", False)
        return
    wanted = situation.settings.context
    if wanted and picture.identity.context != wanted:
        yield Finding(
            "context",
            Severity.BLOCKER,
            f"is {picture.identity.context}, and bedplate.yaml allows only {wanted}",
            f"start with --context {wanted}",
            False,
        )
    if picture.freshness.reach in (Reach.STALE, Reach.RECONNECTING, Reach.LOADING) and command.changes:
        yield Finding("cluster", Severity.UNKNOWN, f"is {picture.freshness.words(picture.at)}", "wait until it is live")


def _remarks(command: Command, situation: Situation) -> Iterator[Finding]:
    if command.changes and command.scope is not Scope.RUN:
        yield from situation.remarks


def _alone(command: Command, situation: Situation) -> Iterator[Finding]:
    if not command.exclusive:
        return
    for other in situation.running:
        if other.exclusive:
            yield Finding(f"run {other.short_id}", Severity.BLOCKER, f"{other.title} is running", "wait for it", False)


def _foundation(command: Command, situation: Situation) -> Iterator[Finding]:
    if command.scope is not Scope.FOUNDATION:
        return
    component = situation.target.component
    entry = situation.settings.entry(component)
    if entry is None:
        yield Finding(component, Severity.BLOCKER, "has no helmfile", "name it in bedplate.yaml", False)
        return
    if command.probe or command.act:
        yield from _own_work(command, situation)
        return
    if not command.changes:
        return
    if entry.ownership is Ownership.HANDOVER:
        words = "is handed over to Flux, which changes back what is applied here"
        yield Finding(component, Severity.WARNING, words, "change it in Git once Flux runs")
    own = situation.picture.component(component)
    for finding in own.findings if own is not None else ():
        if finding.severity is Severity.WARNING or finding.severity is Severity.BLOCKER:
            # What is wrong with it is often why it is applied: it is shown, and closes nothing.
            yield replace(finding, severity=Severity.WARNING)
    for name, why in needs(entry, situation.settings, situation.rows).items():
        state = situation.picture.component(name)
        if state is not None:
            yield from _usable(state, why)


def _usable(state: ComponentState, why: str) -> Iterator[Finding]:
    """What keeps others from building on a component; that it could do better closes nothing."""
    if state.verdict is Verdict.HEALTHY:
        return
    severity = {Verdict.UNKNOWN: Severity.UNKNOWN, Verdict.DEGRADED: Severity.WARNING}.get(
        state.verdict, Severity.BLOCKER
    )
    summary = f": {state.summary}" if state.summary else ""
    # What changes from one moment to the next stands in the remedy: a question holds for as long as its text does.
    yield Finding(state.name, severity, f"{why}, and it is {state.verdict.value}", f"see to it first{summary}")


def _volumes(command: Command, situation: Situation) -> Iterator[Finding]:
    """An upgrade moves every engine: what has no usable replica may never come back from it."""
    component = situation.target.component
    if command is not APPLY or not foundation(component, ()).one_minor_at_a_time:
        return
    own = situation.picture.component(component)
    freshness = situation.rows.freshness(LONGHORN_VOLUMES)
    if not freshness.trusted and own is not None and own.verdict is not Verdict.ABSENT:
        text = f"can't be seen ({freshness.words(situation.picture.at)}), so one of them may be faulted"
        yield Finding("Longhorn volumes", Severity.UNKNOWN, text, "wait, or ask for the right to list them")
    faulted = sorted(row.key for row in situation.rows.all(LONGHORN_VOLUMES) if row.robustness == "faulted")
    for key in faulted[:1]:
        more = f" and {len(faulted) - 1} more" if len(faulted) > 1 else ""
        text = f"is faulted{more}: no replica of it is usable, and an upgrade does not mend that"
        remedy = "see to its replicas or restore its backup first"
        yield Finding(f"Longhorn volume {key[2]}", Severity.BLOCKER, text, remedy, about=key)


def _keys(command: Command, situation: Situation) -> Iterator[Finding]:
    """The Secrets that bedplate.yaml wants there before this: names alone are looked at."""
    user = _user(command, situation)
    for key in situation.settings.keys:
        if not user or key.before not in (user, situation.target.component):
            continue
        there = situation.keys.get(key.secret)
        source = f"it comes from {key.file}" if key.file else f"it comes from: {key.command}"
        if there is None:
            looked = "may not be looked at" if key.secret in situation.keys else "was not looked for yet"
            yield Finding(f"Secret {key.secret}", Severity.UNKNOWN, f"{looked}, and {user} needs it", source)
        elif not there:
            yield Finding(f"Secret {key.secret}", Severity.BLOCKER, f"is not there, and {user} needs it", source)


def _rights(command: Command, situation: Situation) -> Iterator[Finding]:
    """What this user may not do, as the preflight has found it."""
    own = bool(command.act or command.probe)
    subject = about_rights(command.name if own else _user(command, situation))
    for finding in situation.picture.preflight:
        if finding.subject == subject:
            yield replace(finding, severity=Severity.BLOCKER) if own else finding


def _user(command: Command, situation: Situation) -> str:
    """Whom a change is for, as keys and rights name it: a component, or ``flux``; empty for all that is smaller."""
    if _puts_flux_there(command, situation):
        return "flux"
    return "flux" if command is BOOTSTRAP else situation.target.component if command in (APPLY, REPAIR) else ""


def _own_work(command: Command, situation: Situation) -> Iterator[Finding]:
    """It is done because something may be wrong: neither its component's state nor what comes before closes it."""
    prospect = situation.prospects.get(command.probe or command.act)
    if prospect is None:
        component = situation.target.component
        text = f"has no {command.probe} to be probed" if command.probe else f"has no {command.name}: only Longhorn has"
        yield Finding(component, Severity.BLOCKER, text, "", False)
        return
    yield from prospect.findings


def _flux_row(command: Command, situation: Situation) -> Iterator[Finding]:
    if command.scope is not Scope.FLUX_ROW:
        return
    target = situation.target
    if command in (RECONCILE, RECONCILE_WITH_SOURCE) and target.suspended:
        yield Finding(str(target), Severity.BLOCKER, "is suspended: Flux would do nothing", "resume it (r)", False)
    if command is SUSPEND and target.suspended:
        yield Finding(str(target), Severity.BLOCKER, "is suspended already", "resume it with r", False)
    if command is RESUME and not target.suspended:
        yield Finding(str(target), Severity.BLOCKER, "is not suspended", "reconcile it with R", False)


def _release(command: Command, situation: Situation) -> Iterator[Finding]:
    if command.scope is not Scope.RELEASE:
        return
    target = situation.target
    found = current(situation.rows.within(RELEASES, (target.namespace,)))
    finding = not_stuck(found.get((target.namespace, target.name)), f"{target.namespace}/{target.name}")
    if finding is not None:
        yield finding


def _bootstrap(command: Command, situation: Situation) -> Iterator[Finding]:
    if command is not BOOTSTRAP:
        return
    settings = situation.settings.bootstrap
    if settings is None:
        yield Finding("bedplate.yaml", Severity.BLOCKER, "has no gitops.bootstrap", "say where Git is", False)
        return
    yield from situation.credentials
    yield from (finding for finding in situation.commits if finding.severity > Severity.NOTE)
    yield from sync_conflicts(situation.rows, settings)
    yield from gitops_gate(situation.picture).findings


def _operator(command: Command, situation: Situation) -> Iterator[Finding]:
    """By the operator Flux comes from a helmfile, and needs of the foundation what a bootstrap does."""
    asked = situation.settings.bootstrap
    if asked is not None and _puts_flux_there(command, situation):
        yield from sync_conflicts(situation.rows, asked)
        yield from gitops_gate(situation.picture).findings


def _puts_flux_there(command: Command, situation: Situation) -> bool:
    entries = situation.settings.flux_entries
    return command is APPLY and any(entry.component == situation.target.component for entry in entries)


def gitops_gate(picture: Picture) -> GateAnswer:
    """May GitOps be put on this foundation now?"""
    states = [state for state in picture.layer(Layer.FOUNDATION) if state.name not in (OPERATOR, INSTANCE)]
    return GateAnswer(tuple(found for state in states for found in _usable(state, "GitOps needs the foundation")))


def _unrestored(command: Command, situation: Situation) -> Iterator[Finding]:
    """What creates claims waits for those that come back from backups; storage itself has to be there before."""
    on_storage = command in (APPLY, REPAIR) and situation.target.component != LONGHORN.name
    creates = on_storage or command in (BOOTSTRAP, RESUME)
    if creates:
        yield from situation.unrestored


_RULES: tuple[Rule, ...] = (
    _read_only,
    _tools,
    _cluster,
    _remarks,
    _alone,
    _foundation,
    _volumes,
    _keys,
    _rights,
    _flux_row,
    _release,
    _bootstrap,
    _operator,
    _unrestored,
)


def open_commands(situation: Situation, scope: Scope) -> tuple[tuple[Command, GateAnswer], ...]:
    """The commands of a scope with their gates' answers, for footer and palette."""
    offered = (command for command in COMMANDS if not command.probe or command.probe in situation.prospects)
    return tuple((command, gate(command, situation)) for command in offered if command.scope is scope)
