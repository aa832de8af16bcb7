"""What is left in a run's folder before it starts, for those who ask afterwards what it did."""

from __future__ import annotations

from collections.abc import Mapping

from runners.aftermath import ACTED
from runners.asks import Ask
from runners.layers.jsons import Json
from runners.layers.rows import Rows
from runners.probes.evidence import PROBED
from runners.watchfulness import note


def notes(ask: Ask, rows: Rows) -> Mapping[str, Json]:
    """Which probe or act it is, and how the volumes were, each where the run is of that kind."""
    command = ask.command
    probed = {PROBED: {"probe": command.probe, "component": ask.target.component}} if command.probe else {}
    acted = {ACTED: {"act": command.name}} if command.act else {}
    return {**note(command, rows), **probed, **acted}
