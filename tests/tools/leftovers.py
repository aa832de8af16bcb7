"""Waiting for a condition, and finding the processes that a test left behind: by a mark in their environment."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MARK = "BEDPLATE_TEST_MARK"


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits until the condition holds.

    Raises:
        AssertionError: it did not in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)


def marked(mark: str) -> dict[int, str]:
    """The living processes, except this one, that were started with the mark: id → command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes()  # that of a zombie is empty
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"{MARK}={mark}".encode() in environ.split(b"\0") and int(folder.name) != os.getpid():
            found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


@contextlib.contextmanager
def nothing_left(patch: pytest.MonkeyPatch, seconds: float = 20.0) -> Iterator[str]:
    """Marks all processes that are started meanwhile; at the end none of them may live, and none will."""
    mark = uuid.uuid4().hex
    patch.setenv(MARK, mark)
    try:
        yield mark
        until_none(mark, seconds)
    finally:
        for process in marked(mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def until_none(mark: str, seconds: float) -> None:
    """Waits until no marked process lives.

    Raises:
        AssertionError: some live on; the text names them.
    """
    deadline = time.monotonic() + seconds
    while left := marked(mark):
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.01)


def process_with(mark: str, words: str) -> int:
    """The one marked process whose command line holds these words."""
    found = [process for process, command in marked(mark).items() if words in command]
    assert len(found) == 1, marked(mark)
    return found[0]
