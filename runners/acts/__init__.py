"""Acts: changes that no tool of others makes, each carried out by a run of our own program.

An act is one file and one line here. What it is called with stands in the run's argv; the rest is as with every change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.acts import longhorn
from runners.acts.base import Say

ACTS: Mapping[str, Callable[[Say], str]] = {
    "system-backup": longhorn.back_up_system,
    "upgrade-engines": longhorn.upgrade_engines,
}
"""By the names that commands say (``Command.act``)."""
