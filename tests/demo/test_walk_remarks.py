"""What a demo says of a step, for as long as nobody has decided it."""

from __future__ import annotations

from dataclasses import replace

from runners.demo.walk_remarks import remark
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState, StepView
from tests.layers import walk_worlds as k


def test_what_is_decided_is_remarked_no_more() -> None:
    disks = k.WALKTHROUGHS["recover"].step("disks")
    assert disks is not None
    asked = StepView(disks, StepState.READY)
    assert "take the old ones for gone" in remark(asked)
    alive = Decision("recover", "disks", Choice.CONFIRMED, 0.0, "ada", answer="alive")
    assert not remark(replace(asked, decision=alive))
