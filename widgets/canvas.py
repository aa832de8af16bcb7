"""The ground of every live pane: lines drawn from small comparable values; only cells that changed are repainted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from runners.layers.kinds.base import Tone
from widgets.painter import FRAME, Painter
from widgets.strips import changed_cells

Ink = Callable[[str], Style]
"""The style of a component class of ``Canvas`` by the part after ``canvas--``."""


class Line(Protocol):
    """What stands on one line: an immutable value, compared with what stood there before."""

    def segments(self, ink: Ink, width: int) -> list[Segment]:
        """How it looks; what is left of the width is filled."""
        ...


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of the whole is in view, in lines: what the scrollbar shows."""

    first: int
    shown: int
    total: int

    def thumb(self, height: int) -> range:
        """The lines of the scrollbar's thumb; empty where everything is in view."""
        if self.total <= self.shown or height <= 0:
            return range(0)
        size = max(1, min(height, round(height * self.shown / self.total)))
        hidden = max(1, self.total - self.shown)
        start = round((height - size) * min(self.first, hidden) / hidden)
        return range(start, start + size)


class Canvas(Widget, can_focus=True):
    """A widget that draws lines; a subclass says what stands on each and what moving means.

    ``update_lines`` compares the values of the visible lines with those on the screen and repaints only lines that
    differ. The last column is the scrollbar's.
    """

    # Textual selects in what ``render`` gives; a canvas has only lines. A terminal's own selection works on them.
    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, tooltip="up and down"),
        Binding("down,j", "move(1)", "Down", show=False, tooltip="up and down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, tooltip="a page up or down"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, tooltip="a page up or down"),
        Binding("home,g", "edge(-1)", "Top", show=False, tooltip="top and bottom"),
        Binding("end,G", "edge(1)", "Bottom", show=False, tooltip="top and bottom"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"canvas--{tone.value}" for tone in Tone),
        "canvas--title",
        "canvas--mark",
        "canvas--match",
        "canvas--track",
        "canvas--thumb",
        "canvas--cursor",
        "canvas--cursor-blurred",
    }

    DEFAULT_CSS = """
    Canvas {
        height: 1fr;
        background: $background;
        color: $foreground;
        & > .canvas--plain { color: $foreground; }
        & > .canvas--good { color: $success; }
        & > .canvas--moving { color: $accent; }
        & > .canvas--warn { color: $warning; }
        & > .canvas--bad { color: $error; }
        & > .canvas--muted { color: $foreground-muted; }
        & > .canvas--title { color: $foreground-muted; text-style: bold; }
        & > .canvas--mark { color: $accent; text-style: bold; }
        & > .canvas--match { color: $accent; text-style: bold underline; }
        & > .canvas--track { color: $border-blurred; }
        & > .canvas--thumb { color: $foreground-muted; }
        & > .canvas--cursor { background: $panel; }
        & > .canvas--cursor-blurred { background: $surface; }
    }
    """

    def __init__(self, *, frame: float = FRAME, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._painter = Painter(self.update_lines, frame=frame)
        self._lines: list[tuple[Line | None, str]] = []
        self._lines_size = Size(0, 0)
        self._strips: list[Strip | None] = []
        """What each of the lines looked like when it was drawn last; None where that is to be found out."""
        self._inks: dict[str, Style] = {}

    def visible_lines(self, width: int, height: int) -> Sequence[Line | None]:
        """What stands on the visible lines; fewer than ``height`` leave the rest empty, None is an empty line."""
        raise NotImplementedError

    def extent(self) -> Extent:
        """Which part is in view; by default everything."""
        return Extent(0, 0, 0)

    def move_by(self, lines: int) -> None:
        """Moves the cursor, or the view, down by so many lines."""

    def scroll_view(self, lines: int) -> None:
        """Moves the view down without the cursor; the mouse wheel does."""
        self.move_by(lines)

    def move_to_edge(self, direction: int) -> None:
        """Moves to the first (-1) or the last line (1)."""

    @property
    def page(self) -> int:
        """How many lines one page moves."""
        return max(1, self.content_size.height - 1)

    def changed(self) -> None:
        """Says that what is drawn may have changed; painting follows at once, or with the frame's other changes."""
        self._painter.ask()

    def update_lines(self) -> None:
        """Compares the visible lines with those on the screen and repaints what differs."""
        size = self.content_size
        if not size or not self.is_attached:
            return
        lines = self._compose_lines(size)
        if size != self._lines_size or len(lines) != len(self._lines):
            self._keep(lines, size)
            self.refresh()
            return
        before, self._lines = self._lines, lines
        differing = [y for y, line in enumerate(lines) if line != before[y]]
        spans = [(y, self._redraw(y)) for y in differing]
        if regions := [Region(start, y, end - start, 1) for y, (start, end) in spans if end > start]:
            self.refresh(*regions)

    def ink(self, name: str) -> Style:
        """The style of a component class by the part after ``canvas--``, on the widget's own ground."""
        found = self._inks.get(name)
        if found is None:
            found = self.rich_style + self.get_component_rich_style(f"canvas--{name}", partial=True)
            self._inks[name] = found
        return found

    def render_line(self, y: int) -> Strip:
        """One line of the content."""
        size = self.content_size
        if size != self._lines_size:
            self._keep(self._compose_lines(size), size)
        if y >= len(self._strips):
            return self._draw(None, "")
        strip = self._strips[y]
        if strip is None:
            strip = self._strips[y] = self._draw(*self._lines[y])
        return strip

    def on_mount(self) -> None:
        """Begins to paint."""
        self._painter.start()

    def on_unmount(self) -> None:
        """Paints no more."""
        self._painter.stop()

    def on_resize(self, _event: events.Resize) -> None:
        """Draws for the new size."""
        self.update_lines()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Shows whether the keys go here."""
        super().watch_has_focus(has_focus)
        self.update_lines()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls by three lines."""
        event.stop()
        self.scroll_view(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls by three lines."""
        event.stop()
        self.scroll_view(-3)

    def notify_style_update(self) -> None:
        """Forgets the inks of the theme before."""
        self._inks.clear()
        self._strips = [None] * len(self._strips)
        super().notify_style_update()

    def action_move(self, lines: int) -> None:
        """Moves by lines."""
        self.move_by(lines)

    def action_page(self, direction: int) -> None:
        """Moves by a page."""
        self.move_by(direction * self.page)

    def action_edge(self, direction: int) -> None:
        """Moves to the first or the last line."""
        self.move_to_edge(direction)

    def _compose_lines(self, size: Size) -> list[tuple[Line | None, str]]:
        if size.width < 2 or size.height < 1:
            return []
        lines: list[Line | None] = [*self.visible_lines(size.width - 1, size.height)][: size.height]
        lines += [None] * (size.height - len(lines))
        thumb = self.extent().thumb(size.height)
        if not thumb:
            return [(line, "") for line in lines]
        return [(line, "thumb" if y in thumb else "track") for y, line in enumerate(lines)]

    def _keep(self, lines: list[tuple[Line | None, str]], size: Size) -> None:
        self._lines = lines
        self._lines_size = size
        self._strips = [None] * len(lines)

    def _redraw(self, y: int) -> tuple[int, int]:
        """Draws a line anew; the cells that look different now, from the first to the one after the last."""
        before, now = self._strips[y], self._draw(*self._lines[y])
        self._strips[y] = now
        return changed_cells(before, now) if before is not None else (0, now.cell_length)

    def _draw(self, line: Line | None, bar: str) -> Strip:
        width = self.content_size.width - 1
        segments = line.segments(self.ink, width) if line is not None else []
        used = sum(cell_len(segment.text) for segment in segments)
        if used > width:
            segments = list(Strip(segments, used).crop(0, width))
        elif used < width:
            segments.append(Segment(" " * (width - used), self.ink("plain")))
        segments.append(Segment("┃" if bar == "thumb" else "│" if bar else " ", self.ink(bar or "plain")))
        return Strip(segments, width + 1)
