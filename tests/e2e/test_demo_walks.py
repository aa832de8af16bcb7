"""The first day and the worst day in the demo, from start to end by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.demo.actors import resources as res
from runners.layers.jsons import text
from tests.e2e.demo_walker import Walker
from tests.e2e.test_demo import SETTING_UP, Demo
from tests.e2e.test_demo_upgrade import on_record

pytestmark = pytest.mark.long


def test_the_first_day_where_there_is_little_room(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "empty", columns=80, lines=24)
    with demo.terminal as terminal:
        person = Walker(terminal)
        person.is_led("1/4 Nothing is installed", seconds=SETTING_UP)
        person.opens("Bootstrap")
        person.gives_word("The right cluster", "demo")
        person.does("longhorn", "Apply longhorn", "Apply")
        person.does("minio", "Apply minio", "Apply")
        person.bootstraps()
        summary = person.has_finished(6)
        assert "time to storage" in " ".join(summary.split())
        proved = {line["milestone"] for line in on_record(demo, "proved")}
        assert {"storage", "GitOps", "services"} <= proved
        with demo.cluster() as cluster:
            assert {text(each, "status", "phase") for each in cluster.list(res.CLAIMS)} == {"Bound"}
        terminal.press("esc")
        person.leaves(demo)


def test_the_worst_day_left_half_way_and_gone_on_with(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "wiped")
    with demo.terminal as terminal:
        person = Walker(terminal)
        person.sees("● live", seconds=SETTING_UP)
        person.opens("Recover")
        person.answers_with("Are the old disks alive?", "gone")
        person.gives_word("The right cluster", "demo")
        person.answers_with("Which Longhorn", "1.12")
        person.does("Longhorn by helmfile", "Apply longhorn", "Apply")
        person.answers_with("What is restored", "volumes")
        person.sees("space selects")
        terminal.press("enter")
        person.stands_at("Restored")
        terminal.press("esc")
        person.sees("Foundation · helmfile")
        person.opens("Recover")
        person.does("Restored", "Restore longhorn", "Restore")
        person.does("minio", "Apply minio", "Apply")
        person.bootstraps()
        person.gives_word("Data looked at", "demo")
        person.does("minio stores objects", "Probe s3 minio", "Probe s3")
        person.skips("Report and new sheet", "◐", "the rehearsal ends here")
        person.has_finished(20)
        with demo.cluster() as cluster:
            volumes = {text(each, "metadata", "name") for each in cluster.list(res.LONGHORN_VOLUMES)
                       if text(each, "spec", "fromBackup")}  # fmt: skip
            bound = {text(each, "spec", "volumeName") for each in cluster.list(res.CLAIMS)}
            assert bound == volumes, "a claim was created empty"
        decided = [line["step"] for line in on_record(demo, "decided")]
        assert decided == ["disks", "cluster", "minor", "what", "looked", "report"]
        terminal.press("esc")
        person.leaves(demo)
