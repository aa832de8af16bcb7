"""Proofs that several walkthroughs share: each reads the picture of one moment and decides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from runners.layers.commands import Target
from runners.layers.components.flux import FLUX
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.picture import ComponentState, Layer
from runners.layers.settings import KeySource
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.decisions import Choice
from runners.layers.walkthroughs.steps import Moment, Proof, proved

Prove = Callable[[Moment], Proof]

_SEVERITY = {
    Verdict.HEALTHY: Severity.OK,
    Verdict.DEGRADED: Severity.NOTE,
    Verdict.PROGRESSING: Severity.WARNING,
    Verdict.UNKNOWN: Severity.UNKNOWN,
    Verdict.ABSENT: Severity.BLOCKER,
    Verdict.FAILED: Severity.BLOCKER,
}
"""What a verdict is worth as a proof: what is degraded serves, and can be built upon."""
_AFTER_ITS_CRDS = "wait until what brings it is installed"
_MORE = re.compile(r" \(\+\d+\)$")
"""How many findings a summary leaves out: here they follow."""
_SHOWN = 12
"""Lines of one proof at most."""


def not_seen(subject: str, freshness: Freshness) -> Finding:
    """That the rows of a kind say nothing: who may not see it is told of the right, and nobody is called absent."""
    if freshness.reach is Reach.FORBIDDEN:
        remedy = "ask for that right, or use another user"
        return Finding(subject, Severity.UNKNOWN, f"can't be seen: forbidden: {freshness.detail}", remedy)
    if freshness.reach is Reach.ABSENT:
        return Finding(subject, Severity.UNKNOWN, "can't be seen: the cluster does not know its kind", _AFTER_ITS_CRDS)
    words = f"can't be seen: {freshness.reach.value}"
    return Finding(subject, Severity.UNKNOWN, words, "it is looked at again by itself")


def confirmed(step: str) -> Prove:
    """A person confirmed this step for the cluster that is looked at now; another one's word counts for nothing."""

    def prove(moment: Moment) -> Proof:
        identity = moment.picture.identity
        if identity is None:
            return (Finding("cluster", Severity.UNKNOWN, "has not answered yet"),)
        decision = moment.decisions.get(step)
        this = f"{identity.server}, {identity.whole_uid}"
        if decision is None or decision.choice is not Choice.CONFIRMED or decision.answer != identity.uid:
            return (Finding(identity.context, Severity.BLOCKER, f"{this}: nobody has confirmed it", "compare it"),)
        return (Finding(identity.context, Severity.OK, f"{this}: confirmed by {decision.who}"),)

    return prove


def nothing_in_the_way(moment: Moment) -> Proof:
    """The preflight found nothing that closes a gate; what it merely remarks is no reason to wait."""
    copy = (each for each in moment.situation(Target()).commits if each.subject.startswith("branch "))
    found = (*moment.picture.preflight, *(replace(each, severity=Severity.NOTE) for each in copy))
    closing = [finding for finding in found if finding.closes]
    if closing:
        return tuple(closing[:_SHOWN])
    remarks = sorted(found, key=lambda finding: -finding.severity)[:_SHOWN]
    told = (replace(each, severity=Severity.NOTE, text=_with_remedy(each), remedy="") for each in remarks)
    return (Finding("preflight", Severity.OK, "nothing stands in the way"), *told)


def _with_remedy(finding: Finding) -> str:
    return f"{finding.text} → {finding.remedy}" if finding.remedy else finding.text


def keys_are_there(keys: tuple[KeySource, ...]) -> Prove:
    """Every Secret is there; only names are looked at."""

    def prove(moment: Moment) -> Proof:
        there = moment.situation(Target()).keys
        return tuple(_key(key, there.get(key.secret), seen=key.secret in there) for key in keys)

    return prove


def _key(key: KeySource, there: bool | None, *, seen: bool) -> Finding:
    subject = f"Secret {key.secret}"
    if there:
        return Finding(subject, Severity.OK, "is there")
    if there is None:
        if seen:
            return Finding(subject, Severity.UNKNOWN, "may not be looked at", "ask for the right to get it")
        return Finding(subject, Severity.UNKNOWN, "was not looked for yet", "wait a moment")
    text = f"is not there yet: it comes from {key.file or key.command}"
    return Finding(subject, Severity.WARNING, text, "put it there")


def is_usable(name: str, layer: Layer = Layer.FOUNDATION) -> Prove:
    """A component's own rules say that others can build on it."""

    def prove(moment: Moment) -> Proof:
        state = next((each for each in moment.picture.layer(layer) if each.name == name), None)
        if state is None:
            return (Finding(name, Severity.UNKNOWN, "is not looked at", "name it in bedplate.yaml"),)
        return component_proof(state)

    return prove


def component_proof(state: ComponentState) -> Proof:
    """The verdict in one line, and what it rests on: what is wrong first, then what is proved."""
    severity = _SEVERITY[state.verdict]
    words = state.verdict.value if state.verdict is not Verdict.ABSENT else "is not there"
    summary = _MORE.sub("", state.summary) if state.verdict is not Verdict.HEALTHY else ""
    says_it = state.verdict is Verdict.PROGRESSING and "progress" in summary.casefold()
    said = summary if says_it else ": ".join(filter(None, (words, summary)))
    lines = (Finding(state.name, severity, said), *(_under(severity, each) for each in state.findings))
    return tuple(dict.fromkeys(lines))[:_SHOWN]


def _under(most: Severity, finding: Finding) -> Finding:
    """A line below a verdict never weighs more than the verdict does; what is good is no more than remarked."""
    weight = min(max(most, Severity.NOTE), finding.severity)
    return Finding(finding.subject, weight, finding.text, finding.remedy, about=finding.about)


def services_are_ready(moment: Moment) -> Proof:
    """Flux works, and so does everything that it applies; before it does, nothing is there to be seen."""
    flux = moment.picture.component(FLUX.name)
    if flux is None or flux.verdict is Verdict.ABSENT:
        words = "is not there, so nothing applies them"
        return (Finding(FLUX.name, Severity.BLOCKER, words, "bootstrap it: the step “Flux”"),)
    works = component_proof(flux)
    if not proved(works):
        return works
    states = [state for state in moment.picture.layer(FLUX.layer) if state.name != FLUX.name]
    if states:
        return tuple(_worst_first(component_proof(state)[0] for state in states)[:_SHOWN])
    if flux.verdict is not Verdict.HEALTHY:
        return (Finding(flux.name, Severity.WARNING, f"is {flux.verdict.value}, and what it applies is not there yet"),)
    return (Finding("GitOps", Severity.NOTE, "Flux applies nothing but itself yet"),)


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: -finding.severity)
