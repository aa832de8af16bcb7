"""What Bedplate's own acts would do to a component now, and what speaks against it; pure."""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.picture import Picture
from runners.layers.probes import Prospect
from runners.layers.rows import Rows
from runners.layers.walkthroughs.held_jobs import hold_prospect, release_prospect
from runners.layers.walkthroughs.restore_choices import needs_no_look
from runners.layers.walkthroughs.restore_gates import restore_prospect
from runners.layers.walkthroughs.restore_rules import STORAGE, Recovery, has_looked

VOLUMES_TOO = "if-not-present"
"""With a system backup, volumes are backed up that have no backup yet."""
ENGINES_AT_A_TIME = "1"
"""Engines of a node that are upgraded at once."""


def act_prospects(component: str, rows: Rows, recovery: Recovery, picture: Picture) -> Mapping[str, Prospect]:
    """By the act's name; nothing for a component that has none."""
    if component != STORAGE:
        return {}
    looked_at = has_looked(recovery) or needs_no_look(rows, recovery)
    return {
        "hold": hold_prospect(rows),
        "release": release_prospect(rows, looked_at=looked_at),
        "restore": restore_prospect(rows, recovery, picture),
        "system-backup": Prospect((VOLUMES_TOO,)),
        "upgrade-engines": Prospect((ENGINES_AT_A_TIME,)),
    }
