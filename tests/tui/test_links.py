"""The graph that a screen follows: made anew when what it is made from changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.layers.kinds.base import Row
from tests.layers import worlds as w
from tests.tui.still_session import StillSession, still_session
from tui.links import LiveGraph, node_of

WORLD: list[Row] = [
    *w.longhorn_world(),
    *w.minio_world(),
    w.flux_object("GitRepository", "flux-system"),
    w.flux_object("Kustomization", "apps"),
]


@pytest.fixture
def session(tmp_path: Path) -> StillSession:
    session = still_session(tmp_path)
    session.fill(WORLD)
    return session


def test_a_picture_in_which_nothing_changed_makes_no_new_graph(session: StillSession) -> None:
    live = LiveGraph(session)
    before = live.now()
    session.picture = session.take_picture()
    assert live.now() is before


@pytest.mark.parametrize(
    "row",
    [
        w.flux_object("Kustomization", "apps", ready="False", reason="BuildFailed"),
        w.workload("daemonsets", "longhorn-system", "longhorn-manager", 0, 3),
        w.claim("minio-tenant", "more", "Pending"),
    ],
)
def test_whatever_it_is_made_from_makes_a_new_one(session: StillSession, row: Row) -> None:
    live = LiveGraph(session)
    before = live.now()
    session.fill([*(each for each in WORLD if each.key != row.key), row])
    assert live.now() is not before


def test_only_an_object_of_flux_has_a_node(session: StillSession) -> None:
    source, apps = WORLD[-2:]
    assert node_of(session, source) == "GitRepository/flux-system/flux-system"
    assert node_of(session, apps) == "apps", "what puts a component there is one node with it"
    assert node_of(session, WORLD[0]) == ""
    assert node_of(session, None) == ""
