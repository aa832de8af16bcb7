"""A pane of facts to read: each in its tone, wrapped and never cut; what a fact is about opens from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message

from runners.layers.kinds.base import Key, Tone
from widgets.lines import PartsLine
from widgets.safe import label, plain, wrapped
from widgets.scrolled import ScrolledPane


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said."""

    text: str
    tone: Tone = Tone.PLAIN
    symbol: str = ""
    """Stands before it, in the same tone."""
    indent: int = 0
    about: Key | None = None
    """The row that opens from it."""
    head: str = ""
    """A quiet word in a column of its own before it."""


def fact_lines(facts: Sequence[Fact], width: int, cursor: int | None = None) -> list[tuple[int, PartsLine]]:
    """The facts in lines of so many cells, each with the index of its fact; where one is wrapped, its symbol is alone.

    Args:
        facts: what is said.
        width: cells of a line.
        cursor: index of the fact that is selected.
    """
    column = max((len(fact.head) + 2 for fact in facts if fact.head), default=0)
    lines = []
    for index, fact in enumerate(facts):
        selected = index == cursor
        word = fact.head.ljust(column)
        head = " " * fact.indent + (f"{fact.symbol} " if fact.symbol else "")
        tone = fact.tone.value if not fact.symbol else "plain"
        room = max(8, width - 2 - column - len(head))  # the mark, and a blank before the scrollbar
        for part in wrapped(plain(fact.text), room):
            parts = (("mark", "▶" if selected else " "), ("muted", word), (fact.tone.value, head), (tone, part))
            lines.append((index, PartsLine(parts, under="cursor" if selected else "")))
            word, head = " " * column, " " * len(head)
    return lines


class FactsPane(ScrolledPane):
    """As high as what it says, as far as its screen lets it; a cursor goes from one fact that opens to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False, tooltip="the object that a reason is about"),
    ]

    DEFAULT_CSS = """
    FactsPane {
        height: auto;
        border: round $border-blurred;
        border-title-color: $foreground;
        border-subtitle-color: $foreground-muted;
        &:focus { border: round $border; }
    }
    """

    class FactOpened(Message):
        """Enter was pressed on a fact, or it was clicked twice."""

        def __init__(self, pane: FactsPane, about: Key) -> None:
            super().__init__()
            self.pane = pane
            self.about = about

        @property
        def control(self) -> FactsPane:
            """The pane."""
            return self.pane

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()
        self._cursor = 0
        self._heading = heading
        self.border_title = label(heading, "bold")

    @property
    def text(self) -> str:
        """Everything that it says, in lines."""
        return "\n".join(" ".join(part for part in (fact.symbol, fact.text) if part) for fact in self._facts)

    @property
    def is_at_what_opens(self) -> bool:
        """Would enter open something now?"""
        return self.has_focus and self._meant is not None

    @property
    def opens(self) -> bool:
        """Is there a fact that opens something?"""
        return any(fact.about for fact in self._facts)

    def show(self, facts: Sequence[Fact], heading: str, *, anew: bool = False) -> None:
        """Takes the facts of the moment; place and cursor stay, the cursor on what its fact is about.

        Under another heading something else is read, and from its beginning; ``anew`` too, where its first line has
        news.
        """
        is_another = anew or heading != self._heading
        if is_another:
            self._heading = heading
            self._top = self._cursor = 0
            self.border_title = label(heading, "bold")
        if self._facts != tuple(facts):
            about = self._facts[self._cursor].about if self._cursor < len(self._facts) else None
            self._facts = tuple(facts)
            places = self._openable
            same = [index for index in places if self._facts[index].about == about]
            self._cursor = next(iter(same or places), 0)
            self.refresh(layout=True)
            self.changed()
        elif is_another:
            self.changed()

    def update_lines(self) -> None:
        """Draws what differs, and says on the frame when there is more below, and how it is come to."""
        super().update_lines()
        extent = self.extent()
        more = "↓ more" if self.has_focus else "⇥ ↓ more"
        words = more if extent.first + extent.shown < extent.total else ""
        if self.border_subtitle != words:
            self.border_subtitle = words

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the facts take."""
        return max(1, len(self.all_lines(width - 1)))

    def all_lines(self, width: int) -> Sequence[PartsLine]:
        """Everything, in lines of so many cells."""
        return [line for _index, line in self._numbered(width)]

    def move_by(self, lines: int) -> None:
        """To the next fact that opens while it is in view, else by lines: what opens nothing is read too."""
        onward = [index for index in self._openable if (index - self._cursor) * lines > 0]
        nearest = (min if lines > 0 else max)(onward, default=None)
        seen = self._in_view
        if nearest in seen and abs(lines) == 1:
            self._cursor = nearest
            self.changed()
            return
        super().move_by(lines)
        if nearest is not None and self._cursor not in self._in_view:
            self._cursor = next((index for index in onward if index in self._in_view), self._cursor)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where nothing would open, enter is left to the screen, which may have a use for it."""
        return super().check_action(action, parameters) if action != "open" else self._meant is not None

    def action_open(self) -> None:
        """Opens what the fact under the cursor is about; one that is out of view is not meant."""
        if self._meant is not None:
            self.post_message(self.FactOpened(self, self._meant))

    @property
    def _meant(self) -> Key | None:
        return self._facts[self._cursor].about if self._cursor in self._in_view else None

    def on_click(self, event: events.Click) -> None:
        """A click selects a fact that opens, a double click opens it."""
        offset = event.get_content_offset(self)
        lines = self._numbered(self.content_size.width - 1)
        place = self._top + offset.y if offset is not None else len(lines)
        if place < len(lines) and self._facts[lines[place][0]].about is not None:
            self._cursor = lines[place][0]
            self.changed()
            if event.chain > 1:
                self.action_open()

    @property
    def _openable(self) -> list[int]:
        return [index for index, fact in enumerate(self._facts) if fact.about is not None]

    def _numbered(self, width: int) -> list[tuple[int, PartsLine]]:
        cursor = self._cursor if self.has_focus and self.opens else None
        return fact_lines(self._facts, width, cursor)

    @property
    def _in_view(self) -> set[int]:
        lines = self._numbered(self.content_size.width - 1)[self._top : self._top + self.content_size.height]
        return {index for index, _line in lines}
