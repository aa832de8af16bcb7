"""The list above the prompt: what the text in it may become, and which of that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.safe import cut, fit, plain
from widgets.theme import ACCENT, MUTED

ROWS = 5
"""Lines of the list, however many candidates there are: nothing moves while a person types."""
_GAP = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that may be meant."""

    text: str
    """What the prompt's text becomes; a blank at its end waits for more."""
    also: str = ""
    """What else it is called, or the key that does the same."""
    note: str = ""
    """What it is."""


class CandidateList(Widget):
    """The candidates around the chosen one; it keeps its room while it is used, so that nothing jumps."""

    DEFAULT_CSS = f"""
    CandidateList {{
        height: {ROWS};
        background: $surface;
        display: none;
        &.-used {{ display: block; }}
    }}
    """

    candidates: reactive[tuple[Candidate, ...]] = reactive(())
    """What may be meant, what is likeliest first."""
    chosen: reactive[int] = reactive(-1)
    """The place of the one that a person went to; -1 where they didn't."""

    def show(self, candidates: Sequence[Candidate] | None) -> None:
        """Takes new candidates, none of which is chosen; None: it isn't used."""
        self.set_class(candidates is not None, "-used")
        self.chosen = -1
        self.candidates = tuple(candidates or ())

    def walk(self, step: int) -> None:
        """Goes to the next or previous candidate; before the first lies what was typed."""
        self.chosen = (self.chosen + 1 + step) % (len(self.candidates) + 1) - 1

    @property
    def choice(self) -> Candidate | None:
        """The one that a person went to."""
        return self.candidates[self.chosen] if self.chosen >= 0 else None

    def render(self) -> Content:
        """A line for each that is in view; what is left out is counted."""
        first = max(0, min(self.chosen - ROWS // 2, len(self.candidates) - ROWS))
        shown = self.candidates[first : first + ROWS]
        texts = max((cell_len(plain(each.text)) for each in shown), default=0)
        also = max((cell_len(plain(each.also)) for each in shown), default=0)
        lines = []
        for place, candidate in enumerate(shown, first):
            ground = " on $panel" if place == self.chosen else ""
            left = self.size.width - 3 - texts - also - 2 * _GAP
            more = f"{place + 1}/{len(self.candidates)}" if place == first + ROWS - 1 else ""
            note = fit(cut(plain(candidate.note), max(0, left - len(more) - 1), middle=False), max(0, left - len(more)))
            lines.append(
                Content.assemble(
                    (" ▶ " if place == self.chosen else "   ", f"bold {ACCENT}{ground}"),
                    (fit(plain(candidate.text), texts + _GAP), f"bold $foreground{ground}"),
                    (fit(plain(candidate.also), also + _GAP), f"$foreground{ground}"),
                    (note, f"{MUTED}{ground}"),
                    (more, f"{MUTED}{ground}"),
                )
            )
        return Content("\n").join(lines)
