"""A dependency tree as rows of a table: one for each branch, in the order in which the tree is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.kinds.base import Column, Row, TableKind, Tone
from runners.layers.verdicts import Verdict

_TONES = {
    Verdict.HEALTHY: Tone.GOOD,
    Verdict.PROGRESSING: Tone.MOVING,
    Verdict.DEGRADED: Tone.WARN,
    Verdict.FAILED: Tone.BAD,
    Verdict.ABSENT: Tone.BAD,
    Verdict.UNKNOWN: Tone.WARN,
}


@dataclass(frozen=True, slots=True)
class LinkRow(Row):
    """One line of a tree; its name is its place, so that rows sort as they are drawn."""

    node: str
    """The node that it shows; empty for a heading."""
    label: str
    """With the lines of the tree before it."""
    why: str
    verdict: Verdict | None
    """None for a heading."""
    text: str


LINKS: TableKind[LinkRow] = TableKind(
    id="links",
    table="links",
    singular="Link",
    columns=(
        Column("DEPENDENCY", lambda row, _now: row.label),
        Column("WHY", lambda row, _now: row.why, drop=2),
        Column("STATUS", lambda row, _now: f"{row.verdict.symbol} {row.verdict.value}" if row.verdict else ""),
        Column("SAYS", lambda row, _now: row.text, grows=True, drop=1),
    ),
    tone=lambda row: _TONES[row.verdict] if row.verdict else Tone.MUTED,
)
