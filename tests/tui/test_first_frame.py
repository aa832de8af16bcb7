"""The start on a terminal: outlines at once, keys that wait for the program, and a terminal that is given back."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest

from tui.first_frame import painted
from tui.outlines import outlines

ROOT = Path(__file__).parents[2]
NOBODY = """
apiVersion: v1
kind: Config
clusters: [{name: home, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: admin, user: {}}]
contexts: [{name: home, context: {cluster: home, user: admin}}]
current-context: home
"""


class Started:
    """The program on a terminal of its own, and every byte that it wrote there."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        self.master, self._terminal = pty.openpty()
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._before = self._settings()
        self.said = b""
        kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "bedplate.py"), "-C", str(folder), "--kubeconfig", str(kubeconfig)],
            env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"},
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def shows(self, words: bytes, seconds: float = 20) -> None:
        """Waits until it wrote some bytes."""
        end = time.monotonic() + seconds
        while words not in self.said:
            assert time.monotonic() < end, self.said
            self._read(0.05)

    def press(self, keys: bytes) -> None:
        """Types."""
        os.write(self.master, keys)

    def ends(self, seconds: float = 20) -> int:
        """Its exit code, once everything that it wrote was read."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, self.said
            self._read(0.05)
        self._read(0.05)
        return self.process.wait()

    @property
    def gave_the_terminal_back(self) -> bool:
        """Is it as it was, and on the screen that it was on?"""
        back = self.said.rpartition(b"\x1b[?1049")[2].startswith(b"l")
        return back and self._settings() == self._before

    def close(self) -> None:
        """Ends it, however it is."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self._terminal)

    def _settings(self) -> list[Any]:
        return termios.tcgetattr(self._terminal)

    def _read(self, seconds: float) -> None:
        while select.select([self.master], [], [], seconds)[0]:
            self.said += os.read(self.master, 65536)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """The program on a cluster that does not answer."""
    (tmp_path / "config").write_text(NOBODY)
    program = Started(tmp_path, tmp_path / "config")
    yield program
    program.close()


def test_it_is_painted_as_it_is_outlined() -> None:
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(painted(outlines(80, 24, "DEMO"), coloured=True))
    assert screen.display == ["".join(part.text for part in line) for line in outlines(80, 24, "DEMO")]
    assert screen.buffer[0][1].fg == "7cc4e8"
    assert screen.buffer[23][79].bg == "171b21"


def test_a_terminal_with_few_colours_is_asked_for_none() -> None:
    text = painted(outlines(80, 24), coloured=False)
    assert "38;2" not in text
    assert "BEDPLATE" in text


def test_a_kubeconfig_that_is_not_there_is_one_line_on_the_screen_before(tmp_path: Path) -> None:
    program = Started(tmp_path, tmp_path / "nope")
    try:
        assert program.ends() == 2
        assert program.gave_the_terminal_back
        *_outlines, said = program.said.decode().partition("\x1b[?1049l")
        (line,) = said.splitlines()
        assert line.startswith(f"bedplate: {tmp_path}/nope: ")
    finally:
        program.close()


def test_what_is_typed_over_the_outlines_is_done_once_the_program_is_there(started: Started) -> None:
    started.shows(b"help")
    started.press(b"q")
    assert started.ends() == 0
    assert started.gave_the_terminal_back


@pytest.mark.parametrize("moment", [b"help", b"\x1b[?1004h"], ids=["at once", "as Textual takes over"])
def test_ctrl_c_ends_it_whenever_it_is_pressed(started: Started, moment: bytes) -> None:
    started.shows(moment)
    started.press(b"\x03")
    assert started.ends() in (130, 0)  # by signal or by key
    assert started.gave_the_terminal_back
    assert b"Traceback" not in started.said
