"""The strip of tabs: what can be looked at, with how much of each there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from runners.layers.kinds.base import Tone
from widgets.safe import cut, plain
from widgets.theme import ACCENT, MUTED, TONE_SYMBOLS, TONES


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab."""

    id: str
    label: str
    count: int | None = None
    """None where it isn't known: forbidden, not loaded."""
    tone: Tone = Tone.PLAIN
    """Of the worst that is behind it; what is quiet has no symbol."""
    short: str = ""
    """A label for a strip on which not all of them fit; empty: the label."""
    shown: int | None = None
    """How many of those that it counts are shown, where that isn't all."""

    @property
    def text(self) -> str:
        """What is written on it."""
        symbol = TONE_SYMBOLS[self.tone].strip()
        count = "" if self.count is None else f" {self.count}" if self.shown is None else f" {self.shown}/{self.count}"
        return plain(f"{self.label}{count}{' ' if symbol else ''}{symbol}")


def fitting_tabs(tabs: Sequence[Tab], current: str, width: int) -> tuple[Sequence[Tab], int, int]:
    """The tabs, with short labels where they don't fit otherwise, and the first and one after the last in view."""
    first, last = visible_tabs(tabs, current, width)
    if last - first == len(tabs):
        return tabs, first, last
    shorter = [replace(tab, label=tab.short or tab.label) for tab in tabs]
    return shorter, *visible_tabs(shorter, current, width)


def visible_tabs(tabs: Sequence[Tab], current: str, width: int) -> tuple[int, int]:
    """The first and one after the last of the tabs that fit beside the current one."""
    at = next((index for index, tab in enumerate(tabs) if tab.id == current), 0)
    first, last = at, min(at + 1, len(tabs))

    def size(start: int, stop: int) -> int:
        marks = (2 if start else 1) + (2 if stop < len(tabs) else 0)
        return sum(cell_len(tab.text) + 2 for tab in tabs[start:stop]) + marks

    while first > 0 or last < len(tabs):
        if first > 0 and size(first - 1, last) <= width:
            first -= 1
        elif last < len(tabs) and size(first, last + 1) <= width:
            last += 1
        else:
            break
    return first, last


class TabStrip(Widget):
    """One line of tabs; which is current is the app's to say."""

    DEFAULT_CSS = """
    TabStrip {
        height: 1;
        background: $background;
        color: $foreground;
    }
    """

    tabs: reactive[tuple[Tab, ...]] = reactive(())
    """The tabs, in their order."""
    current: reactive[str] = reactive("")
    """The id of the current one."""
    note: reactive[str] = reactive("")
    """What narrows the table below, at the right: a namespace, faults only, a filter."""

    class TabPicked(Message):
        """A tab was clicked."""

        def __init__(self, strip: TabStrip, tab_id: str) -> None:
            super().__init__()
            self.strip = strip
            self.tab_id = tab_id

        @property
        def control(self) -> TabStrip:
            """The strip."""
            return self.strip

    def show(self, tabs: Sequence[Tab], current: str, note: str = "") -> None:
        """Takes the tabs, which is current, and what narrows it."""
        self.tabs = tuple(tabs)
        self.current = current
        self.note = note

    def render(self) -> Content:
        """The line for the widget's width; the current tab stands in brackets, on a ground of its own."""
        width = self.size.width
        tabs, first, last = self._in_view()
        parts: list[tuple[str, str]] = [("‹ " if first else " ", MUTED)]
        for tab in tabs[first:last]:
            if tab.id == self.current:
                parts += [
                    ("[", "$accent on $panel"),
                    (tab.text, "bold $foreground on $panel"),
                    ("]", "$accent on $panel"),
                ]
            else:
                parts.append((f" {tab.text} ", TONES[tab.tone] if tab.tone in (Tone.WARN, Tone.BAD) else MUTED))
        if last < len(tabs):
            parts.append((" ›", MUTED))
        if note := self._note():
            used = sum(cell_len(text) for text, _style in parts)
            parts.append((" " * max(1, width - used - cell_len(note) - 1) + note, f"bold {ACCENT}"))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Says which tab was clicked."""
        tabs, first, last = self._in_view()
        start = 2 if first else 1
        for tab in tabs[first:last]:
            stop = start + cell_len(tab.text) + 2
            if start <= event.x < stop:
                self.post_message(self.TabPicked(self, tab.id))
                return
            start = stop

    def _in_view(self) -> tuple[Sequence[Tab], int, int]:
        note = self._note()
        return fitting_tabs(self.tabs, self.current, self.size.width - (cell_len(note) + 2 if note else 0))

    def _note(self) -> str:
        return cut(plain(self.note), self.size.width // 2, middle=False)
