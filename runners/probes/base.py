"""What a probe is: what it would do here, and how it is carried out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runners.layers.probes import Answer, Prospect
from runners.layers.rows import Rows
from runners.layers.settings import FoundationEntry

Say = Callable[[str], object]
"""Takes a line for the run's log."""
_ISOLATED = ("-I",)
_START = Path(__file__).with_name("start.py")

CarryOut = Callable[[Sequence[str], Say], Answer]
"""Does something with its arguments, in the run's own process: KUBECONFIG there names the private kubeconfig."""


@dataclass(frozen=True)
class Scene:
    """What a probe may look at to say what it would do."""

    entry: FoundationEntry
    rows: Rows
    environ: Mapping[str, str]
    """The person's environment: which variables are there, never what they hold."""


@dataclass(frozen=True)
class Probe:
    """One thing that can be put to the test."""

    prospect: Callable[[Scene], Prospect]
    carry_out: CarryOut


def argv(name: str, prospect: Prospect, start: Path = _START) -> tuple[str, ...]:
    """The call of a process of our own: this Python, where it starts, and nothing of what surrounds it."""
    return (sys.executable, *_ISOLATED, str(start), name, *prospect.arguments)


def own_words(call: Sequence[str]) -> Sequence[str]:
    """What such a call does, without what only starts it: ``hold recurringjobs/nightly=default``."""
    return call[len(_ISOLATED) + 2 :]
