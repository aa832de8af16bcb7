"""Reading a run from its folder: what the files say, and what the locks say where the files are silent."""

from __future__ import annotations

from pathlib import Path

from runners.layers.jsons import Json, dig, integer, strings, text, truth
from runners.layers.runs import RunRecord, RunState
from runners.tools import run_files


def read_record(folder: Path) -> RunRecord | None:
    """The record of the run in a folder; None where there is none."""
    request = run_files.read_json(folder / run_files.REQUEST)
    if request is None:
        return None
    ended = run_files.read_json(folder / run_files.ENDED)
    alive = ended is None and (is_supervised(folder) or tool_is_alive(folder))
    if not (ended or alive):  # it may have been written just before the lock was let go
        ended = run_files.read_json(folder / run_files.ENDED)
    lost = run_files.read_json(folder / run_files.LOST) if not (ended or alive) else None
    started = run_files.read_json(folder / run_files.STARTED)
    return RunRecord(
        id=folder.name,
        title=text(request, "title"),
        argv=strings(request, "argv"),
        cwd=text(request, "cwd"),
        cluster=text(request, "cluster"),
        started=_seconds(started, "started") or _seconds(request, "started") or 0.0,
        state=_state(started, ended, alive),
        ended=_seconds(ended, "ended") or _seconds(lost, "ended"),
        exit_code=integer(ended, "code") if dig(ended, "code") is not None else None,
        error=text(ended, "error"),
        exclusive=truth(request, "exclusive"),
    )


def is_supervised(folder: Path) -> bool:
    """Whether the run's supervisor lives, or is about to start."""
    return run_files.is_held(folder / run_files.SUPERVISOR_LOCK)


def tool_is_alive(folder: Path) -> bool:
    """Whether the tool, or any process that it started and that kept what it inherited, lives."""
    return run_files.is_held(folder / run_files.TOOL_LOCK)


def _state(started: Json | None, ended: Json | None, alive: bool) -> RunState:
    if ended is None:
        return RunState.LOST if not alive else RunState.RUNNING if started else RunState.STARTING
    if text(ended, "error"):
        return RunState.FAILED
    if integer(ended, "code") == 0:
        return RunState.SUCCEEDED
    stopped = integer(ended, "interrupts") > 0 or truth(ended, "killed")
    return RunState.INTERRUPTED if stopped else RunState.FAILED


def _seconds(value: Json | None, key: str) -> float | None:
    found = dig(value, key)
    return float(found) if isinstance(found, int | float) else None
