"""What acts do to a cluster, on which Longhorn is played: once, whole, and going on where they stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runners.acts.jobs import change_all
from runners.acts.restore import restore_claims, restore_system
from runners.demo.actors.base import Actor
from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.provisioner import Provisioner
from runners.layers.components.longhorn_jobs import NEVER
from runners.layers.jsons import dig, text
from runners.layers.kinds.longhorn import longhorn_volume_row
from runners.layers.kinds.longhorn_backups import backup_row
from runners.layers.kinds.longhorn_settings import recurring_job_row
from runners.layers.probes import Outcome
from runners.layers.rows import FrozenRows
from runners.layers.walkthroughs.held_jobs import holding, releasing
from runners.layers.walkthroughs.restore_rules import Restorable, restorables
from runners.probes.hands import Hands
from tests.demo.memory_api import MemoryApi
from tests.demo.play import CORE, CRS, claim, cluster, play, pod

PVS = "/api/v1/persistentvolumes"
CLAIMS = "/api/v1/namespaces/app/persistentvolumeclaims"

ORPHANS = f"{CRS}/settings/orphan-resource-auto-deletion"
MADE = (f"{CRS}/volumes", PVS, CLAIMS, "/api/v1/namespaces")
"""Where a restore creates something."""


class Watched(Hands):
    """Hands that let the actors play instead of waiting."""

    def __init__(self, api: MemoryApi, *actors: Actor) -> None:
        self.log: list[str] = []
        super().__init__(api, self.log.append)
        self._api, self._actors = api, actors

    def pause(self) -> None:
        play(self._api, *self._actors, looks=1)


def longhorn(api: MemoryApi, vault: Vault) -> Longhorn:
    api.put(
        f"{CORE}/configmaps",
        "longhorn-default-resource",
        data={"default-resource.yaml": "backup-target: nfs://nas.example.com:/backups"},
    )
    return Longhorn(api, storage_delay=0, delays=Delays(0), vault=vault)


def nightly(api: MemoryApi, groups: list[str]) -> None:
    spec = {"name": "nightly", "task": "backup", "cron": "0 2 * * *", "groups": groups, "retain": 7}
    api.put(f"{CRS}/recurringjobs", "nightly", spec=spec)


@pytest.fixture
def api() -> MemoryApi:
    return cluster()


@pytest.fixture
def vault() -> Vault:
    """What a cluster that is gone has left on its backup target: a claim's volume, and its own objects."""
    vault, old = Vault(), cluster()
    actors = (longhorn(old, vault), Provisioner(old))
    nightly(old, ["default"])
    claim(old)
    pod(old)
    play(old, *actors)
    old.objects[ORPHANS]["value"] = "replica-data;instance"
    old.put(f"{CRS}/systembackups", "first", spec={})
    play(old, *actors, looks=2)
    assert vault.backups
    assert vault.systems
    return vault


@pytest.fixture
def new(api: MemoryApi, vault: Vault) -> Watched:
    """A new cluster that has found the backups."""
    hands = Watched(api, longhorn(api, vault), Provisioner(api))
    for _ in range(8):
        hands.pause()
    return hands


def known(api: MemoryApi) -> tuple[Restorable, ...]:
    rows = [backup_row("longhorn-backups", obj) for obj in api.under(f"{CRS}/backups")]
    return restorables(FrozenRows(rows), None)


def test_a_claim_is_bound_to_the_volume_that_its_backup_filled(api: MemoryApi, new: Watched) -> None:
    (one,) = known(api)
    assert (one.claim, one.size) == ("app/data", 2 * 2**30)
    answer = restore_claims(new, [one])
    assert (answer.outcome, answer.text) == (Outcome.WORKED, "1 claims are bound to their restored volumes")
    volume = api.objects[f"{CRS}/volumes/{one.volume}"]
    assert volume["spec"]["fromBackup"] == one.backup
    assert (volume["spec"]["size"], volume["spec"]["numberOfReplicas"]) == (str(2 * 2**30), 3)
    row = longhorn_volume_row("longhorn-volumes", volume)
    assert (row.restore_required, row.state, row.pv) == (False, "detached", one.volume)
    bound = api.objects[f"{CLAIMS}/data"]
    assert (bound["spec"]["volumeName"], bound["status"]["phase"]) == (one.volume, "Bound")
    assert "/api/v1/namespaces/app" in api.objects
    said = [line.partition(": ")[2] for line in new.log]
    assert said[0] == f"volume {one.volume} is made from its backup"
    assert said[-1] == "is bound to its restored volume"


