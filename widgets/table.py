"""The live table: rows of one kind, or of kinds that share columns; sorted, filtered, and painted as they change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from runners.layers.kinds.base import Key, Row, Tone
from widgets.canvas import Canvas, Extent, Line
from widgets.columns import GAP, AnyColumn, Slot, arrange
from widgets.ordering import Ordering
from widgets.safe import cut, fit, plain
from widgets.table_lines import GUTTER, RowLine, TitleLine, WordsLine


class LiveTable(Canvas):
    """A table of rows; the cursor stays on its row, by key, wherever the row moves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False, tooltip="Open the row under the cursor"),
        Binding("N", "sort('NAME')", "By name", show=False, tooltip="Sort by name; again reverses"),
        Binding("A", "sort('AGE')", "By age", show=False, tooltip="Sort by age; again reverses"),
        Binding("S", "sort('STATUS')", "By status", show=False, tooltip="Sort by status; again reverses"),
    ]

    filter: reactive[str] = reactive("", init=False)
    """Only rows with this in a cell are shown, or, after ``!``, only rows without; matches are marked."""
    faults_only: reactive[bool] = reactive(False, init=False)
    """Only rows whose tone warns or is bad are shown."""
    empty: reactive[str] = reactive("loading…", init=False)
    """What is said where there is no row: ``no pods``, ``forbidden: list pods``."""

    class CursorMoved(Message):
        """The cursor came to another row, or to none."""

        def __init__(self, table: LiveTable, row: Row | None) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> LiveTable:
            """The table."""
            return self.table

    class RowOpened(Message):
        """Enter was pressed on a row, or it was clicked again."""

        def __init__(self, table: LiveTable, row: Row) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> LiveTable:
            """The table."""
            return self.table

    class Counted(Message):
        """The number of rows, or of those that are shown, changed."""

        def __init__(self, table: LiveTable, shown: int, total: int) -> None:
            super().__init__()
            self.table = table
            self.shown = shown
            self.total = total

        @property
        def control(self) -> LiveTable:
            """The table."""
            return self.table

    def __init__(
        self,
        columns: Sequence[AnyColumn] = (),
        tone: Callable[[Any], Tone] = lambda _row: Tone.PLAIN,
        *,
        sort: str = "",
        empty: str = "loading…",
        clock: Callable[[], float] = time.time,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Makes a table.

        Args:
            columns: a kind's ``columns``.
            tone: a kind's ``tone``.
            sort: title of the column to sort by at first; else by namespace and name.
            empty: what is said where there is no row.
            clock: the present time, seconds since the epoch.
            id: as of any widget.
            classes: as of any widget.
        """
        super().__init__(id=id, classes=classes)
        self._ordering = Ordering()
        self._clock = clock
        self._cursor: Key | None = None
        self._index = 0
        self._top = 0
        self._counts = (0, 0)
        self._visible: set[Key] = set()
        self._columns: tuple[AnyColumn, ...] = ()
        self._tone = tone
        self._toned: Sequence[int] = ()
        self._sort, self._reverse = "", False
        self._wanted: list[int] = []
        self._slots: tuple[Slot, ...] = ()
        self.set_reactive(LiveTable.empty, empty)
        self._take_columns(columns, tone, sort)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._ordering.get(self._cursor) if self._cursor is not None else None

    @property
    def counts(self) -> tuple[int, int]:
        """How many rows are shown, and how many there are."""
        return len(self._ordering), self._ordering.total

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The title of the column that rows are sorted by (empty: namespace and name), and whether in reverse."""
        return self._sort, self._reverse

    def show(
        self,
        columns: Sequence[AnyColumn],
        tone: Callable[[Any], Tone],
        rows: Iterable[Row],
        *,
        sort: str = "",
        empty: str = "loading…",
    ) -> None:
        """Turns to another kind: its columns, its rows, and the cursor at the top."""
        self._cursor, self._index, self._top = None, 0, 0
        self._ordering.replace(())
        self._take_columns(columns, tone, sort)
        self.empty = empty
        self.replace(rows)

    def replace(self, rows: Iterable[Row]) -> None:
        """Takes these rows instead of those before; the cursor stays on its row where that is still there."""
        self._ordering.replace(rows)
        self._forget_widths()
        self._settle()

    def apply(self, changed: Iterable[Row], removed: Iterable[Key] = ()) -> None:
        """Takes up what changed; the work grows with the changes and not with the table."""
        moves = self._ordering.moves
        seen = [row.key in self._visible for row in changed if self._ordering.put(row)]
        for key in removed:
            self._ordering.remove(key)
        if self._ordering.moves != moves:
            self._settle()
        elif any(seen):
            self.changed()

    def sort_by(self, title: str) -> None:
        """Sorts by the column of a title; by the same again, in reverse; a title that isn't there changes nothing."""
        if title and not any(column.title == title for column in self._columns):
            return
        self._reverse = not self._reverse if title == self._sort else False
        self._sort = title
        self._rearrange()

    def select(self, key: Key) -> None:
        """Puts the cursor on a row and brings it into view; a row that isn't shown changes nothing."""
        index = self._ordering.index(key)
        if index is not None:
            self._go_to(index)

    def watch_filter(self) -> None:
        """Shows only what matches."""
        self._rearrange()

    def watch_faults_only(self) -> None:
        """Shows only what is wrong, or everything again."""
        self._rearrange()

    def watch_empty(self) -> None:
        """Says it."""
        self.changed()

    def on_mount(self) -> None:
        """Lets ages grow."""
        self.set_interval(1.0, self.changed)

    def on_click(self, event: events.Click) -> None:
        """A click on a title sorts, on a row selects it, on the selected row opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            self._click_title(offset.x)
            return
        index = self._top + offset.y - 1
        if index < len(self._ordering):
            if self._ordering.at(index).key == self._cursor and event.chain > 1:
                self.action_open()
            self._go_to(index)

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """The titles and the visible rows."""
        now = self._clock()
        count = len(self._ordering)
        self._top = max(0, min(self._top, count - (height - 1)))
        rows = [self._ordering.at(index) for index in range(self._top, min(count, self._top + height - 1))]
        self._visible = {row.key for row in rows}
        texts = [[plain(column.cell(row, now)) for column in self._columns] for row in rows]
        self._slots = self._arranged(texts, width - GUTTER)
        lines: list[Line | None] = [self._title_line()]
        focused, needle = self.has_focus, "" if self.filter.startswith("!") else self.filter.casefold()
        lines += [self._row_line(row, cells, focused, needle) for row, cells in zip(rows, texts, strict=True)]
        if not rows:
            lines.append(WordsLine(self._empty_words()))
        return lines

    def extent(self) -> Extent:
        """Of the rows; the titles don't scroll."""
        return Extent(self._top, max(0, self.content_size.height - 1), len(self._ordering))

    def move_by(self, lines: int) -> None:
        """Moves the cursor."""
        self._go_to(self._index + lines)

    def scroll_view(self, lines: int) -> None:
        """Scrolls, and leaves the cursor where it is."""
        self._top = max(0, self._top + lines)
        self.update_lines()

    def move_to_edge(self, direction: int) -> None:
        """Moves the cursor to the first or the last row."""
        self._go_to(0 if direction < 0 else len(self._ordering) - 1)

    @property
    def page(self) -> int:
        """The visible rows."""
        return max(1, self.content_size.height - 2)

    def action_open(self) -> None:
        """Opens the row under the cursor."""
        row = self.row
        if row is not None:
            self.post_message(self.RowOpened(self, row))

    def action_sort(self, title: str) -> None:
        """Sorts by a column; by the one that comes nearest where the kind has none of that title."""
        titles = [column.title for column in self._columns]
        instead = {"NAME": ["NAME", "RELEASE", "OBJECT"], "AGE": ["AGE", "SEEN"]}
        choices = instead.get(title, [title, *(column.title for column in self._columns if column.toned), "STATE"])
        self.sort_by(next((choice for choice in choices if choice in titles), self._sort))

    def _take_columns(self, columns: Sequence[AnyColumn], tone: Callable[[Any], Tone], sort: str) -> None:
        self._columns = tuple(columns)
        self._tone = tone
        self._sort = sort
        self._reverse = False
        toned = [index for index, column in enumerate(columns) if column.toned]
        self._toned = toned or [index for index, column in enumerate(columns) if column.title == "STATUS"]
        self._forget_widths()
        self._order()

    def _order(self) -> None:
        column = next((column for column in self._columns if column.title == self._sort), None)
        only = (lambda row: self._tone(row) in (Tone.WARN, Tone.BAD)) if self.faults_only else None
        self._ordering.arrange(self._columns, column, reverse=self._reverse, needle=self.filter, only=only)

    def _rearrange(self) -> None:
        self._order()
        self._forget_widths()
        self._settle()
        self._bring_into_view()

    def _forget_widths(self) -> None:
        self._wanted = [len(column.title) for column in self._columns]
        self._slots = ()

    def _arranged(self, texts: Sequence[Sequence[str]], width: int) -> tuple[Slot, ...]:
        for index, want in enumerate(self._wanted):
            self._wanted[index] = max([want, *(cell_len(cells[index]) for cells in texts)])
        return arrange(self._columns, self._wanted, width)

    def _settle(self) -> None:
        """Finds the cursor's row again after rows changed, or the row that took its place."""
        counts = self.counts
        if counts != self._counts:
            self._counts = counts
            self.post_message(self.Counted(self, *counts))
        index = self._ordering.index(self._cursor) if self._cursor is not None else None
        if index is None:
            index = max(0, min(self._index, counts[0] - 1))
            self._set_cursor(index)
        elif self._top and self._top <= self._index < self._top + self.page + 1:
            # The row keeps its line on the screen while others come and go above it.
            self._top = max(0, self._top + index - self._index)
        self._index = index
        self.changed()

    def _go_to(self, index: int) -> None:
        self._index = max(0, min(index, len(self._ordering) - 1))
        self._set_cursor(self._index)
        self._bring_into_view()
        # What a key does is seen at once; only what the cluster does waits for the next frame.
        self.update_lines()

    def _bring_into_view(self) -> None:
        shown = max(1, self.content_size.height - 1)
        self._top = max(0, min(max(self._top, self._index - shown + 1), self._index))

    def _set_cursor(self, index: int) -> None:
        row = self._ordering.at(index) if index < len(self._ordering) else None
        key = row.key if row is not None else None
        if key != self._cursor:
            self._cursor = key
            self.post_message(self.CursorMoved(self, row))

    def _click_title(self, x: int) -> None:
        start = GUTTER
        for slot in self._slots:
            if start <= x < start + slot.width + GAP:
                self.sort_by(self._columns[slot.column].title)
                return
            start += slot.width + GAP

    def _empty_words(self) -> str:
        if not self._ordering.total:
            return self.empty
        wanted = " and ".join(
            words
            for words in (f"“{self.filter}”" if self.filter else "", "faults" if self.faults_only else "")
            if words
        )
        return f"nothing of {self._ordering.total} matches {wanted}"

    def _title_line(self) -> TitleLine:
        texts = []
        for slot in self._slots:
            column = self._columns[slot.column]
            sorts = bool(self._sort) and column.title == self._sort
            mark = ("↓" if self._reverse else "↑") if sorts else " "
            # The mark stands in the gap where the title fills its column, so that sorting moves nothing.
            title = cut(column.title, slot.width, middle=False) + mark
            texts.append((fit(title, slot.width + 1, right=column.right), sorts))
        return TitleLine(tuple(texts))

    def _row_line(self, row: Row, texts: Sequence[str], focused: bool, needle: str) -> RowLine:
        tone = self._tone(row)
        cells = []
        for slot in self._slots:
            quiet = self._columns[slot.column].ticks or tone is Tone.MUTED
            ink = tone.value if slot.column in self._toned else "muted" if quiet else "plain"
            cells.append((ink, fit(texts[slot.column], slot.width, right=self._columns[slot.column].right)))
        return RowLine(tuple(cells), tone, row.key == self._cursor, focused, needle)
