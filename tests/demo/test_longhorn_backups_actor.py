"""What plays Longhorn's backups: a target, one backup a night of what is in use, and backups of its own objects."""

from __future__ import annotations

import pytest

from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.longhorn_restores import STAYING
from runners.demo.actors.provisioner import Provisioner
from runners.layers.jsons import dig, sequence, text, truth
from tests.demo.memory_api import MemoryApi
from tests.demo.play import CORE, CRS, claim, only, play, pod

URL = "nfs://nas.example.com:/backups"


def install(api: MemoryApi, url: str = URL) -> tuple[Longhorn, Provisioner]:
    """Longhorn as a release asks for it, and a claim that a pod uses."""
    api.put(f"{CORE}/configmaps", "longhorn-default-resource", data={"default-resource.yaml": f"backup-target: {url}"})
    claim(api)
    pod(api)
    return Longhorn(api, storage_delay=0, delays=Delays(pace=0)), Provisioner(api)


def ask_for_backups(api: MemoryApi, **spec: object) -> None:
    job = {"name": "nightly", "task": "backup", "cron": "0 2 * * *", "groups": ["default"], "retain": 7}
    api.put(f"{CRS}/recurringjobs", "nightly", spec={**job, **spec})


def test_a_job_backs_up_what_is_in_use_once(api: MemoryApi) -> None:
    actors = install(api)
    ask_for_backups(api)
    play(api, *actors)
    volume, backup = only(api, f"{CRS}/volumes"), only(api, f"{CRS}/backups")
    name, of = backup["metadata"]["name"], volume["metadata"]["name"]
    assert (text(backup, "status", "state"), text(backup, "status", "volumeName")) == ("Completed", of)
    assert text(backup, "status", "url") == f"{URL}?backup={name}&volume={of}"
    assert text(backup, "status", "volumeSize") == text(volume, "spec", "size")
    assert text(volume, "status", "lastBackup") == name
    assert text(volume, "status", "lastBackupAt") == text(backup, "status", "snapshotCreatedAt")
    assert text(only(api, f"{CRS}/backupvolumes"), "status", "lastBackupName") == name
    before = len(api.writes)
    play(api, *actors)
    assert len(api.writes) == before


def test_the_next_night_brings_the_next_backup(api: MemoryApi) -> None:
    actors = install(api)
    ask_for_backups(api)
    play(api, *actors)
    first = only(api, f"{CRS}/backups")
    old = api.objects.pop(f"{CRS}/backups/{first['metadata']['name']}")
    old["status"]["snapshotCreatedAt"] = "2026-01-01T02:00:00Z"
    api.objects[f"{CRS}/backups/backup-of-last-night"] = old
    play(api, *actors)
    assert len(list(api.under(f"{CRS}/backups"))) == 2
    last = text(only(api, f"{CRS}/volumes"), "status", "lastBackup")
    assert f"{CRS}/backups/{last}" in api.objects
    assert last != "backup-of-last-night"


@pytest.mark.parametrize("spec", [{"task": "snapshot"}, {"groups": ["others"]}, None])
def test_nothing_is_backed_up_that_no_job_asks_for(api: MemoryApi, spec: dict[str, object] | None) -> None:
    actors = install(api)
    if spec is not None:
        ask_for_backups(api, **spec)
    play(api, *actors)
    assert not list(api.under(f"{CRS}/backups"))
    assert not text(only(api, f"{CRS}/volumes"), "status", "lastBackup")


def test_a_volume_names_the_newest_backup_of_its_name_without_any_job(api: MemoryApi) -> None:
    """As one does that was restored under the name that it had."""
    actors = install(api)
    ask_for_backups(api)
    play(api, *actors)
    volume, backup = only(api, f"{CRS}/volumes"), only(api, f"{CRS}/backups")
    del api.objects[f"{CRS}/recurringjobs/nightly"]
    volume["status"].update(lastBackup="", lastBackupAt="")
    play(api, *actors)
    told = only(api, f"{CRS}/volumes")["status"]
    assert (told["lastBackup"], told["lastBackupAt"]) == (
        backup["metadata"]["name"],
        backup["status"]["snapshotCreatedAt"],
    )
    assert only(api, f"{CRS}/backups") == backup


