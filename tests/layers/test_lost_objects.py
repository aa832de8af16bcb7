"""What a release should have and the cluster has not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.freshness import Freshness, Reach
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Key, Row
from runners.layers.picture import ComponentState
from runners.layers.rows import FrozenRows
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS

WORLD = w.longhorn_world()
UI: Key = ("deployments", "longhorn-system", "longhorn-ui")
MADE = frozenset({("daemonsets", "longhorn-system", "longhorn-manager"), UI, ("storageclasses", "", "static")})
LOST = ["Deployment longhorn-ui", "StorageClass static"]


def longhorn(rows: list[Row], revision: int = 1, freshness: dict[str, Freshness] | None = None) -> ComponentState:
    objects = {("longhorn-system", "longhorn", revision): MADE}
    found = picture(Observed(FrozenRows(rows, freshness), SETTINGS, w.NOW, objects=objects)).component("longhorn")
    assert found is not None
    return found


def lost(state: ComponentState) -> list[str]:
    return [finding.subject for finding in state.findings if "is missing" in finding.text]


def test_each_is_named_once_and_repair_puts_it_back() -> None:
    state = longhorn(w.without(WORLD, "longhorn-manager"))
    assert (state.verdict, lost(state)) == (Verdict.FAILED, ["DaemonSet longhorn-manager", *LOST])
    assert {finding.remedy for finding in state.findings if "is missing" in finding.text} == {"repair longhorn"}


def test_what_is_there_is_not_named() -> None:
    there: list[Row] = [w.workload("deployments", "longhorn-system", "longhorn-ui"), w.storage_class("static")]
    assert lost(longhorn([*WORLD, *there])) == []


@pytest.mark.parametrize("reach", [Reach.FORBIDDEN, Reach.STALE, Reach.LOADING])
def test_what_could_be_there_unseen_is_not_called_missing(reach: Reach) -> None:
    unseen = {"deployments": Freshness(reach), "storageclasses": Freshness(reach)}
    assert lost(longhorn(WORLD, freshness=unseen)) == []


def test_only_a_deployed_revision_says_what_should_be_there() -> None:
    assert lost(longhorn(WORLD, revision=2)) == []
    upgrading = [*w.without(WORLD, "sh.helm.release.v1.longhorn.v1")]
    row = w.release("longhorn-system", "longhorn", "pending-upgrade")
    assert lost(longhorn([*upgrading, replace(row, created=w.NOW - 5)])) == []


def test_it_is_no_progress() -> None:
    fresh = w.fresh(w.release("longhorn-system", "longhorn"))
    state = longhorn([*w.without(WORLD, fresh.name), fresh])
    assert state.verdict is Verdict.FAILED
