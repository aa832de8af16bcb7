"""What gates and walkthroughs look at beside the picture: what was decided, the sheet, and what own work would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.cluster.connection import Connection
from runners.decision_keeping import decisions
from runners.journal import Journal
from runners.layers.findings import Finding
from runners.layers.identity import Identity
from runners.layers.jsons import text
from runners.layers.judge import of_foundation
from runners.layers.kinds.base import timestamp
from runners.layers.picture import Picture
from runners.layers.probes import Prospect
from runners.layers.rows import Rows
from runners.layers.survival.judge import SheetFile
from runners.layers.walkthroughs.act_prospects import act_prospects
from runners.layers.walkthroughs.decisions import Decision, latest
from runners.layers.walkthroughs.held_jobs import held
from runners.layers.walkthroughs.recover import NAME, REMEMBERED
from runners.layers.walkthroughs.restore_gates import old_disks, unrestored
from runners.layers.walkthroughs.restore_rules import DISKS, Recovery
from runners.layers.walkthroughs.timeline import FINISHED
from runners.probes import prospects
from runners.probes.base import Scene
from runners.surroundings import Outlook, Place


class Recovering:
    """What is known of a recovery of one cluster, whether anybody has begun one or not."""

    def __init__(self, place: Place, rows: Rows, outlook: Outlook, clock: Callable[[], float]) -> None:
        """Takes where things are, what the cluster has, who looks around, and the time in seconds since the epoch."""
        self.decisions: tuple[Decision, ...] = ()
        """What people decided on this cluster, as it was read last."""
        self.is_read = False
        """Was it read at all?"""
        self.finished = 0.0
        """When the whole walkthrough was last seen to be over from this machine, in seconds since the epoch."""
        self._place = place
        self._rows = rows
        self._outlook = outlook
        self._clock = clock

    @property
    def sheet(self) -> SheetFile:
        """The survival sheet on this machine, as it was looked at last."""
        return self._outlook.known.sheet if self._outlook.known is not None else SheetFile()

    @property
    def recovery(self) -> Recovery:
        """What a recovery rests on."""
        return Recovery(self.sheet.content, latest(self.decisions, NAME, self._clock() - REMEMBERED))

    @property
    def is_open(self) -> bool:
        """Has somebody decided anything on one, and was it not over since?

        Over once is over: what is upgraded, or breaks, afterwards is no part of that recovery.
        """
        if not self.recovery.decisions:
            return False  # or each was taken back
        decided = (each.at for each in self.decisions if each.walkthrough == NAME)
        newest = max(decided, default=0.0)
        return newest >= self._clock() - REMEMBERED and int(newest) > self.finished  # the journal has whole seconds

    def read(self, connection: Connection, journal: Journal, identity: Identity | None) -> None:
        """Reads the decisions again, from the journal and the cluster; slow. Before that is known there are none."""
        if identity is not None:
            self.decisions = decisions(connection, journal, identity)
            self.finished = _finished(journal, identity)
            self.is_read = True

    def unrestored(self, identity: Identity | None) -> tuple[Finding, ...]:
        """Why nothing may start yet that creates claims."""
        return unrestored(self._rows, self.recovery, identity)

    def old_disks(self, identity: Identity | None) -> str:
        """The disks from before, in words, whose replicas may be the last copy of something; empty where none is."""
        recovery = self.recovery
        if not recovery.answer(DISKS) and any(held(self._rows)):
            # It is not over yet: what was said of the disks counts for longer than a decision does.
            recovery = Recovery(recovery.sheet, latest(self.decisions, NAME, 0.0))
        return old_disks(recovery, identity)

    @property
    def is_in_doubt(self) -> bool:
        """Can the survival sheet not be read, and has nobody said what has become of old disks?"""
        return self.sheet.content is None and bool(self.sheet.error) and not self.recovery.answer(DISKS)

    def prospects(self, component: str, picture: Picture) -> Mapping[str, Prospect]:
        """What the probe and the acts of a component would do now."""
        entry = self._place.settings.entry(component)
        if entry is None:
            return {}
        probes = prospects(of_foundation(entry).probe, Scene(entry, self._rows, self._place.environ))
        return {**probes, **act_prospects(component, self._rows, self.recovery, picture)}


def _finished(journal: Journal, identity: Identity) -> float:
    try:
        lines = [*journal.lines(FINISHED)]
    except OSError:
        return 0.0
    own = (line for line in lines if (text(line, "server"), text(line, "uid")) == (identity.server, identity.uid))
    return max((timestamp(text(line, "at")) for line in own if text(line, "walkthrough") == NAME), default=0.0)
