"""The worst day on a real cluster, in the walkthrough and by keyboard: the cluster is gone, and its data comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.remains import SHEET, Remains, SurvivorsDesk, objects
from tests.e2e.terminal import Terminal
from tests.e2e.walker import Walker
from tests.rig.played import PlayedCluster

pytestmark = pytest.mark.rig


@dataclass
class Day:
    """A new cluster in the place of one that died, and the people who are there."""

    remains: Remains
    cluster: PlayedCluster
    folder: Path

    def desk(self, user: str) -> SurvivorsDesk:
        return self.remains.desk(self.folder / user, self.cluster.rig, user=user)

    def get(self, what: str) -> Any:
        return objects(self.cluster.rig, what)


class Survivor(Walker):
    """Somebody who recovers, and knows where the keys are."""

    def __init__(self, terminal: Terminal, day: Day, desk: SurvivorsDesk) -> None:
        super().__init__(terminal, day.cluster.rig)
        self.desk = desk

    def own(self, disks: str = "gone") -> Mapping[str, Callable[[], object]]:
        return {
            "Are the old disks alive?": lambda: self.answers_with(disks),
            "Keys for longhorn": lambda: self.desk.types("kubectl --context rig apply -f keys/backup.yaml"),
            "What is restored": self.chooses_volumes,
            "Keys for flux": lambda: self.desk.types("cat keys/age.yaml | kubectl --context rig apply -f -"),
            "Report and new sheet": self.writes_a_new_sheet,
        }

    def answers_with(self, label: str) -> None:
        self.terminal.press("enter")
        self.picks(label)

    def chooses_volumes(self) -> None:
        self.answers_with("volumes: 5 have a backup")
        self.selects_all()

    def writes_a_new_sheet(self) -> None:
        self.desk.types(f"mv ~/{SHEET} ~/{SHEET}.before && bedplate survival --write ~/{SHEET}")


@pytest.fixture
def wiped(remains: Remains, tmp_path: Path) -> Iterator[Day]:
    """An empty cluster, of which a backup target knows more than it does."""
    vault = Path(shutil.copy(remains.vault, tmp_path / "backups.json"))
    with PlayedCluster(storage_delay=0.5, pace=0.1, vault=vault) as cluster:
        yield Day(remains, cluster, tmp_path)


def test_a_wiped_cluster_gets_its_data_back(wiped: Day) -> None:
    desk = wiped.desk("ada")
    with desk.open() as terminal:
        person = Survivor(terminal, wiped, desk)
        person.opens("Recover")
        person.walks(own=person.own())
        print(terminal.text)
        print(person.did)
