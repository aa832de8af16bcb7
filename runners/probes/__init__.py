"""Probes: each puts one thing to the test by doing what it is for, in a run of its own, and takes away what it made.

A probe is one file and one line here. It says what it would be called with, and what speaks against that
(``prospect``), and carries that out in the run's process (``carry_out``); commands, gate, dialog, record and finding
are the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.probes import Prospect
from runners.probes import claim, s3
from runners.probes.base import Probe, Scene

PROBES: Mapping[str, Probe] = {
    s3.NAME: Probe(prospect=s3.prospect, carry_out=s3.carry_out),
    claim.NAME: Probe(prospect=claim.prospect, carry_out=claim.carry_out),
}
"""By name: what a component's ``probe`` and a command's say."""


def prospects(probe: str, scene: Scene) -> Mapping[str, Prospect]:
    """What the probe that a component has would do here, by the probe's name; nothing where it has none."""
    return {probe: PROBES[probe].prospect(scene)} if probe else {}
