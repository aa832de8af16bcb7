"""The first frame: the overview's outlines, written to the terminal while everything else is still being imported.

It knows nothing but the standard library. What is typed meanwhile waits in the terminal for the program.
"""

from __future__ import annotations

import os
import sys
import termios
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tui.outlines import Line, Part, outlines

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[0m\x1b[?25h\x1b[?1049l"
"""To the terminal's other screen without a cursor, and back."""


@contextmanager
def keys_held(*, interrupts: bool) -> Iterator[None]:
    """Leaves what is typed to whoever reads it next, unseen and whole; ctrl+c too unless it ``interrupts``."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    held = termios.tcgetattr(terminal)
    held[tty.IFLAG] &= ~(termios.ICRNL | termios.IXON)
    held[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | (0 if interrupts else termios.ISIG))
    for key in (termios.VSUSP, termios.VQUIT):
        held[tty.CC][key] = bytes([os.fpathconf(terminal, "PC_VDISABLE")])
    termios.tcsetattr(terminal, termios.TCSANOW, held)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


@contextmanager
def first_frame(environ: Mapping[str, str], label: str = "") -> Iterator[None]:
    """Shows the outlines until another takes the screen over; whatever fails meanwhile is said on the screen before."""
    # Textual writes there too.
    terminal = sys.__stderr__
    if terminal is None or not terminal.isatty():
        yield
        return
    width, height = os.get_terminal_size(terminal.fileno())
    terminal.write(_ENTER + painted(outlines(width, height, label), coloured=_has_colours(environ)))
    terminal.flush()
    taken_over = False
    try:
        yield
        taken_over = True
    finally:
        if not taken_over:
            terminal.write(_LEAVE)
            terminal.flush()


def painted(lines: list[Line], *, coloured: bool) -> str:
    """What a terminal has to be told to show lines from its top."""
    rows = ("".join(_written(part, coloured=coloured) for part in line) for line in lines)
    return "".join(f"\x1b[{at};1H{row}" for at, row in enumerate(rows, 1)) + "\x1b[0m\x1b[H"


def _has_colours(environ: Mapping[str, str]) -> bool:
    """Can it show the palette as it is? To a terminal with few colours the outlines come without any."""
    return environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") and not environ.get("NO_COLOR")


def _written(part: Part, *, coloured: bool) -> str:
    codes = ["0", *(["1"] if part.bold else []), *(["7"] if part.reverse else [])]
    if coloured:
        codes += [f"38;2;{_levels(part.ink)}", f"48;2;{_levels(part.ground)}"]
    return f"\x1b[{';'.join(codes)}m{part.text}"


def _levels(colour: str) -> str:
    return ";".join(str(level) for level in bytes.fromhex(colour[1:]))
