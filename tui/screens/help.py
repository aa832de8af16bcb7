"""Help: every key, from the same records as footer and dialogs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from runners.layers.commands import COMMANDS, Scope
from tui.keys import shown_key
from tui.screens.once import LeavesOnce
from widgets.help import HelpEntry, HelpGroup, HelpPane

MOVING = HelpGroup(
    "Moving",
    (
        HelpEntry("⇥ ⇧⇥", "next or previous pane"),
        HelpEntry("↑ ↓ j k", "up and down"),
        HelpEntry("PgUp PgDn", "a page; also ^b and ^f"),
        HelpEntry("g G", "top and bottom"),
        HelpEntry("← → 1–8", "the table's tabs"),
        HelpEntry("esc", "clear the filter, then back to the cards"),
        HelpEntry("q", "close the screen; runs go on"),
        HelpEntry("^c", "interrupt the running tool, or quit"),
    ),
)
TABLES = HelpGroup(
    "Tables",
    (
        HelpEntry("↵ d", "the whole row with labels and conditions, or a component"),
        HelpEntry("y", "the YAML of the row's object"),
        HelpEntry("e", "the events about it"),
        HelpEntry("l", "a pod's log; elsewhere that of the run before"),
        HelpEntry("/", "filter; esc clears it"),
        HelpEntry("⇧N ⇧A ⇧S", "sort by name, age, status; again reverses"),
    ),
)
TEXTS = HelpGroup(
    "Texts and logs",
    (
        HelpEntry("/ n N", "search; the next match, the one before"),
        HelpEntry("s", "autoscroll on and off"),
        HelpEntry("w", "wrap long lines; ← → go sideways"),
        HelpEntry("[ ] p", "a pod's other containers; their life before"),
        HelpEntry("^r", "read it again"),
        HelpEntry("c ^s", "copy; save to a file"),
        HelpEntry("f", "the text alone, and back"),
    ),
)


def groups() -> tuple[HelpGroup, ...]:
    """Every key, in groups: what is done to what, then how to get around."""
    commands = tuple(
        HelpGroup(
            f"On {scope.value}",
            tuple(HelpEntry(shown_key(item), item.help) for item in COMMANDS if item.scope is scope),
        )
        for scope in Scope
        if scope is not Scope.RUN
    )
    return (*commands, MOVING, TABLES, TEXTS)


class HelpScreen(LeavesOnce[None], ModalScreen[None]):
    """Covers the screen until esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "back", "Back", show=False, tooltip="Back to what was there"),
    ]

    def compose(self) -> ComposeResult:
        """One pane."""
        yield HelpPane(id="help")

    def on_mount(self) -> None:
        """Fills it."""
        self.query_one(HelpPane).show(groups())

    def action_back(self) -> None:
        """Back to what was there."""
        self.leave()
