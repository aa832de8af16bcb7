"""The header: which cluster this is, how fresh what is shown is, and whether anything may be changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from runners.layers.freshness import LOADING, Freshness
from runners.layers.identity import Identity
from widgets.safe import cut, plain
from widgets.theme import ACCENT, MUTED, REACH_SYMBOLS, REACH_TONES, TONES

_LEFT_GAP, _RIGHT_GAP = "  ", "   "
_LEAST_FRESHNESS, _LEAST_SERVER, _LEAST_CONTEXT = 14, 12, 6
"""Cells that are left of each where the line is too long; the first gives way first."""


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the header says."""

    context: str = ""
    """What was asked for; shown until the identity is known."""
    identity: Identity | None = None
    freshness: Freshness = LOADING
    nodes_ready: int = 0
    nodes: int = 0
    read_only: bool = False
    runs: int = 0
    """Runs that go on now."""
    label: str = ""
    """``DEMO`` on every screen of a demo."""


@dataclass(slots=True)
class _Item:
    text: str
    style: str
    keep: int
    """Items with a lower number go first; those with ``_ALWAYS`` stay, and are cut if need be."""
    right: bool = False
    least: int = 0


_ALWAYS = 99


def header_content(facts: HeaderFacts, now: float, clock: str, width: int) -> Content:
    """The line in so many cells; context, server, freshness and the right to write are never left out."""
    items = _items(facts, now, clock)
    while _width(items) > width and (going := min(items, key=lambda item: item.keep)).keep < _ALWAYS:
        items.remove(going)
    for item in sorted(items, key=lambda item: -item.least):
        if _width(items) > width and item.least:
            item.text = item.text.removeprefix("https://")
            over = max(0, _width(items) - width)
            item.text = cut(item.text, max(item.least, cell_len(item.text) - over))
    left = _joined([item for item in items if not item.right], _LEFT_GAP)
    right = _joined([item for item in items if item.right], _RIGHT_GAP)
    blank = max(1, width - 2 - left.cell_length - right.cell_length)
    return Content.assemble(" ", left, " " * blank, right, " ")


def _items(facts: HeaderFacts, now: float, clock: str) -> list[_Item]:
    identity = facts.identity
    reach = facts.freshness.reach
    nodes_tone = "$foreground" if facts.nodes_ready == facts.nodes else "$warning"
    freshness = f"{REACH_SYMBOLS[reach]} {facts.freshness.words(now)}"
    items = [
        _Item("BEDPLATE", f"bold {ACCENT}", 2),
        _Item(facts.label, "bold reverse $warning", _ALWAYS),
        _Item(identity.context if identity else facts.context, "bold $foreground", _ALWAYS, least=_LEAST_CONTEXT),
        _Item(identity.server if identity else "connecting…", "$foreground", _ALWAYS, least=_LEAST_SERVER),
        _Item(identity.version if identity else "", MUTED, 3),
        _Item(f"{facts.nodes_ready}/{facts.nodes} nodes" if facts.nodes else "", nodes_tone, 4),
        _Item(freshness, TONES[REACH_TONES[reach]], _ALWAYS, True, _LEAST_FRESHNESS),
        _Item("read-only" if facts.read_only else "read-write", MUTED if facts.read_only else "", _ALWAYS, True),
        _Item(f"{facts.runs} run{'s' if facts.runs > 1 else ''}" if facts.runs else "", ACCENT, 5, True),
        _Item(clock, MUTED, 1, True),
    ]
    for item in items:
        item.text = plain(item.text)
    return [item for item in items if item.text]


def _width(items: list[_Item]) -> int:
    left = sum(1 for item in items if not item.right)
    right = len(items) - left
    gaps = len(_LEFT_GAP) * max(0, left - 1) + len(_RIGHT_GAP) * max(0, right - 1)
    return sum(cell_len(item.text) for item in items) + gaps + 3


def _joined(items: list[_Item], gap: str) -> Content:
    return Content(gap).join([Content.styled(item.text, item.style) for item in items])


class Header(Widget):
    """One line at the top of every screen."""

    DEFAULT_CSS = """
    Header {
        dock: top;
        height: 1;
        background: $surface;
        color: $foreground;
    }
    """

    CLOCK: ClassVar[str] = "%H:%M:%S"

    facts: reactive[HeaderFacts] = reactive(HeaderFacts())
    """What it says."""

    def __init__(
        self,
        facts: HeaderFacts | None = None,
        *,
        clock: Callable[[], float] = time.time,
        local: Callable[[float], time.struct_time] = time.localtime,
        id: str | None = None,
    ) -> None:
        """Makes a header.

        Args:
            facts: what it says at first.
            clock: the present time, seconds since the epoch.
            local: how that is told as a time of day.
            id: as of any widget.
        """
        super().__init__(id=id)
        self._clock = clock
        self._local = local
        self._said = ""
        self.set_reactive(Header.facts, facts or HeaderFacts())

    def compose(self) -> ComposeResult:
        """The line's end, by itself."""
        yield _End()

    def on_mount(self) -> None:
        """Lets the clock go."""
        self.set_interval(1.0, self._tick)

    @property
    def line(self) -> Content:
        """The line for the widget's width at this moment."""
        now = self._clock()
        return header_content(self.facts, now, time.strftime(self.CLOCK, self._local(now)), self.size.width)

    def render(self) -> Content:
        """The whole line."""
        self._said = self.facts.freshness.words(self._clock())
        return self.line

    def watch_facts(self) -> None:
        """The line's end may say something else too."""
        for end in self.query(_End):
            end.refresh()

    def _tick(self) -> None:
        if self.facts.freshness.words(self._clock()) != self._said:
            self.refresh()
        self.query_one(_End).refresh()


class _End(Widget):
    """The last cells of the line, where the clock ticks: a second must not cost the whole line."""

    DEFAULT_CSS = """
    _End {
        dock: right;
        width: 9;
        height: 1;
        background: $surface;
    }
    """

    def render(self) -> Content:
        """What the line has there."""
        assert isinstance(self.parent, Header)
        return self.parent.line[-self.size.width :]
