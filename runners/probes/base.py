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
    carry_out: Callable[[Sequence[str], Say], Answer]
    """Of its arguments, in the run's own process: KUBECONFIG there names the private kubeconfig."""


def argv(name: str, prospect: Prospect) -> tuple[str, ...]:
    """The call of a probe's own process: this Python, and nothing of what surrounds it."""
    return (sys.executable, "-I", str(Path(__file__).with_name("start.py")), name, *prospect.arguments)
