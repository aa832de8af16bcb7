"""How a step's commands are shown: each that can be read at a glance, and none of a manifest's lines; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from runners.layers.folding import counted
from runners.layers.kinds.base import Tone
from widgets.facts import Fact

_SHOWN = 6
"""Lines that are shown, so that the proof stays in view; each at most so long:"""
_LONGEST = 160
_ALONE = 320
"""The same of the first one where it is the only one that is shown."""
_DOCUMENT = re.compile(r"(?<!<)<<-?\s*(['\"]?)(\w+)\1\s*$")
"""What ends a command that reads the lines below it, up to the word that it names."""


@dataclass(frozen=True, slots=True)
class _Call:
    line: str
    below: int = 0
    """Lines that it reads, as a manifest."""

    @property
    def is_comment(self) -> bool:
        return self.line.startswith("#")

    @property
    def text(self) -> str:
        more = f"   # and {counted(self.below, 'line')}" if self.below else ""
        return self.line if self.is_comment else f"$ {self.line}{more}"


def call_facts(command: str) -> list[Fact]:
    """A step's commands, from the first on, up to one that is too long to be read: it is said how to have the rest."""
    calls = [*_calls(iter(command.splitlines()))]
    shown = _at_a_glance(calls)
    words = _left_out(calls, shown)
    more = [Fact(words, Tone.MUTED)] if words else []
    return [*(Fact(call.text, Tone.MUTED if call.is_comment else Tone.MOVING) for call in shown), *more]


def _at_a_glance(calls: Sequence[_Call]) -> list[_Call]:
    shown = [*takewhile(lambda call: len(call.text) <= _LONGEST, calls)][:_SHOWN]
    onward = calls[len(shown)] if len(shown) < len(calls) else None
    if onward is not None and len(onward.text) <= _ALONE and all(call.is_comment for call in shown):
        return [*shown, onward]
    while onward is not None and shown and shown[-1].is_comment:
        shown.pop()  # it is about what is not shown
    return shown


def _calls(lines: Iterator[str]) -> Iterator[_Call]:
    for line in lines:
        ends = _DOCUMENT.search(line)
        yield _Call(line, _up_to(ends[2], lines) if ends else 0)


def _up_to(word: str, lines: Iterator[str]) -> int:
    return sum(1 for _ in takewhile(lambda line: line != word, lines))


def _left_out(calls: Sequence[_Call], shown: Sequence[_Call]) -> str:
    commands = sum(1 for call in calls if not call.is_comment)
    left = commands - sum(1 for call in shown if not call.is_comment)
    them = "it" if commands == 1 else "them all"
    if left == commands > 0:
        return f"{counted(left, 'command')} too long to show: c copies {them}, into a file too"
    if left:
        return f"and {counted(left, 'command')} more: c copies {them}"
    return f"c copies {them} whole" if any(call.below for call in shown) else ""
