"""A pane of facts to read: each in its tone, wrapped and never cut; scrolls where they don't fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from textual.geometry import Size

from runners.layers.kinds.base import Tone
from widgets.lines import PartsLine
from widgets.safe import label, plain
from widgets.scrolled import ScrolledPane


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said."""

    text: str
    tone: Tone = Tone.PLAIN
    symbol: str = ""
    """Stands before it, in the same tone."""
    indent: int = 0


def fact_lines(facts: Sequence[Fact], width: int) -> list[PartsLine]:
    """The facts in lines of so many cells; where one is wrapped, its symbol stands alone."""
    lines = []
    for fact in facts:
        head = " " * (1 + fact.indent) + (f"{fact.symbol} " if fact.symbol else "")
        for part in wrap(plain(fact.text), max(8, width - len(head))) or [""]:
            lines.append(PartsLine(((fact.tone.value, head), (fact.tone.value if not fact.symbol else "plain", part))))
            head = " " * len(head)
    return lines


class FactsPane(ScrolledPane):
    """As high as what it says, as far as its screen lets it."""

    DEFAULT_CSS = """
    FactsPane {
        height: auto;
        border: round $border-blurred;
        border-title-color: $foreground;
        &:focus { border: round $border; }
    }
    """

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()
        self.border_title = label(heading, "bold")

    @property
    def text(self) -> str:
        """Everything that it says, in lines."""
        return "\n".join(" ".join(part for part in (fact.symbol, fact.text) if part) for fact in self._facts)

    def show(self, facts: Sequence[Fact], heading: str) -> None:
        """Takes the facts of the moment; the place stays."""
        self.border_title = label(heading, "bold")
        if self._facts != tuple(facts):
            self._facts = tuple(facts)
            self.refresh(layout=True)
            self.changed()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the facts take."""
        return max(1, len(self.all_lines(width - 1)))

    def all_lines(self, width: int) -> Sequence[PartsLine]:
        """Everything, in lines of so many cells."""
        return fact_lines(self._facts, width)
