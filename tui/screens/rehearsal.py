"""What a recovery would have to do without, before it is rehearsed; enter goes on to the walkthrough."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from runners.layers.findings import Finding
from runners.layers.picture import Picture
from runners.layers.rehearsal.missing import is_missing
from runners.layers.walkthroughs.recover import NAME
from tui.screens.findings import FindingsScreen
from tui.texts import told
from widgets.facts import Fact
from widgets.header import HeaderFacts
from widgets.hints import Hint

HEADING = "What your recovery would miss"


class RehearsalScreen(FindingsScreen):
    """Lies on the overview when a rehearsal begins."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            f"app.walk('{NAME}')",
            "Walk it",
            show=False,
            priority=True,
            tooltip="walk the recovery, step by step",
        ),
    ]
    HINTS = (Hint("↵", "walk the recovery"), Hint("↑↓", "scroll"), Hint("esc", "the cluster"), Hint("?", "help"))

    def __init__(
        self,
        findings: Sequence[Finding],
        picture: Picture,
        header: HeaderFacts,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Takes what was found, picture and header of the moment, and the time in seconds since the epoch."""
        facts = missing_facts(findings)
        super().__init__(HEADING, lambda _picture: facts, picture, header, clock)


def missing_facts(findings: Sequence[Finding]) -> list[Fact]:
    """The sum, and then each thing with what to do about it."""
    return [Fact(missing_words(findings)), Fact(""), *told(findings)]


def missing_words(findings: Sequence[Finding]) -> str:
    """``3 things would be missing``."""
    count = sum(map(is_missing, findings))
    if not count:
        return "nothing would be missing, as far as this machine can tell"
    return f"{count} things would be missing" if count > 1 else "1 thing would be missing"
