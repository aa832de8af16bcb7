"""What the overview looks like before anything is known: its outlines, as text for a terminal of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from widgets import palette
from widgets.room import LEAST_HEIGHT, LEAST_WIDTH, LOW, NARROW, SHORT, TALL

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("w", "walkthroughs"),
    ("⇥", "next pane"),
    ("←→", "tabs"),
    ("/", "filter"),
    (":", "command"),
    ("q", "quit"),
    ("?", "help"),
)
"""The keys that do something wherever a person is, and what they do; the last is there however little room there is."""
HEADINGS = ("Foundation · helmfile", "GitOps · flux")
"""The layers, and what puts each there."""


class Part(NamedTuple):
    """A piece of a line, in one look."""

    text: str
    ink: str = palette.FOREGROUND
    ground: str = palette.BACKGROUND
    bold: bool = False
    reverse: bool = False


Line = tuple[Part, ...]


def outlines(width: int, height: int, label: str = "") -> list[Line]:
    """The lines of a terminal, each as wide as it is.

    Args:
        width: its cells.
        height: its lines.
        label: ``DEMO`` where it is one.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return [_filled((), width)] * height
    cards = _cards(width, height)
    blank = [_filled((), width)] * (height - 2 - len(cards))
    return [_header(width, label), *cards, *blank, _footer(width)]


def _header(width: int, label: str) -> Line:
    name = Part("BEDPLATE", palette.ACCENT, palette.SURFACE, bold=True)
    marked = (_bar("  "), Part(label, palette.WARNING, palette.SURFACE, bold=True, reverse=True)) if label else ()
    return _filled((_bar(" "), name, *marked), width, _bar)


def _footer(width: int) -> Line:
    keys = list(NAVIGATION)
    while len(keys) > 1 and 1 + sum(len(key) + 1 + len(word) + 2 for key, word in keys) - 2 > width:
        del keys[-2]
    parts: list[Part] = []
    for key, word in keys:
        gap = _bar("  " if parts else " ")
        parts += [gap, Part(key, palette.ACCENT, palette.SURFACE, bold=True), _bar(f" {word}")]
    return _filled(parts, width, _bar)


def _cards(width: int, height: int) -> list[Line]:
    """The layers' frames: alone where the screen is low, side by side where it is wide."""
    if height < LOW:
        lines = room = height - 2
    else:
        lines = 8 if height < SHORT else 9 if height < TALL else 14
        room = max(6, (height - 2) * 2 // 5)
    if width < NARROW:
        return _frame(HEADINGS[0], width, lines, palette.BORDER)[:room]
    left = width // 2
    foundation = _frame(HEADINGS[0], left, lines, palette.BORDER)
    gitops = _frame(HEADINGS[1], width - left, lines, palette.BORDER_BLURRED)
    return [first + second for first, second in zip(foundation, gitops, strict=True)][:room]


def _frame(heading: str, width: int, height: int, border: str) -> list[Line]:
    words = ("◐ loading", " loading…")
    room = width - len(words[0]) - 10
    heading = heading if len(heading) <= room else f"{heading[: room - 1]}…"
    rule = "─" * (room - len(heading) + 3)
    top = (
        Part("╭─ ", border),
        Part(heading, bold=True),
        Part("  "),
        Part(words[0], palette.ACCENT),
        Part(f" {rule}╮", border),
    )
    side = Part("│", border)
    inner = [_filled((Part(words[1], palette.FOREGROUND_MUTED),), width - 2), *[_filled((), width - 2)] * (height - 3)]
    return [top, *((side, *line, side) for line in inner), (Part(f"╰{'─' * (width - 2)}╯", border),)]


def _bar(text: str) -> Part:
    return Part(text, ground=palette.SURFACE)


def _filled(parts: Iterable[Part], width: int, blank: Callable[[str], Part] = Part) -> Line:
    parts = tuple(parts)
    return (*parts, blank(" " * (width - sum(len(part.text) for part in parts))))
