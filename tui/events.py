"""What screens tell the app."""

from __future__ import annotations

from enum import Enum

from textual.message import Message

from runners.layers.commands import Command, Target
from runners.layers.kinds.base import Row
from runners.layers.picture import ComponentState
from runners.layers.runs import RunRecord


class Face(Enum):
    """What of an object is shown."""

    DESCRIPTION = "describe"
    YAML = "yaml"
    EVENTS = "events"
    LOG = "log"


class CommandChosen(Message):
    """A person pressed a command's key on something that it acts on."""

    def __init__(self, command: Command, target: Target) -> None:
        super().__init__()
        self.command = command
        self.target = target


class RowAsked(Message):
    """A person wants to see more of a row than its columns."""

    def __init__(self, row: Row, face: Face) -> None:
        super().__init__()
        self.row = row
        self.face = face


class ComponentAsked(Message):
    """A person wants to see a component whole."""

    def __init__(self, component: ComponentState) -> None:
        super().__init__()
        self.component = component


class GraphAsked(Message):
    """A person wants to see what something waits for, and what waits for it."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self.node = node


class SaveAsked(Message):
    """A person wants to have a text in a file."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name = name
        self.text = text


class RunChanged(Message):
    """The run that is followed started, ended, or was lost."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__()
        self.run = run
