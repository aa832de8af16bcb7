"""The journal: append-only JSON lines of what was asked, answered and run, on which cluster, by whom.

It holds no secret: callers write names, numbers and verdicts, and what looks like a credential in a text is masked.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runners.layers.identity import Identity
from runners.layers.jsons import Json, text
from runners.layers.outside_text import redact

Fact = str | int | float | bool | list[str] | None


def user_and_host() -> tuple[str, str]:
    """The person at this machine and its name; a person without a name, as in a container, is their number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return user, socket.gethostname()


def who() -> str:
    """The person at this machine, as ``user@host``."""
    return "@".join(user_and_host())


class Journal:
    """One file of JSON lines, mode 0600, shared by every program of this user (each line is one write)."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Takes the present time in seconds since the epoch, too; the file is made with the first line."""
        self.path = path
        self._clock = clock

    def write(self, event: str, identity: Identity | None, **facts: Fact) -> None:
        """Appends one line.

        Args:
            event: what happened, in the past tense: ``planned``, ``confirmed``, ``refused``, ``started``, ``ended``.
            identity: the cluster it is about.
            facts: what else is to be known; texts are redacted.
        """
        line: dict[str, object] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock())),
            "who": who(),
            "event": event,
            "context": identity.context if identity else "",
            "server": identity.server if identity else "",
            "uid": identity.uid if identity else "",
        }
        line |= {name: _clean(value) for name, value in facts.items()}
        self._append(line)

    def lines(self, *events: str) -> Iterator[Json]:
        """The lines of some events, oldest first; what is no line of a journal is left out, as is a missing file."""
        try:
            handle = self.path.open(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        # A journal only grows, and is read again and again: most of its lines are told apart without being decoded.
        named = tuple(f'"{event}"' for event in events)
        with handle:
            for line in handle:
                if any(name in line for name in named) and text(found := _decoded(line), "event") in events:
                    yield found

    def _append(self, line: Mapping[str, object]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            # A path may hold bytes that are no UTF-8; a line of the journal is.
            left = (json.dumps(line, ensure_ascii=False) + "\n").encode(errors="replace")
            while left:  # a disk that is just full takes a part without a word, and complains of the next
                left = left[os.write(handle, left) :]
        finally:
            os.close(handle)


def _decoded(line: str) -> Json:
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _clean(value: object) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [redact(str(item)) for item in value]
    return value
