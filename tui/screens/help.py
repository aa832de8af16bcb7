"""Help: every key, from the same records as footer and dialogs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from runners.layers.commands import COMMANDS, Scope
from tui.keys import GRAPH_KEYS, ROW_KEYS, SCREEN_KEYS, TABLE_KEYS, TEXT_KEYS, help_entries, shown_key
from tui.screens.following import FollowingScreen
from tui.screens.once import LeavesOnce
from tui.screens.pod_log import PodLogScreen
from widgets.canvas import Canvas
from widgets.cards import LayerPane
from widgets.help import HelpEntry, HelpGroup, HelpPane
from widgets.log import LogPane
from widgets.prompt import Prompt
from widgets.table import LiveTable

_AROUND: tuple[tuple[str, Sequence[BindingType]], ...] = (
    ("Moving", Canvas.BINDINGS),
    ("Tables", (*TABLE_KEYS, *LiveTable.BINDINGS, *ROW_KEYS)),
    ("The line for : and /", Prompt.BINDINGS),
    ("Logs and texts", (*LogPane.BINDINGS, *TEXT_KEYS, *PodLogScreen.BINDINGS)),
)
"""How to get around: each group says what the bindings say of themselves."""


def groups(app: Sequence[BindingType], here: Sequence[BindingType] = ()) -> tuple[HelpGroup, ...]:
    """Every key, in groups: what is done to what, then how to get around.

    Args:
        app: the app's own bindings.
        here: those of a screen that lies on the overview; where there are some, they come first.
    """
    commands = tuple(
        HelpGroup(
            f"On {scope.value}",
            tuple(HelpEntry(shown_key(item), item.help) for item in COMMANDS if item.scope is scope),
        )
        for scope in Scope
        if any(item.scope is scope and item.key for item in COMMANDS) and scope is not Scope.RUN
    )
    screen = HelpGroup("Screen", help_entries((*SCREEN_KEYS, *GRAPH_KEYS, *LayerPane.BINDINGS, *app)))
    this = (HelpGroup("This screen", help_entries(here)),) if here else ()
    return (*this, *commands, screen, *(HelpGroup(title, help_entries(bindings)) for title, bindings in _AROUND))


class HelpScreen(LeavesOnce[None], ModalScreen[None]):
    """Covers the screen until esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "back", "Back", show=False, tooltip="Back to what was there"),
    ]

    def compose(self) -> ComposeResult:
        """One pane."""
        yield HelpPane(id="help")

    def on_mount(self) -> None:
        """Fills it: for the screen that it covers."""
        below = self.app.screen_stack[-2]
        here = type(below).BINDINGS if isinstance(below, FollowingScreen) else ()
        self.query_one(HelpPane).show(groups(type(self.app).BINDINGS, here))

    def action_back(self) -> None:
        """Back to what was there."""
        self.leave()
