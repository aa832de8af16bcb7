"""Keeps with a run of the foundation how the volumes were when it began, and compares them until they settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runners.layers import commands as c
from runners.layers.alarms import alarms, robustness
from runners.layers.findings import Finding
from runners.layers.jsons import Json, mapping
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.rows import Rows
from runners.layers.runs import RunRecord
from runners.tools.run_files import read_json
from runners.tools.runs import Runs, RunUnknown

BEFORE = "before.json"
"""The note in a run's folder: how each volume was when it began."""
LASTS = 3600.0
"""Seconds after a run's end for which what becomes worse is still put down to it."""
_WATCHED = (c.APPLY.name, c.REPAIR.name)


def note(command: c.Command, rows: Rows) -> Mapping[str, Json]:
    """What is to be left in the folder of a command's run."""
    if command.name not in _WATCHED:
        return {}
    return {BEFORE: {"volumes": dict(robustness(rows.all(LONGHORN_VOLUMES)))}}


class Watch:
    """Compares the volumes with the beginning of the newest run that may have done something to them."""

    def __init__(self, runs: Runs) -> None:
        """Takes where the runs are."""
        self._runs = runs
        self._of = ""
        self._before: Mapping[str, str] = {}

    def look(self, records: Iterable[RunRecord], now: float) -> None:
        """Finds that run; its note is read once. The records are sorted with the newest first."""
        run = next((each for each in records if each.title.partition(" ")[0] in _WATCHED), None)
        if run is None or (run.ended is not None and now - run.ended > LASTS):
            self._of, self._before = "", {}
        elif run.id != self._of:
            self._of, self._before = run.id, self._noted(run)

    def _noted(self, run: RunRecord) -> Mapping[str, str]:
        try:
            note = self._runs.log_path(run.id).with_name(BEFORE)
        except RunUnknown:  # it was swept away since the records were read
            return {}
        return {name: str(value) for name, value in mapping(read_json(note), "volumes").items()}

    def alarms(self, rows: Rows) -> tuple[Finding, ...]:
        """What is worse by now than it was then."""
        return alarms(self._before, rows.all(LONGHORN_VOLUMES)) if self._before else ()
