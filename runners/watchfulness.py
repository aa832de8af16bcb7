"""Keeps with a run of the foundation how the volumes were when it began, and hears what becomes worse afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress

from runners.cluster.store import Delta
from runners.journal import Journal
from runners.layers import commands as c
from runners.layers.alarms import Alarm, Known, alarms, robustness, seen, worsened
from runners.layers.identity import Identity
from runners.layers.jsons import Json, mapping
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.rows import Rows
from runners.layers.runs import RunRecord
from runners.layers.walkthroughs.timeline import ALARMED
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
    """Compares the volumes with the beginning of the newest run that may have done something to them.

    What got worse is kept until a person has seen it, however soon it was over.
    """

    def __init__(self, runs: Runs, journal: Journal) -> None:
        """Takes where the runs are, and where an alarm is put on record."""
        self._runs = runs
        self._journal = journal
        self._of = ""
        self._before: Mapping[str, str] | None = None
        self._known: Known = {}
        self._recorded: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def look(self, records: Iterable[RunRecord], now: float) -> None:
        """Finds that run; its note is read once. The records are sorted with the newest first."""
        run = next((each for each in records if each.title.partition(" ")[0] in _WATCHED), None)
        if run is None or (run.ended is not None and now - run.ended > LASTS):
            if all(entry.is_seen for entry in self._known.values()):  # else it is still said what becomes of them
                self._of, self._before = "", None
        elif run.id != self._of:
            self._of, self._before = run.id, self._since(run)

    def _since(self, run: RunRecord) -> Mapping[str, str] | None:
        """How the volumes were: those that an older run made worse, before that one."""
        noted, older = self._noted(run), self._before or {}
        return noted if noted is None else {**noted, **{name: older[name] for name in self._known if name in older}}

    def _noted(self, run: RunRecord) -> Mapping[str, str] | None:
        try:
            found = read_json(self._runs.log_path(run.id).with_name(BEFORE))
        except RunUnknown:  # it was swept away since the records were read
            return None
        return {name: str(value) for name, value in mapping(found, "volumes").items()} if found else None

    def heard(self, delta: Delta) -> None:
        """Takes each state of each volume, for between two pictures one may have come and gone."""
        if delta.table == LONGHORN_VOLUMES.table and delta.changed:
            self._take(row for row in delta.changed.values() if isinstance(row, LonghornVolume))

    def _take(self, volumes: Iterable[LonghornVolume]) -> Known:
        with self._lock:
            if self._before is not None:
                self._known = worsened(self._known, self._before, volumes)
            return self._known

    def alarms(self, rows: Rows, identity: Identity | None) -> tuple[Alarm, ...]:
        """What got worse since then and was not acknowledged; what is new is put on record."""
        found = alarms(self._take(rows.all(LONGHORN_VOLUMES)))
        causes = frozenset[str]().union(*(alarm.causes for alarm in found))
        if identity is not None:
            for alarm in found:
                if alarm.causes - self._recorded:
                    self._put_on_record(alarm, identity)
            self._recorded = causes
        return found

    def _put_on_record(self, alarm: Alarm, identity: Identity) -> None:
        with suppress(OSError):  # it is on the screen without it
            self._journal.write(ALARMED, identity, run=self._of, title=alarm.words)

    def acknowledge(self) -> None:
        """A person has seen what there is."""
        with self._lock:
            self._known = seen(self._known)
