"""What screens tell the app."""

from __future__ import annotations

from textual.message import Message

from runners.layers.commands import Command, Target
from runners.layers.runs import RunRecord


class CommandChosen(Message):
    """A person pressed a command's key on something that it acts on."""

    def __init__(self, command: Command, target: Target) -> None:
        super().__init__()
        self.command = command
        self.target = target


class RunChanged(Message):
    """The run that is followed started, ended, or was lost."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__()
        self.run = run
