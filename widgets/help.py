"""The help pane: every key of the moment, in groups, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len

from widgets.lines import PartsLine
from widgets.safe import cut, fit, plain
from widgets.scrolled import ScrolledPane

_GAP = 2
_LEAST = 57
"""Cells of a column at least, or the columns become fewer."""


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """One key and what it does."""

    key: str
    text: str
    reason: str = ""
    """Why it can't be done now; empty when it can."""


@dataclass(frozen=True, slots=True)
class HelpGroup:
    """Keys that belong together."""

    title: str
    entries: tuple[HelpEntry, ...]


def help_lines(groups: Sequence[HelpGroup], width: int) -> list[PartsLine]:
    """The groups in columns of one width, each group whole in the column that is shortest so far."""
    count = max(1, min(len(groups), (width + _GAP) // (_LEAST + _GAP)))
    each = (width - 2 - _GAP * (count - 1)) // count  # a cell at each side, of which the right one is the scrollbar's
    columns: list[list[tuple[tuple[str, str], ...]]] = [[] for _ in range(count)]
    for group in groups:
        column = min(columns, key=len)
        if column:
            column.append(())
        column += _group_lines(group, each)
    height = max((len(column) for column in columns), default=0)
    lines = []
    for y in range(height):
        parts: list[tuple[str, str]] = [("plain", " ")]
        for number, column in enumerate(columns):
            cell = column[y] if y < len(column) else ()
            used = sum(cell_len(text) for _ink, text in cell)
            parts += cell
            if number < count - 1:
                parts.append(("plain", " " * (each - used + _GAP)))
        lines.append(PartsLine(tuple(parts)))
    return lines


def _group_lines(group: HelpGroup, width: int) -> list[tuple[tuple[str, str], ...]]:
    keys = max((cell_len(plain(entry.key)) for entry in group.entries), default=0)
    lines: list[tuple[tuple[str, str], ...]] = [(("title", cut(plain(group.title), width, middle=False)),)]
    for entry in group.entries:
        text = plain(entry.text + (f" – {entry.reason}" if entry.reason else ""))
        key_ink, ink = ("muted", "muted") if entry.reason else ("mark", "plain")
        for line, part in enumerate(wrap(text, max(8, width - keys - 2)) or [""]):
            key = plain(entry.key) if line == 0 else ""
            lines.append(((key_ink, fit(key, keys) + "  "), (ink, part)))
    return lines


class HelpPane(ScrolledPane):
    """Keys in groups; scrolls where they don't fit."""

    def __init__(self, groups: Sequence[HelpGroup] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._groups = tuple(groups)

    def show(self, groups: Sequence[HelpGroup]) -> None:
        """Takes the groups of the moment."""
        self._groups = tuple(groups)
        self._top = 0
        self.changed()

    def all_lines(self, width: int) -> Sequence[PartsLine]:
        """Everything, in lines of so many cells."""
        return help_lines(self._groups, width)
