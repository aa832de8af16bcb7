"""The runs of one cluster, as they were seen on disk the last time: which go on, and which nobody has concluded."""

from __future__ import annotations

from dataclasses import dataclass

from runners.aftermath import concluded
from runners.cluster.store import Store
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.runs import RUNS, run_row
from runners.layers.runs import RunRecord
from runners.tools.runs import Runs

_RECENT = 5
"""Ended runs that are looked at for a conclusion; older ones are history."""


@dataclass(frozen=True, slots=True)
class SeenRuns:
    """One look at the runs of a cluster."""

    cluster: str = ""
    """The cluster they are of; empty while it has not answered, and then there are none."""
    all: tuple[RunRecord, ...] = ()
    """Newest first."""
    running: tuple[RunRecord, ...] = ()
    unconcluded: tuple[RunRecord, ...] = ()
    """Ended, and the cluster was not asked yet what they did."""


def look(runs: Runs, cluster: str) -> SeenRuns:
    """Looks now. Raises OSError where the folder of runs can't be read."""
    if not cluster:
        return SeenRuns()
    mine = tuple(run for run in runs.records() if run.cluster == cluster)
    recent = [run for run in mine if run.state.ended][:_RECENT]
    return SeenRuns(
        cluster=cluster,
        all=mine,
        running=tuple(run for run in mine if not run.state.ended),
        unconcluded=tuple(run for run in recent if concluded(runs, run.id) is None),
    )


def keep_rows(store: Store, seen: SeenRuns) -> None:
    """Has a store show the runs as they were seen."""
    if seen.cluster:
        rows = {row.key: row for row in map(run_row, seen.all)}
        store.apply(RUNS, rows)
        store.keep_only(RUNS, rows.keys())
        store.set_freshness(RUNS, Freshness(Reach.LIVE))
