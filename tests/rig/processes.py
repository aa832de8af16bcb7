"""Processes that can't outlive the rig: each one is kept by a guardian that ends it when the rig's pipe closes."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_GUARDIAN = Path(__file__).with_name("guardian.py")
_POLL = 0.03
"""Seconds between two looks at a condition of another process."""


class RigError(Exception):
    """A part of the rig did not come up or died; the text ends with the last lines of its log."""


@dataclass(frozen=True)
class Kept:
    """One process with its guardian and its log (both streams)."""

    name: str
    guardian: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self.guardian.poll()

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def close(self) -> None:
        """Lets the guardian kill it, and waits until both are gone."""
        if self.guardian.stdin is not None:
            self.guardian.stdin.close()
        self.guardian.wait(timeout=10)


class Processes:
    """The processes of one rig, in the order of their start."""

    def __init__(self, logs: Path) -> None:
        """Takes the folder that the logs go to."""
        self._logs = logs
        self.kept: list[Kept] = []

    def start(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Kept:
        """Starts one process; ``folder`` is removed when it has ended because the rig did."""
        log = self._logs / f"{name}.log"
        guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARDIAN), str(log), str(folder or ""), "--", *map(str, argv)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=dict(environ) if environ is not None else dict(os.environ),
            start_new_session=True,
        )
        kept = Kept(name, guardian, log)
        self.kept.append(kept)
        return kept

    def wait(self, what: str, ready: Callable[[], bool], *, seconds: float = 60) -> None:
        """Waits for a condition, as long as every process lives.

        Raises:
            RigError: a process ended, or the time is over.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            for kept in self.kept:
                if kept.ended is not None:
                    raise RigError(f"{kept.name} ended with {kept.ended} before {what}:\n{kept.tail()}")
            if time.monotonic() > deadline:
                raise RigError(f"{what}: not within {seconds:.0f} s\n{self.tails(12)}")
            time.sleep(_POLL)

    def tails(self, lines: int = 20) -> str:
        """The last lines of every log, for a failure's report."""
        return "\n".join(f"--- {kept.name}\n{kept.tail(lines)}" for kept in self.kept)

    def close(self) -> None:
        """Ends everything, the last started first."""
        for kept in reversed(self.kept):
            kept.close()
        self.kept.clear()


_given: set[int] = set()
"""Ports that this process was given: until a server has bound one it looks free."""


def free_port() -> int:
    """A free loopback port below the range that outgoing connections take theirs from, given to nobody else.

    Two test workers side by side take the even ones and the odd ones.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.SystemRandom().sample(range(20_000 + worker % 2, 32_000, 2), 200):
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port
    raise RigError("no free port between 20000 and 32000 on 127.0.0.1")
