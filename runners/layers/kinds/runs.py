"""Runs as rows: kept on disk and not by a server, and shown beside everything else."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.kinds.base import Column, Row, TableKind, Tone, age
from runners.layers.runs import RunRecord, RunState

_TONES = {
    RunState.STARTING: Tone.MOVING,
    RunState.RUNNING: Tone.MOVING,
    RunState.FAILED: Tone.BAD,
    RunState.LOST: Tone.BAD,
    RunState.INTERRUPTED: Tone.WARN,
}


@dataclass(frozen=True, slots=True)
class RunRow(Row):
    """One run; its name is its id."""

    record: RunRecord


def run_row(record: RunRecord) -> RunRow:
    """The row of a run."""
    return RunRow(RUNS.id, "", record.id, record.id, record.started, record)


def _exit(row: RunRow, _now: float) -> str:
    code = row.record.exit_code
    return "–" if code is None else str(code)


RUNS: TableKind[RunRow] = TableKind(
    id="runs",
    table="runs",
    singular="Run",
    columns=(
        Column("RUN", lambda row, _now: row.record.short_id),
        Column("WHAT", lambda row, _now: row.record.title, grows=True),
        Column("STATUS", lambda row, _now: row.record.state.value),
        Column("EXIT", _exit, right=True, drop=1),
        Column("TOOK", lambda row, now: age(row.record.seconds(now)), right=True, ticks=True, drop=2),
        Column("AGE", lambda row, now: age(now - row.created), sort=lambda row: -row.created, right=True, ticks=True),
    ),
    tone=lambda row: _TONES.get(row.record.state, Tone.PLAIN),
    aliases=("run",),
)
