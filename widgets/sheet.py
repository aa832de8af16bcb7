"""The shape of a live table: its columns, how wide they were so far, and the lines made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len

from runners.layers.kinds.base import Row, Tone
from widgets.columns import GAP, AnyColumn, Slot, arrange
from widgets.safe import cut, fit, plain
from widgets.table_lines import GUTTER, RowLine, TitleLine

AnyTone = Callable[[Any], Tone]

_NEAREST = {"NAME": ("NAME", "RELEASE", "OBJECT"), "AGE": ("AGE", "SEEN"), "STATUS": ("STATUS", "STATE")}
"""What a person means by a title, where a kind's own columns are called otherwise."""


class Sheet:
    """One kind's columns and tone. A column never becomes narrower while rows only come and go, so nothing jumps."""

    def __init__(self, columns: Sequence[AnyColumn], tone: AnyTone) -> None:
        self.columns = tuple(columns)
        self.tone = tone
        toned = [index for index, column in enumerate(columns) if column.toned]
        self._toned = toned or [index for index, column in enumerate(columns) if column.title == "STATUS"]
        self._slots: tuple[Slot, ...] = ()
        self.forget_widths()

    def forget_widths(self) -> None:
        """Begins with the titles' widths again."""
        self._wanted = [len(column.title) for column in self.columns]

    def column(self, title: str) -> AnyColumn | None:
        """The column of a title."""
        return next((column for column in self.columns if column.title == title), None)

    def nearest(self, title: str) -> str:
        """The title of the column that comes nearest to what is meant; empty where none does."""
        toned = [self.columns[index].title for index in self._toned] if title == "STATUS" else []
        choices = (*_NEAREST.get(title, (title,)), *toned)
        return next((choice for choice in choices if self.column(choice)), "")

    def title_at(self, x: int) -> str:
        """The title at a cell of the line; empty beside them."""
        start = GUTTER
        for slot in self._slots:
            if start <= x < start + slot.width + GAP:
                return self.columns[slot.column].title
            start += slot.width + GAP
        return ""

    def texts(self, rows: Sequence[Row], now: float, width: int) -> list[list[str]]:
        """The harmless text of every cell of the visible rows; arranges the columns for them."""
        texts = [[plain(column.cell(row, now)) for column in self.columns] for row in rows]
        for index, want in enumerate(self._wanted):
            self._wanted[index] = max([want, *(cell_len(cells[index]) for cells in texts)])
        self._slots = arrange(self.columns, self._wanted, width - GUTTER)
        return texts

    def title_line(self, sort: str, *, reverse: bool) -> TitleLine:
        """The titles; the one that rows are sorted by has a mark."""
        texts = []
        for slot in self._slots:
            column = self.columns[slot.column]
            sorts = bool(sort) and column.title == sort
            mark = ("▼" if reverse else "▲") if sorts else " "
            # The mark stands in the gap where the title fills its column, so that sorting moves nothing.
            title = cut(column.title, slot.width, middle=False) + mark
            texts.append((fit(title, slot.width + 1, right=column.right), sorts))
        return TitleLine(tuple(texts))

    def row_line(self, row: Row, texts: Sequence[str], *, selected: bool, focused: bool, needle: str) -> RowLine:
        """One row of texts, fitted into the columns."""
        tone = self.tone(row)
        cells = []
        for slot in self._slots:
            column = self.columns[slot.column]
            quiet = column.ticks or tone is Tone.MUTED
            ink = tone.value if slot.column in self._toned else "muted" if quiet else "plain"
            cells.append((ink, fit(texts[slot.column], slot.width, right=column.right)))
        return RowLine(tuple(cells), tone, selected, focused, needle)
