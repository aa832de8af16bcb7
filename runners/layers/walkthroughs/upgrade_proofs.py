"""Proofs of an upgrade: may it be done, was it applied, and has it settled?"""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.commands import Target
from runners.layers.components import foundation
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.releases import RELEASES, Revision, current
from runners.layers.picture import ComponentState, Layer
from runners.layers.settings import FoundationEntry
from runners.layers.verdicts import Verdict
from runners.layers.version_steps import version_step
from runners.layers.walkthroughs.proofs import Prove, is_usable, not_seen
from runners.layers.walkthroughs.rollout import rollout
from runners.layers.walkthroughs.steps import Moment, Proof, Subject

_LOADING = Finding("component", Severity.UNKNOWN, "is not looked at")


def asked_version(subject: Subject) -> str:
    """The version that the helmfile asks for; several where its releases differ, empty where it isn't written out."""
    return ", ".join(sorted(set(subject.asked.values())))


def installed_version(moment: Moment, component: str) -> str:
    """The version of the charts that are installed; empty while that isn't known."""
    state = _state(moment, component)
    return state.version if state is not None else ""


def is_upgraded(moment: Moment, subject: Subject) -> bool:
    """Is what the helmfile asks for what Helm has, as far as that is written out?"""
    asked = asked_version(subject)
    return bool(asked) and installed_version(moment, subject.component) == asked


def once_applied(subject: Subject, prove: Prove) -> Prove:
    """A proof that counts only for the version that is asked for: what was so before it says nothing."""

    def prove_then(moment: Moment) -> Proof:
        if asked_version(subject) and not is_upgraded(moment, subject):
            text = f"{asked_version(subject)} is not applied yet"
            return (Finding(subject.component, Severity.WARNING, text),)
        return prove(moment)

    return prove_then


def may_go(subject: Subject) -> Prove:
    """What is installed, what is asked for, and whether that step is one that the component can go."""

    def prove(moment: Moment) -> Proof:
        state = _state(moment, subject.component)
        if state is None:
            return (_LOADING,)
        if not state.version:
            return (_nothing_installed(state),)
        return tuple(_step(moment, subject, state.version))

    return prove


def _nothing_installed(state: ComponentState) -> Finding:
    if state.verdict is Verdict.ABSENT:
        return Finding(state.name, Severity.BLOCKER, "is not installed", "the first day's walkthrough puts it there")
    return Finding(
        state.name, Severity.UNKNOWN, "which version is installed is not known yet", "wait until helm has said it"
    )


def _step(moment: Moment, subject: Subject, installed: str) -> Iterator[Finding]:
    name, asked = subject.component, asked_version(subject)
    by_now = moment.situation(Target(component=name)).asked
    if by_now and by_now != subject.asked:
        words = ", ".join(sorted(set(by_now.values())))
        yield Finding(name, Severity.BLOCKER, f"the helmfile asks for {words} by now", "leave, and open this again")
    elif not asked:
        yield Finding(name, Severity.NOTE, f"{installed} is installed; what is asked for only the plan can tell")
    elif installed == asked:
        yield Finding(name, Severity.OK, f"{installed} is installed, as the helmfile asks")
    else:
        wrong = version_step(name, installed, asked) if foundation(name, ()).one_minor_at_a_time else ()
        yield from wrong or (Finding(name, Severity.OK, f"{installed} is installed, {asked} is asked for"),)


def applied(subject: Subject, entry: FoundationEntry) -> Prove:
    """Helm has what the helmfile asks for; until then, how far it has come."""

    def prove(moment: Moment) -> Proof:
        freshness = moment.rows.freshness(RELEASES)
        if not freshness.trusted:
            return (not_seen("releases", freshness),)
        newest = current(moment.rows.within(RELEASES, entry.namespaces))
        releases = tuple(_release(row) for _at, row in sorted(newest.items()))
        installed, asked = installed_version(moment, subject.component), asked_version(subject)
        if not asked:
            unknown = "what is asked for only the plan can tell"
            return (Finding(subject.component, Severity.UNKNOWN, unknown, "look at the plan; skip when it is empty"),)
        if installed != asked:
            text = f"{installed or 'nothing'} is installed, {asked} is asked for"
            at_it = any(finding.severity is Severity.WARNING for finding in releases)
            severity = Severity.WARNING if at_it else Severity.BLOCKER
            moving = [finding for finding in rollout(moment.rows, entry.namespaces) if finding.severity > Severity.OK]
            return (Finding(subject.component, severity, text), *releases, *moving)
        return (Finding(subject.component, Severity.OK, f"{asked} is installed"), *releases)

    return prove


def _release(row: Revision) -> Finding:
    subject = f"release {row.namespace}/{row.release}"
    text = f"revision {row.revision} is {row.status}"
    if row.status == "deployed":
        return Finding(subject, Severity.OK, text, about=row.key)
    moves = row.status.startswith("pending")
    severity, remedy = (Severity.WARNING, "") if moves else (Severity.BLOCKER, "read its run's log; apply again")
    return Finding(subject, severity, text, remedy, about=row.key)


def settled(entry: FoundationEntry) -> Prove:
    """No old pod is left, and the component's own rules say that others can build on it."""
    usable = is_usable(entry.component)

    def prove(moment: Moment) -> Proof:
        return (*rollout(moment.rows, entry.namespaces), *usable(moment))

    return prove


def _state(moment: Moment, component: str) -> ComponentState | None:
    return next((state for state in moment.picture.layer(Layer.FOUNDATION) if state.name == component), None)