def test_what_was_stopped_anywhere_goes_on_and_does_nothing_twice(api: MemoryApi, new: Watched, vault: Vault) -> None:
    (one,) = known(api)

    class StoppedError(Exception):
        """The process is gone."""

    for allowed in range(6):

        class Mortal(Watched):
            left = allowed

            def pause(self) -> None:
                if self.left == 0:
                    raise StoppedError
                self.left -= 1
                super().pause()

        try:
            restore_claims(Mortal(api, *new._actors), [one])
        except StoppedError:
            continue
    assert restore_claims(new, [one]).outcome is Outcome.WORKED
    made = [path for method, path in api.writes if method == "POST" and path in MADE]
    assert sorted(made) == sorted(MADE)


def test_what_lives_is_not_restored_over(api: MemoryApi, new: Watched) -> None:
    (one,) = known(api)
    api.put(f"{CRS}/volumes", one.volume, spec={"size": "1", "fromBackup": ""})
    answer = restore_claims(new, [one])
    assert answer.outcome is Outcome.FAILED
    assert answer.remarks == (f"app/data: volume {one.volume} lives: it is not restored over",)


def test_a_claim_that_was_created_empty_is_left_as_it_is(api: MemoryApi, new: Watched) -> None:
    (one,) = known(api)
    claim(api)
    for _ in range(6):
        new.pause()
    answer = restore_claims(new, [one])
    assert answer.outcome is Outcome.FAILED
    assert "was created before its restore" in answer.remarks[0]
    assert f"{CRS}/volumes/{one.volume}" not in api.objects


def test_a_system_backup_brings_everything_back_and_its_jobs_are_held(api: MemoryApi, new: Watched) -> None:
    (one,) = known(api)
    answer = restore_system(new, "first", ["app"])
    assert answer.outcome is Outcome.WORKED, answer
    assert api.objects[f"{CLAIMS}/data"]["spec"]["volumeName"] == one.volume
    job = recurring_job_row("j", api.objects[f"{CRS}/recurringjobs/nightly"])
    assert (job.groups, job.held) == ((), '{"groups": ["default"]}')
    again = restore_system(new, "first", ["app"])
    assert again.outcome is Outcome.WORKED
    assert len(list(api.under(f"{CRS}/systemrestores"))) == 1


@pytest.mark.parametrize(("spare", "left"), [(True, "instance"), (False, "replica-data;instance")])
def test_a_system_backup_does_not_bring_back_what_deletes_old_replicas(
    api: MemoryApi, new: Watched, *, spare: bool, left: str
) -> None:
    assert api.objects[ORPHANS]["value"] == ""
    answer = restore_system(new, "first", ["app"], spare=spare)
    assert answer.outcome is Outcome.WORKED
    assert api.objects[ORPHANS]["value"] == left
    assert any("replicas that no volume knows are not deleted any more" in line for line in new.log) is spare


def test_a_system_restore_that_failed_is_tried_again_as_another_one(api: MemoryApi, new: Watched) -> None:
    failed = {"state": "Error", "conditions": [{"type": "Error", "status": "True", "message": "no such target"}]}
    api.put(f"{CRS}/systemrestores", "bedplate-first", spec={"systemBackup": "first"}, status=failed)
    answer = restore_system(new, "first", ["app"])
    assert answer.outcome is Outcome.WORKED, answer
    assert api.objects[f"{CRS}/systemrestores/bedplate-first-2"]["status"]["state"] == "Completed"


def jobs(api: MemoryApi) -> Iterator[dict[str, Any]]:
    yield from api.under(f"{CRS}/recurringjobs")
    yield from api.under(f"{CRS}/volumes")


def test_held_jobs_come_back_as_they_were(api: MemoryApi, new: Watched) -> None:
    nightly(api, ["default", "weekly"])
    api.put(f"{CRS}/recurringjobs", "own", spec={"task": "system-backup", "cron": "0 3 * * *", "groups": []})
    labels = {"recurring-job.longhorn.io/nightly": "enabled", "recurring-job-group.longhorn.io/weekly": "enabled"}
    api.put(f"{CRS}/volumes", "v", metadata={"labels": dict(labels)}, spec={"size": "1"})
    before = [(dig(each, "spec"), dig(each, "metadata", "labels")) for each in jobs(api)]

    assert change_all(new, holding, "held") == "2 jobs and 1 volume"
    assert change_all(new, holding, "held") == ""
    found = {text(each, "metadata", "name"): each for each in jobs(api)}
    assert found["nightly"]["spec"]["groups"] == []
    assert found["own"]["spec"]["cron"] == NEVER
    assert list(found["v"]["metadata"]["labels"]) == ["recurring-job-group.longhorn.io/weekly"]

    assert change_all(new, releasing, "released") == "2 jobs and 1 volume"
    assert change_all(new, releasing, "released") == ""
    assert [(dig(each, "spec"), dig(each, "metadata", "labels")) for each in jobs(api)] == before
