"""A new UID under an old name is said once it is met, and only then."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from runners.known_clusters import KnownClusters
from runners.layers.identity import Identity

HOME = Identity("home", "https://10.0.0.10:6443", "41c7aaaa")
REBUILT = replace(HOME, uid="9d02bbbb")


def test_a_rebuilt_cluster_is_said_once(tmp_path: Path) -> None:
    known = KnownClusters(tmp_path / "state" / "clusters.json")
    assert known.meet(HOME, 0.0) is None
    assert known.meet(HOME, 86_400.0) is None
    finding = known.meet(REBUILT, 90_000.0)
    assert finding is not None
    assert finding.text == "stands for another cluster than on 1970-01-02: uid 41c7… then, uid 9d02… now"
    assert known.meet(REBUILT, 90_001.0) is None
    assert stat.S_IMODE((tmp_path / "state" / "clusters.json").stat().st_mode) == 0o600


def test_a_context_that_points_elsewhere_names_both_servers(tmp_path: Path) -> None:
    known = KnownClusters(tmp_path / "clusters.json")
    known.meet(HOME, 0.0)
    finding = known.meet(replace(REBUILT, server="https://10.9.9.9:6443"), 0.0)
    assert finding is not None
    assert "at https://10.0.0.10:6443 then" in finding.text


def test_contexts_are_kept_apart_and_an_unreadable_uid_says_nothing(tmp_path: Path) -> None:
    known = KnownClusters(tmp_path / "clusters.json")
    known.meet(HOME, 0.0)
    assert known.meet(replace(REBUILT, context="work"), 0.0) is None
    assert known.meet(replace(HOME, uid=""), 0.0) is None
    assert known.meet(HOME, 0.0) is None


def test_a_file_that_is_no_json_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "clusters.json"
    path.write_text("[not json")
    known = KnownClusters(path)
    assert known.meet(HOME, 0.0) is None
    assert known.meet(REBUILT, 0.0) is not None
