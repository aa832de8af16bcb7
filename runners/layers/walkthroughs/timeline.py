"""What happened on a walkthrough, folded from the journal's lines: when it began, what was proved, decided and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from runners.layers.jsons import Json, text
from runners.layers.kinds.base import timestamp
from runners.layers.runs import RunRecord
from runners.layers.walkthroughs.decisions import Choice, Decision, answer_words, read

OPENED, PROVED, DECIDED, ALARMED, FINISHED = "opened", "proved", "decided", "alarmed", "finished"
"""The journal's events that a walkthrough leaves."""
EVENTS = (OPENED, PROVED, DECIDED, ALARMED, FINISHED)
_TRAIL = 3600.0
"""Seconds after the last line for which a run still belongs to it."""
PAUSE = 12 * 3600.0
"""Seconds without a line after which the next one begins another passage."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: float
    """Seconds since the epoch."""
    event: str
    step: str
    """The step's id."""
    title: str
    """The step's title, or what the alarm says."""
    who: str
    milestone: str = ""
    decision: Decision | None = None


@dataclass(frozen=True)
class Passage:
    """One time that a walkthrough was gone through on one cluster, by one person or several."""

    walkthrough: str
    title: str
    context: str
    cluster: str
    """Server and uid, as runs are marked with them."""
    entries: tuple[Entry, ...]
    runs: tuple[RunRecord, ...] = ()

    @property
    def began(self) -> float:
        """Seconds since the epoch."""
        return self.entries[0].at

    @property
    def ended(self) -> float:
        """Of the last thing that happened, runs included."""
        return max(self.entries[-1].at, *(run.ended or run.started for run in self.runs), self.began)

    @property
    def moved(self) -> float:
        """When something was last proved or decided, or a run ended: since then what is next has been waited for."""
        entries = (entry.at for entry in self.entries if entry.event in (PROVED, DECIDED))
        return max((self.began, *entries, *(run.ended or run.started for run in self.runs)))

    @property
    def is_idle(self) -> bool:
        """Somebody looked, and nothing happened."""
        return all(entry.event == OPENED for entry in self.entries)

    @property
    def milestones(self) -> Mapping[str, float]:
        """What was reached → seconds from the beginning to the last time that it was proved: it may have been lost."""
        return {entry.milestone: entry.at - self.began for entry in self.entries if entry.milestone}

    @property
    def finished(self) -> bool:
        """Was every step over at some time?"""
        return any(entry.event == FINISHED for entry in self.entries)

    @property
    def is_over(self) -> bool:
        """Was every step over, and nothing decided since?"""
        last = next((entry.event for entry in reversed(self.entries) if entry.event in (DECIDED, FINISHED)), "")
        return last == FINISHED

    @property
    def to_its_end(self) -> Passage:
        """What happened until every step was over for the first time; all of it where that never was."""
        end = next((at for at, entry in enumerate(self.entries) if entry.event == FINISHED), len(self.entries))
        return replace(self, entries=self.entries[: end + 1])

    @property
    def proved(self) -> Mapping[str, tuple[Entry, ...]]:
        """Each step that was proved meanwhile → each time that it was, the first one first: it may have been lost."""
        found: dict[str, tuple[Entry, ...]] = {}
        for entry in self.entries:
            if entry.event == PROVED:
                found[entry.step] = (*found.get(entry.step, ()), entry)
        return found

    @property
    def decided(self) -> Mapping[str, Decision]:
        """The last decision on each step; what was taken back is none."""
        last = {each.decision.step: each.decision for each in self.entries if each.decision is not None}
        return {step: each for step, each in last.items() if each.choice is not Choice.TAKEN_BACK}

    def answer(self, decision: Decision) -> str:
        """What was answered, for people; empty where that was no more than yes, to this cluster."""
        return "" if decision.answer == self.cluster.rpartition(" ")[2] else answer_words(decision.answer)

    @property
    def alarms(self) -> tuple[Entry, ...]:
        """What went wrong in the middle."""
        return tuple(entry for entry in self.entries if entry.event == ALARMED)


def passages(lines: Iterable[Json], runs: Iterable[RunRecord]) -> tuple[Passage, ...]:
    """Every passage, the oldest first, with the runs that were started on it.

    Args:
        lines: the journal's lines, of any events and in any order.
        runs: every run that is known.
    """
    lines = tuple(lines)
    open_ones: dict[tuple[str, str], Passage] = {}
    closed: list[Passage] = []
    for found in sorted(_started(lines), key=lambda each: each.began):
        at = (found.cluster, found.walkthrough)
        before = open_ones.get(at)
        if before is not None and _goes_on(before, found):
            open_ones[at] = replace(before, entries=(*before.entries, *found.entries))
            continue
        if before is not None:
            closed.append(before)
        open_ones[at] = found
    every = sorted((*closed, *open_ones.values()), key=lambda each: each.began)
    return tuple(_with_runs(every, tuple(sorted(runs, key=lambda run: run.started)), alarms_by_run(lines)))


def alarms_by_run(lines: Iterable[Json]) -> Mapping[str, tuple[Entry, ...]]:
    """Id of a run → what was alarming while it went on, whatever screen was open; the same words once."""
    found: dict[str, dict[str, Entry]] = {}
    for line in lines:
        if text(line, "event") == ALARMED and (run := text(line, "run")):
            entry = _entry(line)
            found.setdefault(run, {}).setdefault(entry.title, entry)
    return {run: tuple(entries.values()) for run, entries in found.items()}


def _goes_on(before: Passage, found: Passage) -> bool:
    same = not found.title or found.title == before.title
    return same and found.began - before.entries[-1].at < PAUSE


def _started(lines: Iterable[Json]) -> Iterator[Passage]:
    """Each line as a passage of its own; only ``opened`` says what a passage is called."""
    for line in lines:
        entry = _entry(line)
        decided = entry.decision.walkthrough if entry.decision is not None else ""
        walkthrough = decided if entry.event == DECIDED else text(line, "walkthrough")
        if walkthrough and entry.event in EVENTS and entry.at:
            cluster = f"{text(line, 'server')} {text(line, 'uid')}"
            title = text(line, "title") if entry.event == OPENED else ""
            yield Passage(walkthrough, title, text(line, "context"), cluster, (entry,))


def _entry(line: Json) -> Entry:
    event = text(line, "event")
    decision = read(text(line, "decision")) if event == DECIDED else None
    return Entry(
        decision.at if decision is not None else timestamp(text(line, "at")),
        event,
        text(line, "step"),
        text(line, "title"),
        text(line, "who"),
        text(line, "milestone"),
        decision,
    )


def _with_runs(
    found: list[Passage], runs: tuple[RunRecord, ...], alarms: Mapping[str, tuple[Entry, ...]]
) -> Iterator[Passage]:
    """A run belongs to the passage of its cluster that had the last line before it, unless that is long over.

    Not to the one that began last: who looks into another walkthrough comes back to the one that they are on.
    """
    owners = [(run, _passage_of(run, found)) for run in runs]
    for passage in found:
        own = [run for run, owner in owners if owner is passage]
        raised = (entry for run in own for entry in alarms.get(run.id, ()))
        entries = sorted((*passage.entries, *raised), key=lambda entry: entry.at)
        yield replace(passage, entries=tuple(entries), runs=tuple(own))


def _passage_of(run: RunRecord, known: Iterable[Passage]) -> Passage | None:
    on_time = (
        each
        for each in known
        if each.cluster == run.cluster and each.began <= run.started < each.entries[-1].at + _TRAIL
    )
    return max(on_time, key=lambda each: max(it.at for it in each.entries if it.at <= run.started), default=None)
