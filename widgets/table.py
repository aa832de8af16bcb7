"""The live table: rows of one kind, or of kinds that share columns; sorted, filtered, and painted as they change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from runners.layers.freshness import LIVE, Freshness
from runners.layers.kinds.base import Key, Row, Tone
from widgets.canvas import Canvas, Extent, Line
from widgets.columns import AnyColumn
from widgets.ordering import Ordering
from widgets.sheet import AnyTone, Sheet
from widgets.table_lines import WordsLine, freshness_line

_LOUD = frozenset((Tone.WARN, Tone.BAD, Tone.MOVING))
"""What counts as a fault. What moves does too: no row says since when, and a pod that is pending for ever is one."""
_SORTS = "sort by name, age, status; again reverses"


class LiveTable(Canvas):
    """A table of rows; the cursor stays on its row, by key, wherever the row moves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False, tooltip="the whole row; of a run, its log"),
        Binding("N", "sort('NAME')", "By name", show=False, tooltip=_SORTS),
        Binding("A", "sort('AGE')", "By age", show=False, tooltip=_SORTS),
        Binding("S", "sort('STATUS')", "By status", show=False, tooltip=_SORTS),
    ]

    filter: reactive[str] = reactive("", init=False)
    """Only rows with this in a cell are shown, or, after ``!``, only rows without; matches are marked."""
    faults_only: reactive[bool] = reactive(False, init=False)
    """Only rows that are wrong, or on their way, are shown."""
    empty: reactive[str] = reactive("", init=False)
    """What is said where there is no row although they are live: ``no pods``."""
    freshness: reactive[Freshness] = reactive(LIVE, init=False)
    """How far the rows can be trusted; said below them, or instead of them, where they aren't live."""

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
        tone: AnyTone = lambda _row: Tone.PLAIN,
        *,
        sort: str = "",
        empty: str = "",
        clock: Callable[[], float] = time.time,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Makes a table.

        Args:
            columns: a kind's ``columns``.
            tone: a kind's ``tone``.
            sort: title of the column to sort by at first; else by namespace and name.
            empty: what is said where there is no row although they are live.
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
        # Until a person moves it, the cursor stays at the top, whatever comes in.
        self._touched = False
        self._sheet = Sheet(columns, tone)
        self._sort, self._reverse = sort, False
        self.set_reactive(LiveTable.empty, empty)
        self._order()

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
        tone: AnyTone,
        rows: Iterable[Row],
        *,
        sort: str = "",
        reverse: bool = False,
        empty: str = "",
    ) -> None:
        """Turns to another kind: its columns, its rows, and the cursor at the top; every row is shown."""
        self._cursor, self._index, self._top, self._touched = None, 0, 0, False
        self._sheet = Sheet(columns, tone)
        self._sort, self._reverse = sort, reverse
        self.set_reactive(LiveTable.filter, "")
        self.set_reactive(LiveTable.faults_only, False)
        self._ordering.replace(())
        self._order()
        self.empty = empty
        self.replace(rows)

    def replace(self, rows: Iterable[Row]) -> None:
        """Takes these rows instead of those before; the cursor stays on its row where that is still there."""
        self._ordering.replace(rows)
        self._sheet.forget_widths()
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
        if title and self._sheet.column(title) is None:
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

    def watch_freshness(self) -> None:
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
            self._sort_if_any(self._sheet.title_at(offset.x))
            return
        index = self._top + offset.y - 1
        if index < len(self._ordering):
            if self._ordering.at(index).key == self._cursor and event.chain > 1:
                self.action_open()
            self._go_to(index)

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """The titles and the visible rows."""
        count, now = len(self._ordering), self._clock()
        said = freshness_line(self.freshness, now)
        room = height - 1 - (said is not None)
        self._top = max(0, min(self._top, count - room))
        rows = [self._ordering.at(index) for index in range(self._top, min(count, self._top + room))]
        self._visible = {row.key for row in rows}
        texts = self._sheet.texts(rows, now, width)
        focused, needle = self.has_focus, "" if self.filter.startswith("!") else self.filter.casefold()
        lines: list[Line | None] = [self._sheet.title_line(self._sort, reverse=self._reverse)]
        for row, cells in zip(rows, texts, strict=True):
            selected = row.key == self._cursor
            lines.append(self._sheet.row_line(row, cells, selected=selected, focused=focused, needle=needle))
        if not rows and (self._ordering.total or said is None):
            lines.append(WordsLine(self._empty_words()))
        if said is not None and rows:
            lines += [None] * (height - 1 - len(lines))
        return lines if said is None else [*lines, said]

    def extent(self) -> Extent:
        """Of the rows; the titles don't scroll."""
        return Extent(self._top, self._room, len(self._ordering))

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
        return max(1, self._room - 1)

    @property
    def _room(self) -> int:
        """Lines for rows: all but the titles, and what is said of the rows."""
        said = freshness_line(self.freshness, 0.0) is not None
        return max(0, self.content_size.height - 1 - said)

    def action_open(self) -> None:
        """Opens the row under the cursor."""
        row = self.row
        if row is not None:
            self.post_message(self.RowOpened(self, row))

    def action_sort(self, title: str) -> None:
        """Sorts by a column; by the one that comes nearest where the kind has none of that title."""
        self._sort_if_any(self._sheet.nearest(title))

    def _sort_if_any(self, title: str) -> None:
        if title:
            self.sort_by(title)

    def _order(self) -> None:
        sheet = self._sheet
        only = (lambda row: sheet.tone(row) in _LOUD) if self.faults_only else None
        column = sheet.column(self._sort)
        self._ordering.arrange(sheet.columns, column, reverse=self._reverse, needle=self.filter, only=only)

    def _rearrange(self) -> None:
        self._order()
        self._sheet.forget_widths()
        self._settle()
        self._bring_into_view()

    def _settle(self) -> None:
        """Finds the cursor's row again after rows changed, or the row that took its place."""
        counts = self.counts
        if counts != self._counts:
            self._counts = counts
            self.post_message(self.Counted(self, *counts))
        index = self._ordering.index(self._cursor) if self._cursor is not None and self._touched else None
        if index is None:
            index = max(0, min(self._index, counts[0] - 1))
            self._set_cursor(index)
        elif self._top <= self._index <= self._top + self.page:
            # The row keeps its line on the screen while others come and go above it.
            self._top = max(0, self._top + index - self._index) if self._top else 0
            self._index = index
            self._bring_into_view()
        self._index = index
        self.changed()

    def _go_to(self, index: int) -> None:
        self._touched = True
        self._index = max(0, min(index, len(self._ordering) - 1))
        self._set_cursor(self._index)
        self._bring_into_view()
        # What a key does is seen at once; only what the cluster does waits for the next frame.
        self.update_lines()

    def _bring_into_view(self) -> None:
        shown = max(1, self._room)
        self._top = max(0, min(max(self._top, self._index - shown + 1), self._index))

    def _set_cursor(self, index: int) -> None:
        row = self._ordering.at(index) if index < len(self._ordering) else None
        key = row.key if row is not None else None
        if key != self._cursor:
            self._cursor = key
            self.post_message(self.CursorMoved(self, row))

    def _empty_words(self) -> str:
        if not self._ordering.total:
            return self.empty
        if not self.filter:
            return f"no faults: all {self._ordering.total} are well"
        return f"{'no fault' if self.faults_only else 'nothing'} of {self._ordering.total} matches “{self.filter}”"
