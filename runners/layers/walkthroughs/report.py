"""What happened, as Markdown: each passage of a walkthrough with what was proved, decided and run, and other runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from runners.layers.kinds.base import age
from runners.layers.outside_text import redact
from runners.layers.rehearsal.record import Rehearsal
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.runbook import code, escaped
from runners.layers.walkthroughs.timeline import ALARMED, FINISHED, PROVED, Entry, Passage

_CHOICES = {Choice.CONFIRMED: "confirmed", Choice.SKIPPED: "skipped", Choice.TAKEN_BACK: "taken back"}


def report(
    passages: Sequence[Passage],
    runs: Iterable[RunRecord],
    now: float,
    since: float,
    alarms: Mapping[str, Sequence[Entry]],
    rehearsals: Sequence[Rehearsal] = (),
) -> str:
    """The whole report.

    Args:
        passages: those of the time that is asked for.
        runs: every run of that time, those of passages too.
        now: seconds since the epoch.
        since: the same, of the beginning of that time.
        alarms: id of a run → what was alarming while it went on.
        rehearsals: those of that time.
    """
    own = {run.id for passage in passages for run in passage.runs}
    others = [run for run in runs if run.id not in own]
    parts = ["# What happened", f"From {_stamp(since)} to {_stamp(now)}."]
    parts += [part for passage in passages for part in _passage(passage, now)]
    if others:
        parts += ["## Other runs" if passages else "## Runs", _runs(others, now)]
        raised = [f"- {code(run.short_id)} {_alarm(entry)}" for run in others for entry in alarms.get(run.id, ())]
        parts += ["\n".join(raised)] if raised else []
    if rehearsals:
        parts += ["## Rehearsals", "\n".join(line for one in rehearsals for line in _rehearsal(one))]
    if not (passages or others or rehearsals):
        parts.append("Nothing: no walkthrough was opened, and nothing was run.")
    return "\n\n".join(parts)


def _passage(passage: Passage, now: float) -> Iterator[str]:
    yield f"## {_safe(passage.title or passage.walkthrough)} on {_safe(passage.context or passage.cluster)}"
    took = age(passage.moved - passage.began)
    people = ", ".join(_safe(who) for who in dict.fromkeys(each.who for each in passage.entries) if who)
    yield f"From {_stamp(passage.began)} to {_stamp(passage.moved)}, {took}; by {people or 'nobody known'}."
    if passage.milestones:
        yield "\n".join(f"- time to {_safe(name)}: {age(took)}" for name, took in passage.milestones.items())
    steps = [line for entry in passage.entries for line in _step(entry, passage)]
    if steps:
        yield "### Steps\n\n" + "\n".join(steps)
    if passage.runs:
        yield "### Runs\n\n" + _runs(passage.runs, now)


def _rehearsal(one: Rehearsal) -> Iterator[str]:
    yield (
        f"- {_stamp(one.began)}: {_safe(one.walkthrough)} of {_safe(one.context or one.repository)} "
        f"by {_safe(one.who)}: {_safe(one.words)}"
    )
    yield from (f"  - was missing: {_safe(each)}" for each in one.missing)


def _step(entry: Entry, passage: Passage) -> Iterator[str]:
    into = f"{age(entry.at - passage.began)}:"
    if entry.decision is not None:
        yield f"- {into} {_decided(entry.decision, passage.answer(entry.decision))}"
    elif entry.event == PROVED:
        again = " again" if entry is not passage.proved[entry.step][0] else ""
        yield f"- {into} {_safe(entry.title or entry.step)} is proved{again}"
    elif entry.event == ALARMED:
        yield f"- {into} {_alarm(entry)}"
    elif entry.event == FINISHED:
        yield f"- {into} every step is over"


def _alarm(entry: Entry) -> str:
    return f"**alarm:** {_safe(entry.title)}"


def _decided(decision: Decision, answer: str) -> str:
    said = "; ".join(filter(None, (answer, decision.reason)))
    words = f"{code(decision.step)} {_CHOICES[decision.choice]} by {_safe(decision.who)}"
    return f"{words}: {_safe(said)}" if said else words


def _runs(runs: Sequence[RunRecord], now: float) -> str:
    head = "| run | what | outcome | took | started |\n|---|---|---|---|---|"
    return "\n".join((head, *(_run(run, now) for run in runs)))


def _run(run: RunRecord, now: float) -> str:
    failed = run.exit_code is not None and run.state is not RunState.SUCCEEDED
    outcome = run.state.value + (f", exit code {run.exit_code}" if failed else "")
    took = age(run.seconds(now)) if run.ended is not None or not run.state.ended else "–"
    return f"| {code(run.short_id)} | {_safe(run.title)} | {outcome} | {took} | {_stamp(run.started)} |"


def _safe(text: str) -> str:
    return escaped(redact(text))


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
