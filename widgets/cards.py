"""The pane of one layer: a card for each component, and what is true of the layer as a whole below them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from runners.layers.freshness import LOADING, Freshness
from runners.layers.kinds.base import Tone
from runners.layers.picture import ComponentState
from widgets.canvas import Canvas, Extent, Line
from widgets.card_lines import card_lines
from widgets.lines import PartsLine, RuleLine, flow
from widgets.safe import cut, plain
from widgets.theme import REACH_SYMBOLS, REACH_TONES, TONES

Footer = Sequence[tuple[str, Tone]]
"""What stands below the cards, each part in its tone."""


class LayerPane(Canvas):
    """The components of one layer; the cursor stays on its component, by name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False, tooltip="all that is said of a component"),
    ]

    DEFAULT_CSS = """
    LayerPane {
        border: round $border-blurred;
        border-title-color: $foreground;
        &:focus { border: round $border; }
    }
    """

    class CardSelected(Message):
        """The cursor came to another component."""

        def __init__(self, pane: LayerPane, component: ComponentState) -> None:
            super().__init__()
            self.pane = pane
            self.component = component

        @property
        def control(self) -> LayerPane:
            """The pane."""
            return self.pane

    class CardOpened(Message):
        """Enter was pressed on a component, or it was clicked twice."""

        def __init__(self, pane: LayerPane, component: ComponentState) -> None:
            super().__init__()
            self.pane = pane
            self.component = component

        @property
        def control(self) -> LayerPane:
            """The pane."""
            return self.pane

    def __init__(
        self,
        heading: str,
        *,
        empty: str = "loading…",
        clock: Callable[[], float] = time.time,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Makes an empty pane.

        Args:
            heading: the title: the layer, and what puts it there.
            empty: what is said while there is no component.
            clock: the present time, seconds since the epoch.
            id: as of any widget.
            classes: as of any widget.
        """
        super().__init__(id=id, classes=classes)
        self._heading = heading
        self._empty = empty
        self._clock = clock
        self._states: tuple[ComponentState, ...] = ()
        self._footer: tuple[tuple[str, Tone], ...] = ()
        self._freshness = LOADING
        self._titled = ""
        self._cursor = ""
        self._top = 0
        self._room = 1
        self._cards: list[tuple[int, PartsLine]] = []

    @property
    def component(self) -> ComponentState | None:
        """The component under the cursor."""
        index = self._index
        return self._states[index] if index < len(self._states) else None

    def show(
        self,
        states: Sequence[ComponentState],
        *,
        footer: Footer = (),
        freshness: Freshness = LOADING,
        heading: str | None = None,
        empty: str | None = None,
    ) -> None:
        """Takes the components of a moment, what stands below them, and how fresh all that is."""
        self._states = tuple(states)
        self._footer = tuple((plain(text), tone) for text, tone in footer)
        self._freshness = freshness
        self._heading = heading if heading is not None else self._heading
        self._empty = empty if empty is not None else self._empty
        self._show_title()
        self.changed()

    def on_mount(self) -> None:
        """Lets the age of what is stale grow."""
        self._show_title()
        self.set_interval(1.0, self._show_title)

    def on_resize(self, _event: events.Resize) -> None:
        """Fits the title."""
        self._show_title()

    def on_click(self, event: events.Click) -> None:
        """A click selects a card, a double click opens it."""
        offset = event.get_content_offset(self)
        place = self._top + offset.y if offset is not None else len(self._cards)
        if place < len(self._cards):
            self._select(self._cards[place][0])
            if event.chain > 1:
                self.action_open()

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """The cards in view, and below a rule what is true of the layer."""
        footer = self._footer_lines(width, height)
        self._room = room = max(1, height - len(footer))
        if not self._states:
            lines: list[Line | None] = [PartsLine((("muted", " " + plain(self._empty)),))]
        else:
            cursor = self._index if self.has_focus else None
            self._cards = card_lines(self._states, room, width, cursor)
            self._bring_into_view(room)
            lines = [line for _index, line in self._cards[self._top : self._top + room]]
        return [*lines, *([None] * (room - len(lines))), *footer]

    def extent(self) -> Extent:
        """Of the cards' lines."""
        return Extent(self._top, self._room, len(self._cards))

    def move_by(self, lines: int) -> None:
        """Moves the cursor from card to card."""
        self._select(self._index + (1 if lines > 0 else -1) * max(1, min(abs(lines), len(self._states))))

    def scroll_view(self, lines: int) -> None:
        """Moves the cursor too: a pane of cards is short."""
        self.move_by(1 if lines > 0 else -1)

    def move_to_edge(self, direction: int) -> None:
        """To the first or the last card."""
        self._select(0 if direction < 0 else len(self._states) - 1)

    def action_open(self) -> None:
        """Opens the component under the cursor."""
        component = self.component
        if component is not None:
            self.post_message(self.CardOpened(self, component))

    @property
    def _index(self) -> int:
        return next((index for index, state in enumerate(self._states) if state.name == self._cursor), 0)

    def _select(self, index: int) -> None:
        if not self._states:
            return
        component = self._states[max(0, min(index, len(self._states) - 1))]
        if component.name != self._cursor:
            self._cursor = component.name
            self.post_message(self.CardSelected(self, component))
            self.changed()

    def _footer_lines(self, width: int, height: int) -> list[Line]:
        lines = flow(((tone.value, text) for text, tone in self._footer), width)
        # Every card keeps its own line before the footer gets a second one.
        lines = lines[: max(1, min(height - 1 - len(self._states), height - 3))]
        return [RuleLine(), *lines] if lines and height >= len(lines) + 3 else []

    def _bring_into_view(self, room: int) -> None:
        at = [place for place, (index, _line) in enumerate(self._cards) if index == self._index]
        if at:
            self._top = max(at[-1] - room + 1, min(self._top, at[0]))
        self._top = max(0, min(self._top, len(self._cards) - room))

    def _show_title(self) -> None:
        reach = self._freshness.reach
        words = f"{REACH_SYMBOLS[reach]} {plain(self._freshness.words(self._clock()))}"
        # How fresh the cards are is said in full; the heading gives way.
        room = max(8, self.size.width - 8 - cell_len(words)) if self.size.width else 80
        heading = cut(plain(self._heading), room, middle=False)
        if (titled := f"{heading}  {words}") != self._titled:
            self._titled = titled
            self.border_title = Content.assemble((heading, "bold"), "  ", (words, TONES[REACH_TONES[reach]]))
