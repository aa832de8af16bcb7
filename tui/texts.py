"""What is shown of one component, row or run when it is opened: pure."""

from __future__ import annotations

from collections.abc import Sequence

from runners.layers.findings import Finding, Severity
from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Row, Tone
from runners.layers.picture import ComponentState, Layer
from runners.layers.verdicts import Verdict
from widgets.facts import Fact
from widgets.theme import SEVERITY_TONES, VERDICT_TONES

_PUTS_IT_THERE = {Layer.FOUNDATION: "the foundation, by helmfile", Layer.GITOPS: "GitOps, by Flux"}


def component_facts(state: ComponentState, helmfile: str = "") -> list[Fact]:
    """Its verdict, where it stands, the details of its card, and every finding with its remedy; nothing is cut."""
    version = f" · {state.version} is installed" if state.version and state.verdict is not Verdict.ABSENT else ""
    spaces = ", ".join(state.namespaces)
    place = (
        f"in {spaces} · part of {_PUTS_IT_THERE[state.layer]}" if spaces else f"part of {_PUTS_IT_THERE[state.layer]}"
    )
    facts = [
        Fact(f"{state.verdict.value}{version}", VERDICT_TONES[state.verdict], state.verdict.symbol),
        Fact(f"{place} ({helmfile})" if helmfile else place, Tone.MUTED, indent=2),
        *(Fact(detail, Tone.MUTED, indent=2) for detail in state.details),
    ]
    for finding in state.findings:
        tone = SEVERITY_TONES[finding.severity]
        facts.append(Fact(f"{finding.subject}: {finding.text}", tone, finding.severity.symbol))
        if finding.remedy:
            facts.append(Fact(f"→ {finding.remedy}", Tone.MOVING, indent=2))
    if not [finding for finding in state.findings if finding.severity > Severity.OK]:
        facts.append(Fact("nothing speaks against it", Tone.MUTED, indent=2))
    return facts


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
