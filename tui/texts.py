"""What is said of one component, one row or the session when it is asked for: pure."""

from __future__ import annotations

from runners.cluster.access import Access
from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Row
from runners.layers.picture import ComponentState


def component_text(state: ComponentState) -> tuple[str, str]:
    """Every finding of a component with its remedy, and the details of its card."""
    lines = [f"{state.verdict.symbol} {state.verdict.value}  {state.version}".rstrip(), *state.details, ""]
    for finding in state.findings:
        lines.append(f"{finding.severity.symbol} {finding.subject}: {finding.text}")
        if finding.remedy:
            lines.append(f"    → {finding.remedy}")
    return state.name, "\n".join(lines)


def context_text(access: Access) -> str:
    """Which cluster a session is on, and how to see another."""
    return f"This is {access.context} at {access.server}. For another: bedplate --context NAME"


def row_text(kind: AnyTable, row: Row, now: float) -> tuple[str, str]:
    """Every column of a row, none of them cut."""
    cells = [(column.title, column.cell(row, now)) for column in kind.columns]
    width = max(len(title) for title, _cell in cells)
    return f"{kind.singular} {row.name}", "\n".join(f"{title:{width}}  {cell}" for title, cell in cells)
