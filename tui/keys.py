"""From command records to keys: bindings, footer hints and help all come from the same records."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding

from runners.layers.commands import COMMANDS, Command, Scope
from runners.layers.findings import GateAnswer
from widgets.hints import Groups, Hint

NAVIGATION: tuple[Hint, ...] = (
    Hint("⇥", "next pane"),
    Hint("←→", "tabs"),
    Hint("/", "filter"),
    Hint("q", "quit"),
    Hint("?", "help"),
)


def command_bindings() -> list[Binding]:
    """A binding for every command with a key; ctrl+c is the app's own, since it has to work everywhere."""
    return [
        Binding(command.key, f"command('{command.name}')", command.label, show=False, tooltip=command.help)
        for command in COMMANDS
        if command.key and command.scope is not Scope.RUN
    ]


def shown_key(command: Command) -> str:
    """A key as the footer writes it."""
    return command.key.replace("ctrl+", "^")


def hints(commands: Sequence[tuple[Command, GateAnswer]]) -> Groups:
    """The footer for the commands of the moment; a closed gate shows, and pressing the key says why."""
    return ([Hint(shown_key(command), command.label, answer.is_open) for command, answer in commands], NAVIGATION)
