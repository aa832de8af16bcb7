"""The log pane: what a run or a pod prints, followed to its end, in its own colours, however fast it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from widgets.ansi import text_of
from widgets.canvas import Canvas, Extent, Line
from widgets.log_lines import LogLine
from widgets.painter import Painter
from widgets.safe import label
from widgets.scrollback import LIMIT, Scrollback
from widgets.viewport import Viewport

_FRAME = 1 / 30
"""Seconds between two paintings of what streams: nobody reads faster, and every line of the pane changes."""
_SIDEWAYS = 16
"""Cells that one key moves sideways."""


class LogPane(Canvas):
    """A bounded text that grows at its end; also shows a text that doesn't grow, from its beginning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "toggle_follow", "Autoscroll", show=False, tooltip="autoscroll on and off"),
        Binding("w", "toggle_wrap", "Wrap", show=False, tooltip="wrap long lines"),
        Binding("n", "find(1)", "Next match", show=False, tooltip="next and previous match"),
        Binding("N", "find(-1)", "Previous match", show=False, tooltip="next and previous match"),
        Binding("right", "sideways(1)", "Right", show=False, tooltip="sideways"),
        Binding("left", "sideways(-1)", "Left", show=False, tooltip="sideways"),
    ]

    DEFAULT_CSS = """
    LogPane {
        border: round $border-blurred;
        border-title-color: $foreground;
        border-subtitle-color: $foreground-muted;
        &:focus { border: round $border; }
    }
    """

    heading: reactive[str] = reactive("", init=False)
    """The title of the pane: which run or container this is."""
    following: reactive[bool] = reactive(True, init=False)
    """The end stays in view while it grows."""
    wrap: reactive[bool] = reactive(False, init=False)
    """Long lines go on in the next row; otherwise they are cut and the pane scrolls sideways."""
    needle: reactive[str] = reactive("", init=False)
    """What is searched for, in whatever case; matches are marked."""

    class FollowChanged(Message):
        """The pane began to follow the end, or stopped."""

        def __init__(self, log: LogPane, following: bool) -> None:
            super().__init__()
            self.log_pane = log
            self.following = following

        @property
        def control(self) -> LogPane:
            """The pane."""
            return self.log_pane

    def __init__(
        self, heading: str = "", *, limit: int = LIMIT, id: str | None = None, classes: str | None = None
    ) -> None:
        """Makes an empty pane.

        Args:
            heading: the title.
            limit: how many lines are kept.
            id: as of any widget.
            classes: as of any widget.
        """
        super().__init__(frame=_FRAME, id=id, classes=classes)
        self._scrollback = Scrollback(limit)
        self._view = Viewport(self._scrollback)
        self._paused_at = 0
        self._found: int | None = None
        self._note = ""
        self._noted = ""
        # A changed subtitle repaints the whole pane, so it changes less often than the lines.
        self._notes = Painter(self._show_note, frame=0.25)
        self.set_reactive(LogPane.heading, heading)
        self.border_title = label(heading)

    @property
    def line_count(self) -> int:
        """How many lines came so far, trimmed ones included."""
        return self._scrollback.end

    @property
    def text(self) -> str:
        """Every line that is kept, without escape sequences: for copying and saving."""
        lines = (text_of(self._scrollback.line(number)) for number in range(self._scrollback.first, self.line_count))
        return "".join(f"{line}\n" for line in lines)

    def append(self, chunk: str | bytes) -> None:
        """Takes more output, cut anywhere."""
        self._scrollback.feed(chunk)
        self._tell()

    def show(self, text: str, heading: str = "") -> None:
        """Shows a text from its beginning instead of what was there."""
        self.clear()
        self.heading = heading
        self.following = False
        self._view.to_start()
        self._scrollback.feed(text.removesuffix("\n"))
        self._paused_at = self._scrollback.end
        self._tell()

    def clear(self) -> None:
        """Forgets everything and follows what comes next."""
        self._scrollback.clear()
        self._found = None
        self._note = ""
        self.needle = ""
        self._view.left = 0
        self._view.to_end()
        self.following = True
        self._tell()

    def search(self, text: str) -> bool:
        """Goes to the next line with the text, from the top of the view on; False where there is none."""
        self.needle = text
        self._found = None
        if not text:
            self._note = ""
            self._tell()
            return True
        return self._find(self._view.top[0] - 1, 1)

    def watch_heading(self, heading: str) -> None:
        """Shows the title."""
        self.border_title = label(heading)

    def watch_following(self, following: bool) -> None:
        """Goes to the end, or stays here."""
        self._paused_at = self._scrollback.end
        self._view.following = following
        self._tell()
        self.post_message(self.FollowChanged(self, following))

    def watch_wrap(self, wrap: bool) -> None:
        """Draws in the other way."""
        self._view.set_wrap(wrap)
        self._tell()

    def watch_needle(self) -> None:
        """Marks what matches."""
        self._tell()

    def on_mount(self) -> None:
        """Begins to tell what the subtitle says."""
        self._notes.start()
        self._tell()

    def on_unmount(self) -> None:
        """Tells no more."""
        self._notes.stop()

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """The rows in view."""
        self._view.resize(width, height)
        needle = self.needle.casefold()
        return [
            LogLine(
                self._scrollback.line(number),
                row if self.wrap else -1,
                self._view.left,
                needle,
                number == self._found,
            )
            for number, row in self._view.visible()
        ]

    def extent(self) -> Extent:
        """In lines, also where they are wrapped: what a thumb shows is where one is, not how far each line goes."""
        first = self._scrollback.first
        return Extent(self._view.top[0] - first, self.content_size.height, self._scrollback.end - first)

    def move_by(self, lines: int) -> None:
        """Scrolls."""
        self._view.scroll(lines)
        self._moved()

    def move_to_edge(self, direction: int) -> None:
        """To the oldest line, or to the newest, and follows."""
        if direction < 0:
            self._view.to_start()
        else:
            self._view.to_end()
        self._moved()

    def action_toggle_follow(self) -> None:
        """Follows the end, or stays here."""
        self.following = not self.following

    def action_toggle_wrap(self) -> None:
        """Wraps long lines, or cuts them."""
        self.wrap = not self.wrap

    def action_sideways(self, direction: int) -> None:
        """Scrolls sideways."""
        self._view.sideways(direction * _SIDEWAYS)
        self.update_lines()

    def action_find(self, step: int) -> None:
        """Goes to the next match, or to the one before."""
        if self.needle:
            self._find(self._found if self._found is not None else self._view.top[0] - 1, step)

    def _find(self, start: int, step: int) -> bool:
        self._found = self._view.find(self.needle, start, step)
        if self._found is None:
            self._note = f"no “{self.needle}”"
        else:
            self._note = f"“{self.needle}” in line {self._found + 1}"
            self._view.show(self._found)
        self._moved()
        return self._found is not None

    def _moved(self) -> None:
        self.following = self._view.following
        self.update_lines()
        self._notes.ask()

    def _tell(self) -> None:
        self.changed()
        self._notes.ask()

    def _show_note(self) -> None:
        new = self._scrollback.end - self._paused_at
        paused = "" if self.following or not new else f"paused · {new} new line{'s' if new != 1 else ''} · s follows"
        words = "   ".join(part for part in (self._note, paused) if part)
        if words != self._noted:
            self._noted = words
            self.border_subtitle = label(words)
