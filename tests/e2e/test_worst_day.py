"""The worst day on a real cluster, in the walkthrough and by keyboard: what was on it comes back, and nothing is lost.

The cluster that died was a real one too: what is left of it is what it left (``tests/e2e/remains.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.mishaps import Killing
from tests.e2e.remains import Remains
from tests.e2e.survivors import DISKS, WHAT, Day, Survivor, any_moment, empty_cluster, inside, restored_cluster
from tests.e2e.terminal import EndedError
from tests.e2e.walker import standing

pytestmark = pytest.mark.rig

RECOVERED = {
    "apply longhorn": 1,
    "hold jobs longhorn": 1,
    "restore longhorn": 1,
    "apply minio": 1,
    "bootstrap": 1,
    "release jobs longhorn": 1,
}
STARTED_OVER = {title: count for title, count in RECOVERED.items() if title != "restore longhorn"}


@pytest.fixture
def wiped(remains: Remains, tmp_path: Path) -> Iterator[Day]:
    """An empty cluster in the place of the one that died."""
    with empty_cluster(remains, tmp_path) as day:
        yield day


@pytest.fixture
def restored(remains: Remains, tmp_path: Path) -> Iterator[Day]:
    """The cluster that died, from its etcd: a part of Longhorn is missing, and its managers hang on what is stale."""
    with restored_cluster(remains, tmp_path) as day:
        day.breaks_longhorn()
        yield day


def test_a_wiped_cluster_gets_its_data_back(wiped: Day) -> None:
    with wiped.comes("ada") as ada:
        assert "a new cluster stands in the place of" in ada.reads("Triage")
        ada.walks(own=ada.deeds(), until="Restored")
        assert wiped.went_wrong() == []
        said = ada.asks_to_bootstrap()
        first = min(wiped.remains.claims)
        assert f"✖ claim {first}: is not restored yet; what starts now would create it empty" in said
        ada.opens("Recover")
        ada.walks(own=ada.deeds())
        ada.leaves()
    _has_its_data_back(wiped)
    assert wiped.decided("ada") == {"disks": "gone", "cluster": wiped.uid, "what": wiped.choice, "looked": wiped.uid}
    assert not any(line["overrode"] for line in wiped.events("confirmed"))


def test_a_colleague_recovers_on_after_a_kill_at_any_moment(wiped: Day) -> None:
    _is_taken_over(wiped, "gone", RECOVERED)
    _has_its_data_back(wiped)


def test_disks_that_live_are_the_last_copy(wiped: Day) -> None:
    with wiped.comes("ada") as ada:
        ada.is_told_to_wait(WHAT)
        ada.walks(own=ada.deeds("alive"), until=WHAT)
        _keeps_replicas(ada, wiped)
        ada.starts_over()
        ada.takes_back(DISKS)
        assert "✖ old disks: nobody has said whether they live" in ada.asks_to_bootstrap()
        ada.opens("Recover")
        ada.did.remove(DISKS)
        ada.walks(own=ada.deeds("alive"))
        ada.leaves()
    assert wiped.runs() == STARTED_OVER
    _has_started_over(wiped)


def test_a_colleague_starts_over_after_a_kill_at_any_moment(wiped: Day) -> None:
    _is_taken_over(wiped, "alive", STARTED_OVER)
    _has_started_over(wiped)


def test_a_restored_etcd_is_repaired_and_not_restored_over(restored: Day) -> None:
    volumes = restored.volumes()
    with restored.comes("ada") as ada:
        assert "Repair what is broken, install nothing anew" in ada.reads("Triage")
        ada.walks(own=ada.deeds(), until="Volumes that live")
        ada.sees("1 are attaching or detaching, which may be stale")
        ada.walks(own=ada.deeds())
        ada.leaves()
    _is_repaired(restored, volumes)
    assert restored.decided("ada") == {"cluster": restored.uid}


def test_a_colleague_repairs_on_after_a_kill_at_any_moment(restored: Day) -> None:
    volumes = restored.volumes()
    _is_taken_over(restored, "", {"apply longhorn": 1})
    _is_repaired(restored, volumes)


def _keeps_replicas(ada: Survivor, day: Day) -> None:
    """While Longhorn would delete replicas that it does not know, nothing goes on."""
    day.changes("orphan-resource-auto-deletion", "replica-data")
    deletes = "orphan-resource-auto-deletion: is replica-data: Longhorn deletes replicas that no volume knows"

    def says_so(text: str) -> bool:
        return "▶○ 2 " in text and f"╭─ {DISKS} ─" in text and deletes in inside(text, DISKS)

    said = inside(ada.terminal.wait("the disks again", says_so), DISKS)
    assert "stay as they are: the last copy of what is newer than its backup" in said
    day.changes("orphan-resource-auto-deletion", "")
    ada.terminal.wait("to go on", lambda text: (at := standing(text)) is not None and at.title == WHAT)


def _is_taken_over(day: Day, disks: str, runs: dict[str, int]) -> None:
    """One is killed, and another goes on, on a machine that knows nothing of the first one's."""
    with day.comes("ada") as ada, Killing(ada.terminal, *any_moment(ada)), pytest.raises(EndedError):
        ada.walks_until_killed(ada.deeds(disks))
    going_on = [run.title for run in ada.desk.runs.records() if not run.state.ended]
    with day.comes("bob") as bob:
        bob.walks(own=bob.deeds(disks))
        bob.leaves()
    print(f"ada did {ada.did}, and left running: {going_on}; bob did {bob.did}")
    assert day.runs() == runs


