"""The first day and the worst day in the demo, from start to end by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.demo.actors import resources as res
from runners.demo.tools.remote import Remote
from runners.layers.jsons import text
from tests.e2e.test_demo import SETTING_UP, Demo, Newcomer
from tests.e2e.test_demo_upgrade import on_record
from tests.e2e.walker import Walker

pytestmark = pytest.mark.long


def leaves(walker: Walker, demo: Demo) -> None:
    """Back to the overview, and out; nothing of the demo is left."""
    walker.terminal.press("esc")
    walker.sees("Foundation · helmfile")
    Newcomer(walker.terminal).leaves(demo)


def test_the_first_day_where_there_is_little_room(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "empty", columns=80, lines=24)
    with demo.terminal as terminal:
        walker = Walker(terminal, None, context="demo")
        walker.sees("Nothing is installed", seconds=SETTING_UP)
        walker.opens("Bootstrap")
        walker.walks()
        assert walker.did[:4] == ["The right cluster", "longhorn", "minio", "Flux"]
        walker.sees("time to storage")
        proved = {line["milestone"] for line in on_record(demo, "proved")}
        assert {"storage", "GitOps", "services"} <= proved
        with demo.cluster() as cluster:
            assert {text(each, "status", "phase") for each in cluster.list(res.CLAIMS)} == {"Bound"}
        leaves(walker, demo)


def test_the_first_day_by_the_flux_operator(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "operator")
    with demo.terminal as terminal:
        walker = Walker(terminal, None, context="demo")
        walker.sees("Nothing is pushed to Git here", seconds=SETTING_UP)
        walker.opens("Bootstrap")
        walker.walks(until="longhorn serves claims")  # from there on it is any first day
        assert walker.did == ["The right cluster", "longhorn", "minio", "Flux Operator", "FluxInstance"]
        proved = [line["step"] for line in on_record(demo, "proved")]
        assert proved.index("flux") < proved.index("flux:instance") < proved.index("flux:applied")
        with demo.cluster() as cluster:
            (report,) = cluster.list(res.FLUXREPORTS)
            assert text(report, "spec", "distribution", "status") == "Installed"
        commits = Remote(demo.places[0] / "git" / "homelab").commits()
        assert [commit.message for commit in commits] == ["Lay the foundation"], "something was pushed"
        leaves(walker, demo)


def test_the_worst_day_left_half_way_and_gone_on_with(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "wiped")
    with demo.terminal as terminal:
        walker = Walker(terminal, None, context="demo")
        walker.sees("All is gone", seconds=SETTING_UP)
        own = {
            "Are the old disks alive?": lambda: answers(walker, "gone"),
            "Which Longhorn": lambda: answers(walker, "1.12"),
            "What is restored": lambda: restores_all(walker),
            "Recurring jobs released": lambda: walker.skips("jobs come with Git"),
        }
        walker.opens("Recover")
        walker.walks(own=own, until="Restored")
        terminal.press("esc")
        walker.sees("Foundation · helmfile")
        assert walker.opens("Recover").title == "Restored", "its place was lost"
        walker.walks(own=own)
        assert len(walker.did) == len(set(walker.did)), "something was done twice"
        with demo.cluster() as cluster:
            every = cluster.list(res.LONGHORN_VOLUMES)
            restored = {text(each, "metadata", "name") for each in every if text(each, "spec", "fromBackup")}
            assert {text(each, "spec", "volumeName") for each in cluster.list(res.CLAIMS)} == restored
        decided = [line["step"] for line in on_record(demo, "decided")]
        assert decided == ["disks", "cluster", "minor", "what", "looked", "release"]
        leaves(walker, demo)


def restores_all(walker: Walker) -> None:
    """Chooses every volume that has a backup."""
    answers(walker, "single volumes")
    walker.selects_all()


def answers(walker: Walker, label: str) -> None:
    """Chooses the answer that begins so."""
    walker.terminal.press("enter")
    walker.picks(label)
