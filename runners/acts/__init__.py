"""Acts: changes that Bedplate itself makes to a cluster, each in a run of its own, like those of any tool.

An act is one function and one line here. What it would be called with, and what speaks against it, are pure rules
(``runners.layers.walkthroughs``); it is asked for, confirmed, logged and journalled like every change, goes on when
the screen dies, and found half-done it goes on where it was: nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runners.acts.jobs import hold, release
from runners.acts.longhorn import back_up_system, upgrade_engines
from runners.acts.restore import restore
from runners.layers.probes import Prospect
from runners.probes.base import CarryOut
from runners.probes.base import argv as own_argv

ACTS: Mapping[str, CarryOut] = {
    "hold": hold,
    "release": release,
    "restore": restore,
    "system-backup": back_up_system,
    "upgrade-engines": upgrade_engines,
}
"""By name: what a command's ``act`` says."""


def argv(name: str, prospect: Prospect) -> tuple[str, ...]:
    """The call of an act's own process."""
    return own_argv(name, prospect, Path(__file__).with_name("start.py"))
