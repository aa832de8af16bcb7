"""What is shown of one component, row or run when it is opened, and of the session: pure."""

from __future__ import annotations

from collections.abc import Sequence

from runners.cluster.access import Access
from runners.layers.findings import Finding, Severity, worst
from runners.layers.gates import gitops_gate
from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Row, Tone
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.survival.fold import Survival
from runners.layers.verdicts import Verdict
from widgets.facts import Fact
from widgets.theme import SEVERITY_TONES, VERDICT_TONES

_PUTS_IT_THERE = {Layer.FOUNDATION: "the foundation, by helmfile", Layer.GITOPS: "GitOps, by Flux"}


def component_facts(state: ComponentState, helmfile: str = "") -> list[Fact]:
    """Its verdict, what speaks against it and what to do, the details of its card, where it is, and what is fine."""
    version = f" · {state.version} is installed" if state.version and state.verdict is not Verdict.ABSENT else ""
    verdict = f"{state.verdict.symbol} {state.verdict.value}{version}"
    spaces = f"in {', '.join(state.namespaces)} · " if state.namespaces else ""
    file = f": {helmfile}" if helmfile else ""
    told = [finding for finding in state.findings if finding.severity > Severity.OK]
    fine = [finding for finding in state.findings if finding.severity is Severity.OK]
    return [
        Fact(verdict, VERDICT_TONES[state.verdict]),
        *(fact for finding in told for fact in _finding_facts(finding)),
        *(Fact(detail, Tone.MUTED, indent=2) for detail in state.details),
        Fact(f"{spaces}part of {_PUTS_IT_THERE[state.layer]}{file}", Tone.MUTED, indent=2),
        *(fact for finding in fine for fact in _finding_facts(finding)),
    ]


def layer_words(picture: Picture) -> list[tuple[str, Tone]]:
    """What is true between the layers, for the foundation's pane; nothing before there is a foundation to speak of."""
    if picture.identity is None or not picture.layer(Layer.FOUNDATION):
        return []
    closed = [finding.subject for finding in gitops_gate(picture).closed_by]
    gate = (f"gate to GitOps: closed by {', '.join(closed)}", Tone.WARN) if closed else _OPEN
    return [gate, _boundary_words(picture)]


_OPEN = ("gate to GitOps: open", Tone.GOOD)


def _boundary_words(picture: Picture) -> tuple[str, Tone]:
    crossed = [finding for finding in picture.boundary if finding.severity in (Severity.WARNING, Severity.BLOCKER)]
    if crossed:
        loud = any(finding.severity is Severity.BLOCKER for finding in crossed)
        return f"boundary: crossed {len(crossed)}×{_MORE}", Tone.BAD if loud else Tone.WARN
    if worst(picture.boundary) is Severity.UNKNOWN:
        return f"boundary: can't be told whole{_MORE}", Tone.MUTED
    return "boundary: clean", Tone.GOOD


def boundary_facts(picture: Picture) -> list[Fact]:
    """The gate from one layer to the other, and all that crosses the boundary."""
    answer = gitops_gate(picture)
    gate = Fact("gate to GitOps: open", Tone.GOOD) if answer.is_open else Fact("gate to GitOps: closed", Tone.WARN)
    words, tone = _boundary_words(picture)
    return [
        gate,
        *told(answer.findings),
        Fact(words.removesuffix(_MORE), tone),
        *(told(picture.boundary) or [Fact(_CLEAN, Tone.MUTED, indent=2)]),
    ]


_MORE = " (:boundary)"
_CLEAN = "Flux manages nothing of the foundation, and the foundation needs nothing that comes with GitOps"


def preflight_facts(picture: Picture) -> list[Fact]:
    """What stands in the way of the next change."""
    return told(picture.preflight) or [Fact("nothing is known to stand in the way", Tone.GOOD)]


def told(findings: Sequence[Finding]) -> list[Fact]:
    """Findings as they are read: each with what to do about it."""
    return [fact for finding in findings for fact in _finding_facts(finding)]


def survival_facts(survival: Survival, now: float) -> list[Fact]:
    """The fold over the claims, and what would be missing besides; each claim's own trouble stands in the table."""
    words = survival.words(now) or "no claims: there is no data to lose"
    losing = survival.claims.gone or survival.claims.unknown or survival.unseen
    facts = [Fact(words, Tone.WARN if losing else Tone.GOOD)]
    for finding in survival.besides:
        facts += _finding_facts(finding)
    if not survival.looked:
        facts.append(Fact("Git, keys and the survival sheet have not been looked at yet", Tone.MUTED))
    return facts


def context_text(access: Access) -> str:
    """Which cluster a session is on, and how to see another."""
    return f"This is {access.context} at {access.server}. For another: bedplate --context NAME"


def _finding_facts(finding: Finding) -> list[Fact]:
    tone = SEVERITY_TONES[finding.severity]
    said = Fact(f"{finding.subject}: {finding.text}", tone, finding.severity.symbol, about=finding.about)
    return [said, Fact(f"→ {finding.remedy}", Tone.MOVING, indent=2)] if finding.remedy else [said]


def object_name(kind: AnyTable, row: Row) -> str:
    """``Pod longhorn-system/longhorn-ui-748895487-bmdxf``."""
    return f"{kind.singular} {row.namespace}/{row.name}" if row.namespace else f"{kind.singular} {row.name}"


def row_text(kind: AnyTable, row: Row, now: float) -> str:
    """Every column of a row, none of them cut."""
    cells = [(column.title, column.cell(row, now)) for column in kind.columns]
    width = max(len(title) for title, _cell in cells)
    return "\n".join(f"{title:{width}}  {cell}" for title, cell in cells)


def conclusion_text(findings: Sequence[Finding]) -> str:
    """What the cluster says that a run did, to stand below its log."""
    lines = [f"{item.severity.symbol} {item.subject}: {item.text}" for item in findings]
    return "\n" + "\n".join(lines) + "\n"
