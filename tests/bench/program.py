"""The whole program on a pty, with the moment of each byte: what the benches of the screen stand on.

An emulator keeps the screen. What counts as the time of a change is when its bytes arrived, so that a slow emulator
adds nothing to a figure.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).parents[2]
SIZE = (120, 36)


class Program:
    """Bedplate on a pty of 120 × 36; a context manager that ends it."""

    def __init__(self, args: Sequence[str], environ: Mapping[str, str]) -> None:
        """Takes the program's arguments and its complete environment; it starts on entering."""
        self._argv = [sys.executable, str(ROOT / "bedplate.py"), *args]
        self._environ = {**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._screen = pyte.Screen(*SIZE)
        self._feed = pyte.ByteStream(self._screen)
        self.started = 0.0
        self.received = 0
        """Bytes that the program wrote to the terminal."""

    def __enter__(self) -> Self:
        """Starts it; the clock runs from the moment before the fork."""
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
            os.execvpe(self._argv[0], self._argv, self._environ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._master)

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self._screen.display)

    def press(self, key: str) -> None:
        """Types."""
        os.write(self._master, key.encode())

    def read(self, seconds: float, seen: Callable[[bytes], bool] = lambda _chunk: False) -> float:
        """Reads for at most so long, or until a chunk shows what is looked for.

        Returns the moment at which that chunk arrived; 0 when it never did.
        """
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                break
            chunk = os.read(self._master, 65536)
            arrived = time.perf_counter()
            self.received += len(chunk)
            self._feed.feed(chunk)
            if seen(chunk):
                return arrived
        return 0.0

    def until(self, what: str, shown: Callable[[str], bool], seconds: float = 30.0) -> float:
        """The moment at which the screen came to show something.

        Raises:
            TimeoutError: it never did; the text has the screen.
        """
        arrived = self.read(seconds, lambda _chunk: shown(self.text))
        if not arrived:
            raise TimeoutError(f"{what} never came:\n{self.text}")
        return arrived

    @property
    def processor(self) -> float:
        """User and system time so far, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident(self) -> float:
        """Memory in megabytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
