"""What a key means: probes share one, and a component has one of them at most."""

from __future__ import annotations

import pytest

from runners.layers.commands import APPLY, PROBE_CLAIM, PROBE_S3, Command, Situation, Target
from runners.layers.freshness import LIVE
from runners.layers.picture import Picture
from runners.layers.probes import Prospect
from runners.layers.settings import Settings
from tests.layers import worlds as w
from tui.targets import meant, named


@pytest.mark.parametrize(
    ("pressed", "offered", "does"),
    [
        (PROBE_S3, "s3", PROBE_S3),
        (PROBE_S3, "claim", PROBE_CLAIM),
        (PROBE_CLAIM, "s3", PROBE_S3),
        (PROBE_S3, "", PROBE_S3),
        (APPLY, "claim", APPLY),
    ],
)
def test_a_key_does_what_the_component_has(pressed: Command, offered: str, does: Command) -> None:
    prospects = {offered: Prospect()} if offered else {}
    situation = Situation(Picture(w.NOW, None, LIVE, ()), Settings("test"), Target("x"), prospects=prospects)
    assert meant(pressed, situation) is does
    assert named(pressed.name) is pressed
