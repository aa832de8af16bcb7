"""What a demo says of single steps of a walkthrough: what only a person can know is not to be known of a play."""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.walkthroughs.restore_rules import DISKS, LOOKED
from runners.layers.walkthroughs.steps import Step

_BY_STEP: Mapping[str, str] = {
    DISKS: "this play has no nodes to look at: its old disks are gone",
    LOOKED: "no application runs in a play that could be opened: take the data for right",
    "release": "only where no job came back: skip it (s), as there is no kubectl here to make one with",
    "flux": "a token is there already; this play has three controllers, so bedplate.yaml lists them",
}


def remark(step: Step) -> str:
    """What is to be said of a step in a demo; empty where it is as anywhere."""
    return _BY_STEP.get(step.id, "")
