"""What a demo says of single steps of a walkthrough: what only a person can know is not to be known of a play."""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.findings import Severity, worst
from runners.layers.walkthroughs.engine import StepState, StepView
from runners.layers.walkthroughs.restore_rules import DISKS, LOOKED, MINOR

_BY_STEP: Mapping[str, str] = {
    DISKS: "the nodes of this play have no disks to look at: take the old ones for gone, or see what “alive” asks for",
    MINOR: "Git has asked for no other version since this play's cluster died",
    LOOKED: "no application runs in a play that could be opened: take the data for right",
    "flux": "a token is there already; this play has not all controllers, so bedplate.yaml lists those that it has",
}
_NO_JOB = "no job came back, and there is no kubectl here to make one with: skip it (s)"


def remark(view: StepView) -> str:
    """What is to be said of a step in a demo; empty where it is as anywhere, and once a person has decided."""
    if view.decision is not None:
        return ""
    if view.step.id == "release":
        return _NO_JOB if view.state is StepState.WAITING and worst(view.proof) is Severity.WARNING else ""
    return _BY_STEP.get(view.step.id, "")
