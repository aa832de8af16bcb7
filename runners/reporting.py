"""Reads what happened from this machine's journal and runs; no cluster is asked."""

from __future__ import annotations

from runners.journal import Journal
from runners.layers.walkthroughs.report import report
from runners.layers.walkthroughs.timeline import ALARMED, EVENTS, Passage, alarms_by_run, passages
from runners.rehearsals import known_rehearsals
from runners.tools.runs import Runs


def all_passages(journal: Journal, runs: Runs) -> tuple[Passage, ...]:
    """Every passage of a walkthrough that this machine knows of, the oldest first."""
    return passages(journal.lines(*EVENTS), runs.records())


def report_since(journal: Journal, runs: Runs, now: float, since: float) -> str:
    """The report on everything that went on after a moment (seconds since the epoch), as Markdown."""
    known = (passage for passage in all_passages(journal, runs) if not passage.is_idle)
    lately = [passage for passage in known if passage.ended >= since]
    ran = sorted((run for run in runs.records() if run.started >= since), key=lambda run: run.started)
    rehearsed = [one for one in known_rehearsals(journal) if one.began + one.took >= since]
    return report(lately, ran, now, since, alarms_by_run(journal.lines(ALARMED)), rehearsed)
