"""What is said of a cluster as a whole."""

from __future__ import annotations

from runners.layers.freshness import Reach
from runners.layers.identity import Identity
from runners.layers.judge import Observed, picture
from runners.layers.rows import FrozenRows
from runners.layers.settings import Settings
from tests.layers.worlds import NOW, longhorn_world

CLUSTER = Identity("home", "https://10.0.0.10:6443", "41c7", version="v1.37.2")


def test_nothing_is_called_live_before_it_is_known_which_cluster_it_is_of() -> None:
    seen = Observed(FrozenRows(longhorn_world()), Settings("a test"), NOW)
    assert picture(seen).freshness.reach is Reach.LOADING
    known = Observed(FrozenRows(longhorn_world()), Settings("a test"), NOW, identity=CLUSTER)
    assert picture(known).freshness.reach is Reach.LIVE
