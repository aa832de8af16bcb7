"""Help and the bindings are one list: what a key does is said, and what is said a key does."""

from __future__ import annotations

import pytest
from textual.binding import Binding, BindingType

from runners.layers.commands import COMMANDS
from tui.app import BedplateApp
from tui.keys import help_entries, key_words
from tui.screens.following import FollowingScreen
from tui.screens.help import groups
from tui.screens.overview import Overview
from tui.screens.pod_log import PodLogScreen
from tui.screens.survival import SurvivalScreen
from tui.screens.walkthrough import WalkthroughScreen
from widgets.canvas import Canvas
from widgets.cards import LayerPane
from widgets.log import LogPane
from widgets.prompt import Prompt
from widgets.table import LiveTable


@pytest.mark.parametrize("owner", [BedplateApp, Overview, Canvas, LayerPane, LiveTable, LogPane, PodLogScreen, Prompt])
def test_every_binding_is_in_the_help(owner: type[BedplateApp]) -> None:
    bindings: list[BindingType] = owner.BINDINGS
    said = {
        (word, entry.text)
        for group in groups(BedplateApp.BINDINGS)
        for entry in group.entries
        for word in entry.key.split()
    }
    digits = {str(digit) for digit in range(1, 10)}
    for binding in Binding.make_bindings(bindings):
        shown = key_words(binding.key)
        assert ("1–9" if shown in digits else shown, binding.tooltip) in said, binding


@pytest.mark.parametrize("screen", [WalkthroughScreen, SurvivalScreen])
def test_a_screen_that_lies_on_the_overview_has_its_own_keys_first(screen: type[FollowingScreen]) -> None:
    first = groups(BedplateApp.BINDINGS, screen.BINDINGS)[0]
    assert first.title == "This screen"
    bindings: list[BindingType] = screen.BINDINGS
    assert {binding.tooltip for binding in Binding.make_bindings(bindings)} == {entry.text for entry in first.entries}


def test_every_command_is_in_the_help_with_its_own_sentence() -> None:
    texts = {entry.text for group in groups(()) for entry in group.entries}
    assert {command.help for command in COMMANDS if command.key != "ctrl+c"} <= texts


def test_keys_that_do_one_thing_are_one_line() -> None:
    bindings = [
        Binding("up,k", "x", tooltip="move"),
        Binding("ctrl+b", "y", tooltip="page"),
        Binding("j", "x", tooltip="move"),
    ]
    assert [(entry.key, entry.text) for entry in help_entries(bindings)] == [("↑ k j", "move"), ("^b", "page")]
