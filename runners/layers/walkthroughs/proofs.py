"""Proofs that several walkthroughs share: each reads the picture of one moment and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from runners.layers.commands import Target
from runners.layers.components.flux import FLUX
from runners.layers.findings import Finding, Severity
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
_SHOWN = 12
"""Lines of one proof at most."""


def confirmed(step: str) -> Prove:
    """A person confirmed this step for the cluster that is looked at now; another one's word counts for nothing."""

    def prove(moment: Moment) -> Proof:
        identity = moment.picture.identity
        if identity is None:
            return (Finding("cluster", Severity.UNKNOWN, "has not answered yet"),)
        decision = moment.decisions.get(step)
        if decision is None or decision.choice is not Choice.CONFIRMED or decision.answer != identity.uid:
            return ()
        return (Finding(identity.context, Severity.OK, f"confirmed by {decision.who}"),)

    return prove


def nothing_in_the_way(moment: Moment) -> Proof:
    """The preflight found nothing that closes a gate; what it merely remarks is no reason to wait."""
    found = moment.picture.preflight
    closing = [finding for finding in found if finding.closes]
    if closing:
        return tuple(closing[:_SHOWN])
    more = f", {len(found)} remarks" if found else ""
    return (Finding("preflight", Severity.OK, f"nothing stands in the way{more}"),)


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
        return Finding(subject, Severity.UNKNOWN, "may not be looked at" if seen else "was not looked for yet")
    return Finding(subject, Severity.WARNING, f"is not there yet: it comes from {key.file or key.command}")


def is_usable(name: str, layer: Layer = Layer.FOUNDATION) -> Prove:
    """A component's own rules say that others can build on it."""

    def prove(moment: Moment) -> Proof:
        state = next((each for each in moment.picture.layer(layer) if each.name == name), None)
        if state is None:
            return (Finding(name, Severity.UNKNOWN, "is not looked at"),)
        return component_proof(state)

    return prove


def component_proof(state: ComponentState) -> Proof:
    """The verdict in one line, and what it rests on: what is wrong first, then what is proved."""
    severity = _SEVERITY[state.verdict]
    words = state.verdict.value if state.verdict is not Verdict.ABSENT else "is not there"
    summary = f": {state.summary}" if state.summary and state.verdict is not Verdict.HEALTHY else ""
    lines = (Finding(state.name, severity, words + summary), *(_under(severity, each) for each in state.findings))
    return tuple(dict.fromkeys(lines))[:_SHOWN]


def _under(most: Severity, finding: Finding) -> Finding:
    """A line below a verdict never weighs more than the verdict does."""
    weight = min(most, finding.severity, key=lambda severity: severity.value)
    return Finding(finding.subject, weight, finding.text, finding.remedy, about=finding.about)


def services_are_ready(moment: Moment) -> Proof:
    """Flux works, and so does everything that it applies; before it does, nothing is there to be seen."""
    flux = is_usable(FLUX.name, FLUX.layer)(moment)
    if not proved(flux):
        return flux
    own, *states = sorted(moment.picture.layer(FLUX.layer), key=lambda state: state.name != FLUX.name)
    if states:
        return tuple(_worst_first(component_proof(state)[0] for state in states)[:_SHOWN])
    if own.verdict is not Verdict.HEALTHY:
        return (Finding(own.name, Severity.WARNING, f"is {own.verdict.value}, and what it applies is not there yet"),)
    return (Finding("GitOps", Severity.NOTE, "Flux applies nothing but itself yet"),)


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: -finding.severity)
