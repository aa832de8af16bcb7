"""A judge that hears what changes in a store, and may be asked from any thread."""

from __future__ import annotations

import threading

from runners.cluster.store import Delta
from runners.layers.judge import Judge, Observed
from runners.layers.picture import Picture
from runners.layers.sight import Mark, changes


class Judging:
    """Collects what changed between two pictures."""

    def __init__(self) -> None:
        """Starts without having heard anything."""
        self._judge = Judge()
        self._changed: set[Mark] = set()
        self._hearing = threading.Lock()
        self._judging = threading.Lock()

    def heard(self, delta: Delta) -> None:
        """Notes what changed; returns at once."""
        marks = changes(delta.table, (*delta.changed, *delta.removed), fresh=delta.freshness is not None)
        with self._hearing:
            self._changed |= marks

    def picture(self, seen: Observed) -> Picture:
        """The verdicts and findings of one moment; always of the rows whose changes are heard."""
        with self._judging:
            with self._hearing:
                changed, self._changed = self._changed, set()
            # Where a rule fails half-way, what is remembered by then can't be relied on: it is found anew.
            judge, self._judge = self._judge, Judge()
            picture = judge.picture(seen, changed)
            self._judge = judge
            return picture
