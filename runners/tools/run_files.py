"""The folder of one run: its files, its two locks, and how they are written and read.

The supervisor and the keeper load this module with ``python -I -S``: the standard library only.

A lock is an ``flock`` on an open file, so it ends with the last process that holds the file open, however that
process ends; no process id is ever read from a file and trusted.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from runners.layers.jsons import Json

REQUEST = "request.json"
"""What was asked for: written by the program before anything starts. Never an environment, never a secret."""
STARTED = "started.json"
"""When the tool started, and as which process (for people only: nothing is signalled by it)."""
ENDED = "ended.json"
"""How it ended: exit code, times, interrupts; or why it could not start."""
LOST = "lost.json"
"""The mark of a run whose supervisor went without writing an outcome."""
LOG = "log"
"""Standard output and error of the tool, as the tool wrote them."""
KUBECONFIG = "kubeconfig"
"""The private kubeconfig: there only while a process of the tool lives."""
CONTROL = "control"
"""A FIFO that the supervisor reads: one byte a request."""
SUPERVISOR_LOCK = "supervisor.lock"
"""Held from before the supervisor starts until it has written the outcome."""
TOOL_LOCK = "tool.lock"
"""Held by the tool itself and whatever it starts: free only when all of them are gone."""
SUPERVISOR_LOG = "supervisor.log"
KEEPER_LOG = "keeper.log"

INTERRUPT = b"i"
KILL = b"k"


def create_private(path: Path, flags: int = 0) -> int:
    """Opens a file for writing that only its owner may read, and returns its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, 0o600)


def write_private(path: Path, text: str) -> None:
    """Writes a new file that only its owner may read."""
    with os.fdopen(create_private(path, os.O_EXCL), "w", encoding="utf-8") as file:
        file.write(text)


def write_json(path: Path, value: Json) -> None:
    """Writes a file that others see whole or not at all."""
    scratch = path.with_suffix(".new")
    with os.fdopen(create_private(scratch, os.O_TRUNC), "w", encoding="ascii") as file:
        json.dump(value, file)
    scratch.replace(path)


def read_json(path: Path) -> Json | None:
    """The object in a file, or None where it is missing or unreadable."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def take_lock(path: Path) -> int:
    """Waits until the lock is free, takes it and returns the descriptor that holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock now. Two who look never see each other: looking takes it shared."""
    return not _shared(path, fcntl.LOCK_NB)


def wait_until_free(path: Path) -> None:
    """Blocks until nobody holds the lock; returns at once where the file does not exist."""
    _shared(path, 0)


def _shared(path: Path, flag: int) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | flag)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def why_not_started(program: str, cwd: str, error: OSError | ValueError) -> str:
    """One line for a person: why a program could not be started."""
    if not Path(cwd).is_dir():
        return f"{program} was not started: the folder {cwd} is not there"
    if isinstance(error, FileNotFoundError):
        return f"{program} is not installed, or not on the PATH"
    reason = error.strerror if isinstance(error, OSError) else error
    return f"{program} can't be started: {reason}"
