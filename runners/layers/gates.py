"""The gates: may this command start now? Pure rules over one situation; every finding says what to do instead.

A gate judges actions when they start and never the steady state; what a plan would do is judged by ``plan_rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from runners.layers.commands import (
    BOOTSTRAP,
    COMMANDS,
    PLAN,
    RECONCILE,
    RECONCILE_WITH_SOURCE,
    RESUME,
    SUSPEND,
    Command,
    Scope,
    Situation,
)
from runners.layers.components import foundation
from runners.layers.components.longhorn import LONGHORN
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.freshness import Reach
from runners.layers.gitops_settings import path_conflict
from runners.layers.picture import Layer
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
    if command.act and foundation(component, ()) is not LONGHORN:
        yield Finding(component, Severity.BLOCKER, f"has no {command.name}: only Longhorn has", "", False)
        return
    if not command.changes:
        return
    own = situation.picture.component(component)
    for finding in own.findings if own is not None else ():
        if finding.severity is Severity.WARNING or finding.severity is Severity.BLOCKER:
            # What is wrong with it is often why it is applied: it is shown, and closes nothing.
            yield replace(finding, severity=Severity.WARNING)
    for name in entry.after:
        state = situation.picture.component(name)
        if state is not None and state.verdict is not Verdict.HEALTHY:
            unknown = state.verdict is Verdict.UNKNOWN
            yield Finding(
                name,
                Severity.UNKNOWN if unknown else Severity.BLOCKER,
                f"{component} comes after it, and it is {state.verdict.value}",
                f"see to {name} first",
            )


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


def _bootstrap(command: Command, situation: Situation) -> Iterator[Finding]:
    if command is not BOOTSTRAP:
        return
    settings = situation.settings.bootstrap
    if settings is None:
        yield Finding("bedplate.yaml", Severity.BLOCKER, "has no gitops.bootstrap", "say where Git is", False)
        return
    yield from situation.credentials
    if situation.existing_path is None:
        text = "can't be seen, so it may sync another path; flux would push before it noticed"
        yield Finding("Kustomization flux-system", Severity.UNKNOWN, text, "wait, or ask for the right to list them")
    elif (conflict := path_conflict(situation.existing_path, settings.path)) is not None:
        yield conflict
    for state in situation.picture.layer(Layer.FOUNDATION):
        if state.verdict is not Verdict.HEALTHY:
            unknown = state.verdict is Verdict.UNKNOWN
            yield Finding(
                state.name,
                Severity.UNKNOWN if unknown else Severity.BLOCKER,
                f"GitOps needs the foundation, and {state.name} is {state.verdict.value}",
                f"see to {state.name} first",
            )


_RULES: tuple[Rule, ...] = (_read_only, _tools, _cluster, _remarks, _alone, _foundation, _flux_row, _bootstrap)


def open_commands(situation: Situation, scope: Scope) -> tuple[tuple[Command, GateAnswer], ...]:
    """The commands of a scope with their gates' answers, for footer and palette."""
    return tuple((command, gate(command, situation)) for command in COMMANDS if command.scope is scope)
