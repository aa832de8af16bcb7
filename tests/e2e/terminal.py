"""A program in a terminal: a pty, an emulator that keeps its screen, and waiting for what is on it."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {"tab": "\t", "enter": "\r", "esc": "\x1b", "ctrl-c": "\x03", "up": "\x1b[A", "down": "\x1b[B"} | {
    "right": "\x1b[C",
    "left": "\x1b[D",
}


class EndedError(AssertionError):
    """The program has ended while something was waited for on its screen."""


class Terminal:
    """One program on one pty; a context manager that ends the program's whole process group."""

    def __init__(
        self, argv: Sequence[str], *, environ: Mapping[str, str], cwd: Path, columns: int = 120, lines: int = 36
    ) -> None:
        """Takes the program; it starts on entering."""
        self._argv, self._environ, self._cwd = list(argv), dict(environ), cwd
        self._size = (lines, columns)
        self._screen = pyte.Screen(columns, lines)
        self._feed = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self.pid = 0
        self.code: int | None = None

    def __enter__(self) -> Self:
        """Starts the program and the emulator."""
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(self._cwd)
            size = struct.pack("HHHH", *self._size, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execvpe(self._argv[0], self._argv, {**self._environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the program, however it is."""
        if self.code is None:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the program alone, as an out-of-memory killer or a lost machine would."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait_for_end()

    def wait_for_end(self, seconds: float = 60) -> int:
        """The program's exit code, once it has ended."""
        deadline = time.monotonic() + seconds
        while self._ended() is None:
            assert time.monotonic() < deadline, f"it has not ended:\n{self.text}"
            time.sleep(0.02)
        assert self.code is not None
        return self.code

    def _ended(self) -> int | None:
        """Its exit code; None while it lives."""
        if self.code is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self._reader.join(timeout=5)  # what it printed last
                os.close(self._master)
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def press(self, *keys: str) -> None:
        """Types: names of keys (``tab``, ``enter``, ``esc``) or text as it is."""
        for key in keys:
            if self._ended() is not None:
                raise EndedError(f"the program ended with {self.code}; the screen:\n{self.text}")
            os.write(self._master, KEYS.get(key, key).encode())

    @property
    def lines(self) -> list[str]:
        """The screen."""
        with self._lock:
            return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen in one string."""
        return "\n".join(self.lines)

    def wait(self, what: str, seen: Callable[[str], bool] | None = None, *, seconds: float = 90) -> str:
        """Waits until a text is on the screen, or until a condition on the screen holds; returns the screen then."""
        condition = seen or (lambda text: what in text)
        deadline = time.monotonic() + seconds
        while True:
            text = self.text
            if condition(text):
                return self._whole(text, condition)
            assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what!r}; the screen:\n{text}"
            if self._ended() is not None:
                raise EndedError(f"the program ended with {self.code}; the screen:\n{self.text}")
            time.sleep(0.02)

    def _whole(self, text: str, condition: Callable[[str], bool]) -> str:
        """The same screen once it holds still: a frame arrives in pieces, and the rest of it may be on its way."""
        still = 0
        for _look in range(20):
            time.sleep(0.04)
            later = self.text
            still = still + 1 if later == text else 0
            if still == 2:  # once is not enough: in the middle of a frame the program may have lost its processor
                break
            if condition(later):
                text = later
        return text

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self._feed.feed(data)