@pytest.mark.parametrize(("url", "trouble"), [("", ""), (URL, "no route to host")])
def test_a_target_that_is_not_available_takes_no_backup(api: MemoryApi, url: str, trouble: str) -> None:
    longhorn, provisioner = install(api, url)
    longhorn.lose_target(trouble)
    ask_for_backups(api)
    api.put(f"{CRS}/systembackups", "first-day", spec={})
    play(api, longhorn, provisioner)
    target = only(api, f"{CRS}/backuptargets")
    assert not truth(target, "status", "available", default=True)
    (unavailable,) = sequence(target, "status", "conditions")
    assert text(unavailable, "message") == (trouble or "backup target URL is empty")
    assert not list(api.under(f"{CRS}/backups"))
    assert dig(only(api, f"{CRS}/systembackups"), "status") is None
    longhorn.lose_target("")
    play(api, longhorn, provisioner)
    assert truth(only(api, f"{CRS}/backuptargets"), "status", "available") == bool(url)


def test_a_system_backup_says_of_which_version_it_is(api: MemoryApi) -> None:
    actors = install(api)
    api.put(f"{CRS}/systembackups", "first-day", spec={"volumeBackupPolicy": "if-not-present"})
    play(api, *actors)
    status = only(api, f"{CRS}/systembackups")["status"]
    assert (status["state"], status["version"]) == ("Ready", "v1.12.1")
    play(api, *actors)
    assert only(api, f"{CRS}/systembackups")["status"] == status


def test_a_system_restore_brings_settings_back_as_they_were(api: MemoryApi) -> None:
    """Also one that somebody has changed since: what deletes replicas that no volume knows among them."""
    actors = install(api)
    play(api, *actors)
    orphans = f"{CRS}/settings/orphan-resource-auto-deletion"
    api.objects[orphans]["value"] = "replica-data"
    for limit in STAYING:
        api.put(f"{CRS}/settings", limit, value="5")
    api.put(f"{CRS}/systembackups", "first-day", spec={})
    play(api, *actors)
    api.objects[orphans]["value"] = ""
    for limit in STAYING:
        api.objects[f"{CRS}/settings/{limit}"]["value"] = "0"
    play(api, *actors)
    assert api.objects[orphans]["value"] == ""
    api.put(f"{CRS}/systemrestores", "again", spec={"systemBackup": "first-day"})
    play(api, *actors)
    assert text(only(api, f"{CRS}/systemrestores"), "status", "state") == "Completed"
    assert api.objects[orphans]["value"] == "replica-data"
    assert {api.objects[f"{CRS}/settings/{limit}"]["value"] for limit in STAYING} == {"0"}


def test_instance_managers_of_an_older_version_stay_while_an_engine_needs_them(api: MemoryApi) -> None:
    actors = install(api)
    play(api, *actors)
    assert versions(api) == ["v1.12.1"] * 3
    manager = api.objects["/apis/apps/v1/namespaces/longhorn-system/daemonsets/longhorn-manager"]
    manager["spec"]["template"]["spec"]["containers"][0]["image"] = "longhornio/longhorn-manager:v1.13.0"
    play(api, *actors)
    assert versions(api) == ["v1.12.1"] * 3 + ["v1.13.0"] * 3
    (volume,) = [path for path in api.objects if path.startswith(f"{CRS}/volumes/")]
    api.objects[volume]["spec"]["image"] = "longhornio/longhorn-engine:v1.13.0"
    play(api, *actors)
    assert versions(api) == ["v1.13.0"] * 3


def versions(api: MemoryApi) -> list[str]:
    found = list(api.under(f"{CRS}/instancemanagers"))
    assert {text(each, "status", "currentState") for each in found} == {"running"}
    return sorted(text(each, "spec", "image").rpartition(":")[2] for each in found)
