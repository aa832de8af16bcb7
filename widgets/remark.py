"""One line about the whole, between panes; it takes no room while there is nothing to say."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from runners.layers.kinds.base import Tone
from widgets.safe import cut, plain
from widgets.theme import TONES


class Remark(Widget):
    """A text of parts, each in its tone; what doesn't fit is cut."""

    DEFAULT_CSS = """
    Remark {
        height: 1;
        padding: 0 1;
        display: none;
        &.-said { display: block; }
    }
    """

    _parts: tuple[tuple[str, Tone], ...] = ()

    def show(self, *parts: tuple[str, Tone]) -> None:
        """Takes the parts of the moment; an empty text is none."""
        parts = tuple(part for part in parts if part[0])
        if parts != self._parts:
            self._parts = parts
            self.set_class(bool(parts), "-said")
            self.refresh()

    def render(self) -> Content:
        """The parts, one after the other."""
        room = self.size.width
        pieces: list[tuple[str, str]] = []
        for text, tone in self._parts:
            shown = cut(plain(text), room)
            room -= len(shown)
            pieces.append((shown, TONES[tone]))
        return Content.assemble(*pieces)
