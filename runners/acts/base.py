"""What an act is: a call of this Python that makes one change, and says in words what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from runners.layers.unusable import UnusableError

Say = Callable[[str], object]
"""Takes a line for the run's log."""


class ActError(UnusableError):
    """It could not be done; the text says what was seen last."""


def argv(name: str) -> tuple[str, ...]:
    """The call of an act's own process: this Python, and nothing of what surrounds it."""
    return (sys.executable, "-I", str(Path(__file__).with_name("start.py")), name)
