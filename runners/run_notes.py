"""What is left in a run's folder before it starts, for those who ask afterwards what it did."""

from __future__ import annotations

from collections.abc import Mapping

from runners.asks import Ask
from runners.layers.jsons import Json
from runners.layers.rows import Rows
from runners.probes.evidence import PROBED
from runners.watchfulness import note


def notes(ask: Ask, rows: Rows) -> Mapping[str, Json]:
    """Which probe it is, and how the volumes were, each where the run is of that kind."""
    probed = {"probe": ask.command.probe, "component": ask.target.component}
    return {**note(ask.command, rows), **({PROBED: probed} if ask.command.probe else {})}
