"""``bedplate runs``: the runs of this machine without a screen and without a cluster."""

from __future__ import annotations

import codecs
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from runners.journal import Journal
from runners.layers.kinds.base import age
from runners.layers.outside_text import harmless
from runners.layers.runs import RunRecord, RunState
from runners.operate import interrupt_run
from runners.tools.private_files import state_home
from runners.tools.run_follower import RunFollower
from runners.tools.runs import Runs, RunUnknown

DONE, REFUSED, UNKNOWN_RUN = 0, 1, 2

LOST = 3
"""Exit code of ``follow`` for a run of which nobody saw how it ended."""
_LOOK_EVERY = 0.1
"""Seconds between two looks at a log that grows."""
_LONGEST_ESCAPE = 64
"""Characters at the end of a piece in which the beginning of an escape sequence is looked for."""
_HINT = "`bedplate runs` lists them"

Ask = Callable[[str], str]


def show_list(environ: Mapping[str, str]) -> int:
    """Prints a line a run, newest first."""
    now = time.time()
    rows = [
        ("RUN", "WHAT", "CLUSTER", "STATE", "EXIT", "TOOK", "AGE"),
        *(_row(run, now) for run in _all(environ).records()),
    ]
    if len(rows) == 1:
        print("no runs on this machine yet")
        return DONE
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return DONE


def show(environ: Mapping[str, str], run_id: str) -> int:
    """Prints what is known of a run, and everything that its tool printed."""
    runs = _all(environ)
    run = _find(runs, run_id)
    if run is None:
        return UNKNOWN_RUN
    print(harmless("\n".join(_about(run, time.time()))) + "\n", flush=True)
    with RunFollower(runs.log_path(run.id)) as log:
        _print(iter(log.read_new, b""))
    return DONE


def follow(environ: Mapping[str, str], run_id: str) -> int:
    """Prints a run's log from its beginning until it ends, and returns the tool's exit code."""
    runs = _all(environ)
    run = _find(runs, run_id)
    if run is None:
        return UNKNOWN_RUN
    try:
        with RunFollower(runs.log_path(run.id)) as log:
            _print(_until_it_ends(runs, run, log))
        ended = runs.record(run.id)
    except RunUnknown:
        return _refused(harmless(f"run {run.short_id} was removed while it was followed"))
    if ended.state is not RunState.SUCCEEDED:
        why = f": {ended.error}" if ended.error else ""
        print(harmless(f"bedplate: run {ended.short_id} ({ended.title}) {ended.state.value}{why}"), file=sys.stderr)
    if ended.exit_code is not None:
        return ended.exit_code
    return LOST if ended.state is RunState.LOST else REFUSED


def interrupt(environ: Mapping[str, str], run_id: str, *, yes: bool, read_only: bool, ask: Ask = input) -> int:
    """Sends the tool of a run one SIGINT, once a person said yes."""
    runs = _all(environ)
    run = _find(runs, run_id)
    if run is None:
        return UNKNOWN_RUN
    named = harmless(f"run {run.short_id} ({run.title})")
    if read_only:
        return _refused(f"{named} was not interrupted: read-only changes nothing")
    if run.state.ended:
        return _refused(f"{named} has ended already: {run.state.value}")
    if not yes:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _refused(f"{named} was not interrupted: nobody can be asked without a terminal; give --yes")
        print(f"Sends the tool of {named} one SIGINT; it ends in its own way, and the release is marked failed.")
        if not _says_yes(ask, "Interrupt it? [y/N] "):
            return _refused(f"{named} goes on")
    if not interrupt_run(runs, Journal(state_home(environ) / "journal.jsonl"), run):
        return _refused(f"{named} has ended already, or its supervisor is gone")
    print(f"{named} was asked to end; `bedplate runs follow {run.short_id}` shows how it does")
    return DONE


def _all(environ: Mapping[str, str]) -> Runs:
    return Runs(state_home(environ) / "runs")


def _find(runs: Runs, run_id: str) -> RunRecord | None:
    try:
        return runs.find(run_id)
    except RunUnknown as unknown:
        print(harmless(f"bedplate: {unknown}; {_HINT}").replace("\n", " "), file=sys.stderr)
        return None


def _says_yes(ask: Ask, question: str) -> bool:
    try:
        return ask(question).strip().lower() in ("y", "yes")
    except EOFError:
        # ctrl+d: the question's line is still open.
        print()
        return False


def _refused(words: str) -> int:
    print(f"bedplate: {words}", file=sys.stderr)
    return REFUSED


def _row(run: RunRecord, now: float) -> tuple[str, ...]:
    code = "–" if run.exit_code is None else str(run.exit_code)
    cells = (
        run.short_id,
        run.title,
        run.cluster.partition(" ")[0] or "–",
        run.state.value,
        code,
        age(run.seconds(now)),
        age(now - run.started),
    )
    return tuple(" ".join(harmless(cell).split()) for cell in cells)


def _about(run: RunRecord, now: float) -> list[str]:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started))
    code = f", exit code {run.exit_code}" if run.exit_code is not None else ""
    lines = [
        f"run      {run.id}",
        f"what     {run.title}",
        f"cluster  {run.cluster or '–'}",
        f"state    {run.state.value}{code}",
        f"started  {stamp}, {age(now - run.started)} ago",
        f"took     {age(run.seconds(now))}",
        f"folder   {run.cwd}",
        f"command  {shlex.join(run.argv)}",
    ]
    return [*lines, f"error    {run.error}"] if run.error else lines


def _until_it_ends(runs: Runs, run: RunRecord, log: RunFollower) -> Iterator[bytes]:
    while True:
        # The record is read first: what the log has after the end was there before it.
        ended = runs.record(run.id).state.ended
        yield from iter(log.read_new, b"")
        if ended:
            return
        runs.wait(run.id, _LOOK_EVERY)


def _print(pieces: Iterator[bytes]) -> None:
    """Writes what a tool printed as text that acts on no terminal, whatever a piece was cut from."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    held, last = "", "\n"
    for piece in pieces:
        text = held + decode(piece)
        # An escape sequence may be cut: what has begun as one waits for the rest.
        begun = text.rfind("\x1b", max(0, len(text) - _LONGEST_ESCAPE))
        text, held = (text[:begun], text[begun:]) if begun > text.rfind("\n") else (text, "")
        _write(text)
        last = text[-1:] or last
    _write(held if (held or last)[-1:] == "\n" else f"{held}\n")


def _write(text: str) -> None:
    sys.stdout.write(harmless(text))
    sys.stdout.flush()
