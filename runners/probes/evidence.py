"""What earlier probes found, read from their runs: the note left at the start, and the end of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from runners.layers.jsons import text
from runners.layers.probes import Answer, Evidence, answer_in
from runners.layers.runs import RunRecord, RunState
from runners.tools.run_files import read_json
from runners.tools.runs import Runs, RunUnknown

PROBED = "probed.json"
"""The note in a run's folder that makes it a probe: which one, and of which component."""
_TAIL = 8_192
"""Bytes at a log's end that hold its answer."""


class Proofs:
    """The newest evidence about each component; a run that has ended is read once."""

    def __init__(self, runs: Runs) -> None:
        """Takes where the runs are."""
        self._runs = runs
        self._read: dict[str, tuple[str, Answer | None] | None] = {}

    def of(self, records: Iterable[RunRecord]) -> Mapping[str, Evidence]:
        """Component → its evidence, from runs that are sorted with the newest first."""
        found: dict[str, Evidence] = {}
        for run in records:
            if not run.state.ended or run.state is RunState.INTERRUPTED:
                continue
            if run.id not in self._read:
                try:
                    self._read[run.id] = self._look(run)
                except RunUnknown:  # it was swept away since the records were read
                    continue
            said = self._read[run.id]
            if said is not None and said[0] not in found:
                found[said[0]] = Evidence(run.short_id, run.ended or run.started, said[1])
        return found

    def _look(self, run: RunRecord) -> tuple[str, Answer | None] | None:
        """The component that a run probed, and the answer; None for a run that is no probe."""
        log = self._runs.log_path(run.id)
        note = read_json(log.with_name(PROBED))
        return None if note is None else (text(note, "component"), answer_of(log))


def answer_of(log: Path) -> Answer | None:
    """The answer that a probe wrote at the end of its log; None where it did not."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            return answer_in(file.read())
    except OSError:
        return None