def _has_its_data_back(day: Day) -> None:
    """Each claim is bound to the volume that was made from its backup, and never was anything else."""
    assert day.runs() == RECOVERED
    day.has_volumes(len(day.remains.claims))
    assert {row["metadata"]["name"]: row["spec"]["fromBackup"] for row in day.get("lhv")} == day.remains.backups
    assert {day.name(row): row["spec"]["volumeName"] for row in day.get("pvc")} == day.remains.claims
    assert {row["status"]["phase"] for row in day.get("pvc")} == {"Bound"}
    asked_for_new_ones = [row for row in day.get("pvc") if "storage-provisioner" in str(row["metadata"])]
    assert asked_for_new_ones == []
    _is_whole(day, {"longhorn": 1, "minio-operator": 1, "minio-tenant": 1})


def _has_started_over(day: Day) -> None:
    """Nothing was restored, and what stood on the disks was not deleted."""
    day.has_volumes(len(day.remains.claims))
    assert [row["spec"].get("fromBackup", "") for row in day.get("lhv")] == [""] * len(day.remains.claims)
    assert day.setting("orphan-resource-auto-deletion") == ""
    _is_whole(day, {"longhorn": 1, "minio-operator": 1, "minio-tenant": 1})


def _is_repaired(day: Day, volumes: dict[str, str]) -> None:
    """What was missing is back, by a new revision of what was there; every volume is the one that it was."""
    assert day.runs() == {"apply longhorn": 1}
    day.has_volumes(len(volumes))
    assert day.volumes() == volumes
    assert [row["spec"].get("fromBackup", "") for row in day.get("lhv")] == [""] * len(volumes)
    assert {row["status"]["state"] for row in day.get("lhv")} == {"attached"}
    assert "longhorn-driver-deployer" in {row["metadata"]["name"] for row in day.get("deployments")}
    _is_whole(day, {"longhorn": 2, "minio-operator": 1, "minio-tenant": 1})


def _is_whole(day: Day, revisions: dict[str, int]) -> None:
    """Both layers are there, jobs run as before, the sheet is of this cluster, and nobody holds anything any more."""
    assert day.revisions() == revisions
    assert day.jobs() == {"nightly": ["default"]}
    day.has_services("flux-system", "metallb", "cert-manager", "haproxy-ingress", "monitoring")
    assert day.commits() == day.commits_before
    assert day.sheet_is_of() == day.uid
    day.lets_go()
