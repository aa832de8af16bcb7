"""The steps of a walkthrough, a line each: where one stands, and which one is read beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.message import Message

from runners.layers.kinds.base import Tone
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from widgets.canvas import Canvas, Extent, Line
from widgets.lines import PartsLine
from widgets.safe import cut, label, plain

STEP_TONES: dict[StepState, Tone] = {
    StepState.DONE: Tone.GOOD,
    StepState.SKIPPED: Tone.MUTED,
    StepState.READY: Tone.MOVING,
    StepState.WAITING: Tone.MOVING,
    StepState.BLOCKED: Tone.WARN,
    StepState.FAILED: Tone.BAD,
    StepState.UNKNOWN: Tone.WARN,
    StepState.LATER: Tone.MUTED,
}


class StepsPane(Canvas):
    """Follows the step that is next until somebody moves the cursor, and again once it is back there."""

    DEFAULT_CSS = """
    StepsPane {
        border: round $border-blurred;
        border-title-color: $foreground;
        &:focus { border: round $border; }
    }
    """

    class StepSelected(Message):
        """Another step is to be read."""

        def __init__(self, pane: StepsPane, index: int) -> None:
            super().__init__()
            self.pane = pane
            self.index = index

        @property
        def control(self) -> StepsPane:
            """The pane."""
            return self.pane

    LEAST_WORDS: ClassVar[int] = 34
    """Cells from which on each state stands there in words too."""

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._steps: tuple[StepView, ...] = ()
        self._next = 0
        self._cursor = 0
        self._top = 0
        self._room = 0
        """Lines that there are; none before it was drawn."""
        self.border_title = label(heading, "bold")

    @property
    def index(self) -> int:
        """The step under the cursor."""
        return self._cursor

    def show(self, progress: Progress) -> None:
        """Takes where the walkthrough stands at a moment; while the cluster is away the cursor stays."""
        following = self._cursor == self._next or not self._steps
        if progress.away is not None and self._steps:
            self._steps = progress.steps
            self.changed()
            return
        self._steps = progress.steps
        self._next = min(progress.current, max(0, len(self._steps) - 1))
        self._select(self._next if following else self._cursor)
        self.changed()

    def follow(self) -> None:
        """Moves the cursor to the step that is next, which it follows from then on."""
        self._select(self._next)

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """The steps in view."""
        self._room = height
        self._top = self._top_for(self._cursor)
        shown = range(self._top, min(len(self._steps), self._top + height))
        return [self._line(index, width) for index in shown]

    def extent(self) -> Extent:
        """Of the steps."""
        return Extent(self._top, self._room, len(self._steps))

    def move_by(self, lines: int) -> None:
        """Moves the cursor."""
        self._select(self._cursor + lines)

    def move_to_edge(self, direction: int) -> None:
        """To the first or the last step."""
        self._select(0 if direction < 0 else len(self._steps) - 1)

    def on_click(self, event: events.Click) -> None:
        """A click selects a step."""
        offset = event.get_content_offset(self)
        if offset is not None and self._top + offset.y < len(self._steps):
            self._select(self._top + offset.y)

    def _select(self, index: int) -> None:
        index = max(0, min(index, len(self._steps) - 1))
        if index != self._cursor:
            self._cursor = index
            self._top = self._top_for(index)  # what is in view is where the cursor has been, however often it was drawn
            self.post_message(self.StepSelected(self, index))
            self.changed()

    def _top_for(self, index: int) -> int:
        """The first step in view that moves the least, shows this one, and leaves no room below the last."""
        if not self._room:
            return min(index, self._top)
        below = index - self._room + 1
        return max(0, min(index, max(self._top, below), len(self._steps) - self._room))

    def _line(self, index: int, width: int) -> PartsLine:
        view = self._steps[index]
        selected = index == self._cursor
        tone = STEP_TONES[view.state].value
        words = view.state.value if width >= self.LEAST_WORDS and view.state is not StepState.LATER else ""
        room = width - 4 - cell_len(words) - (1 if words else 0)
        title = cut(f"{index + 1} {plain(view.step.title)}", room, middle=False)
        gap = " " * (room - cell_len(title) + (1 if words else 0))
        parts = (
            ("mark", "▶" if selected else " "),
            (tone, f"{view.state.symbol} "),
            ("muted" if view.state is StepState.LATER else "plain", title + gap),
            (tone, words),
        )
        return PartsLine(parts, under="cursor" if selected and self.has_focus else "")
