"""From command records and bindings to what is written of keys: footer hints and help come from the same records.

A binding's tooltip is what help says of it; bindings with one tooltip are one line there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding, BindingType

from runners.layers.commands import COMMANDS, Command, Scope
from runners.layers.findings import GateAnswer
from tui.outlines import NAVIGATION
from widgets.help import HelpEntry
from widgets.hints import Groups, Hint

_TABS = "the table's tabs, also by number"
_TABLE_ACTIONS = (
    ("left", "turn(-1)", _TABS),
    ("right", "turn(1)", _TABS),
    *((str(place), f"show({place})", _TABS) for place in range(1, 10)),
    ("minus", "last", "what was shown before"),
    ("colon", "command_line", "a kind, a command or ns, by name"),
    ("slash", "filter", "only rows with a text; !text: without"),
    ("ctrl+z", "faults", "only what is wrong or on its way"),
    ("0", "everywhere", "all namespaces again"),
)

# What opens a line to type in does so before the next key is looked at: it may be here already.
_AT_ONCE = ("colon", "slash")
TABLE_KEYS: tuple[Binding, ...] = tuple(
    Binding(key, f'tables("{action}")', show=False, tooltip=words, priority=key in _AT_ONCE)
    for key, action, words in _TABLE_ACTIONS
)
"""What acts on the table wherever the focus is; the screen hands it on."""
ROW_KEYS: tuple[Binding, ...] = (
    Binding("y", "more('yaml')", show=False, tooltip="the YAML of the row"),
    Binding("e", "more('events')", show=False, tooltip="the events about the row's object"),
    Binding("d", "more('describe')", show=False, tooltip="all that describes the row's object"),
    Binding("l", "more('log')", show=False, tooltip="a pod's log; else that of the run before"),
)
"""What shows more of the row under the cursor."""
GRAPH_KEYS: tuple[Binding, ...] = (
    Binding("t", "graph", "Graph", show=False, tooltip="what it waits for, and what waits for it"),
)
"""What traces a component or a Flux object through both layers."""
TEXT_KEYS: tuple[Binding, ...] = (
    Binding("slash", "search", show=False, tooltip="search; esc forgets it"),
    Binding("c", "copy", show=False, tooltip="copy the whole text"),
    Binding("ctrl+s", "save", show=False, tooltip="save it to a file"),
    Binding("f", "full", show=False, tooltip="the text alone, and back"),
)
"""What can be done with every text that has a screen of its own."""
SCREEN_KEYS: tuple[Binding, ...] = (
    Binding("tab", "app.focus_next", show=False, tooltip="next or previous pane"),
    Binding("shift+tab", "app.focus_previous", show=False, tooltip="next or previous pane"),
    Binding("escape", "back", show=False, tooltip="clear the filter, back to the cards, close a log that ended"),
    Binding("w", "app.walk", show=False, tooltip="walkthroughs: the first day, an upgrade, the worst day"),
    Binding("v", "app.survival", show=False, tooltip="what would come back if the cluster died now"),
    Binding("question_mark", "app.help", show=False, tooltip="every key"),
    Binding("q", "app.leave", show=False, tooltip="close the screen; runs go on"),
)

_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "↵",
    "escape": "esc",
    "tab": "⇥",
    "shift+tab": "⇧⇥",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "minus": "-",
    "colon": ":",
    "slash": "/",
    "question_mark": "?",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
_DIGITS = "1 2 3 4 5 6 7 8 9"


def command_bindings() -> list[Binding]:
    """A binding for every command with a key; ctrl+c is the app's own, since it has to work everywhere."""
    return [
        Binding(command.key, f"command('{command.name}')", command.label, show=False, tooltip=command.help)
        for command in COMMANDS
        if command.key and command.scope is not Scope.RUN
    ]


def key_words(key: str) -> str:
    """A key as footer and help write it: ``^b``, ``PgUp``, ``→``."""
    return _SHOWN.get(key) or key.replace("ctrl+", "^")


def shown_key(command: Command) -> str:
    """A command's key as footer and help write it."""
    return key_words(command.key)


def help_entries(bindings: Iterable[BindingType]) -> tuple[HelpEntry, ...]:
    """A line for each thing that keys do, with every key that does it."""
    keys: dict[str, list[str]] = {}
    for binding in Binding.make_bindings(bindings):
        if binding.tooltip:
            keys.setdefault(binding.tooltip, []).append(key_words(binding.key))
    return tuple(HelpEntry(" ".join(found).replace(_DIGITS, "1–9"), words) for words, found in keys.items())


def hints(commands: Sequence[tuple[Command, GateAnswer]]) -> Groups:
    """The footer for the commands of the moment; a closed gate shows, and pressing the key says why."""
    return (
        [Hint(shown_key(command), command.label, answer.is_open) for command, answer in commands],
        [Hint(*each) for each in NAVIGATION],
    )
