"""What is kept of Longhorn's objects, and that no odd one is more than a row."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.kinds.base import Row, Tone, timestamp
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.longhorn_backups import Backup, BackupTarget, BackupVolume, SystemBackup
from runners.layers.kinds.longhorn_credentials import host_of
from runners.layers.kinds.longhorn_engines import EngineImage
from runners.layers.kinds.longhorn_nodes import LonghornNode
from runners.layers.kinds.longhorn_settings import RecurringJob
from tests.layers import longhorn_objects as lh
from tests.layers.odd import changed_somewhere

EVERY = {**lh.all_well(), "backup-credentials": [lh.credentials({"AWS_ENDPOINTS": "aHR0cHM6Ly9uYXM6OTAwMA=="})]}


def row(kind: str, obj: lh.Obj) -> Any:
    return lh.KINDS[kind].row(kind, obj)


def test_a_volume() -> None:
    labels = {
        "recurring-job.longhorn.io/hourly": "enabled",
        "recurring-job.longhorn.io/source": "enabled",
        "recurring-job-group.longhorn.io/default": "enabled",
        "recurring-job-group.longhorn.io/gone": "disabled",
    }
    found: LonghornVolume = row("longhorn-volumes", lh.volume(labels=labels))
    assert (found.claim, found.pv, found.size, found.replicas) == ("apps/data-pvc-1", "pvc-1", 10 * 2**30, 3)
    assert (found.image, found.data_engine) == (lh.ENGINE, "v1")
    assert found.last_backup_at == timestamp(lh.ago(20))
    assert (found.scheduled, found.restoring, found.restore_required, found.standby) == ("True", False, False, False)
    assert (found.jobs, found.job_groups) == (("hourly",), ("default",))


@pytest.mark.parametrize(
    ("conditions", "scheduled", "restoring", "why"),
    [
        ([lh.condition("Scheduled", "False", "ReplicaSchedulingFailure", "no disk")], "False", False, "no disk"),
        ([lh.condition("Scheduled", "False", "ReplicaSchedulingFailure")], "False", False, "ReplicaSchedulingFailure"),
        ([lh.condition("Restore", "True", "RestoreInProgress")], "", True, ""),
        ([lh.condition("Restore", "False", "RestoreFailure", "no such backup")], "", False, "no such backup"),
        ([], "", False, ""),
    ],
)
def test_a_volumes_conditions(conditions: list[lh.Obj], scheduled: str, restoring: bool, why: str) -> None:
    found: LonghornVolume = row("longhorn-volumes", lh.volume(conditions=conditions))
    assert (found.scheduled, found.restoring, found.why) == (scheduled, restoring, why)


def test_a_nodes_disks_and_what_its_host_lacks() -> None:
    full = {"conditions": [lh.condition("Ready", "True"), lh.condition("Schedulable", "False", "DiskPressure", "full")]}
    lacks = [lh.condition("NFSClientInstalled", "False", "NotInstalled", "no NFS client")]
    found: LonghornNode = row("longhorn-nodes", lh.node(conditions=lacks, disk=full))
    (disk,) = found.disks
    assert (disk.name, disk.path, disk.allowed, disk.ready, disk.schedulable, disk.reason) == (
        "disk-1",
        "/var/lib/longhorn/",
        True,
        True,
        False,
        "full",
    )
    assert found.lacks == ("NFSClientInstalled: no NFS client",)
    assert found.status == "ready"


def test_a_backup_and_what_it_lies_on() -> None:
    found: Backup = row("longhorn-backups", lh.backup())
    assert (found.volume, found.state, found.target, found.error) == ("pvc-1", "Completed", "default", "")
    assert (found.size, found.volume_size) == (2**30, 10 * 2**30)
    assert found.url == "nfs://nas.example.org:/backups?backup=backup-1&volume=pvc-1"
    assert (found.snapshot_at, found.made) == (timestamp(lh.ago(20)), timestamp(lh.ago(19.5)))
    of: BackupVolume = row("longhorn-backupvolumes", lh.backup_volume())
    assert (of.volume, of.target, of.size) == ("pvc-1", "default", 10 * 2**30)
    target: BackupTarget = row("longhorn-backuptargets", lh.backup_target(available=False, message="no route"))
    assert (target.url, target.available, target.message) == ("nfs://nas.example.org:/backups", False, "no route")


def test_a_backup_that_failed_early_is_known_by_its_labels() -> None:
    found: Backup = row("longhorn-backups", lh.backup(volumeName="", backupTargetName="", state="Error", error="no"))
    assert (found.volume, found.target, found.state, found.error) == ("pvc-1", "default", "Error", "no")


def test_what_longhorn_is_told_to_do() -> None:
    job: RecurringJob = row("longhorn-recurringjobs", lh.recurring_job())
    assert (job.task, job.cron, job.groups, job.retain) == ("backup", "0 2 * * *", ("default",), 7)
    assert row("longhorn-settings", lh.setting("a", "true")).value == "true"
    system: SystemBackup = row("longhorn-systembackups", lh.system_backup())
    assert (system.state, system.version, system.made) == ("Ready", "v1.12.1", timestamp(lh.ago(30)))
    image: EngineImage = row("longhorn-engineimages", lh.engine_image())
    assert (image.image, image.state, image.volumes, image.incompatible) == (lh.ENGINE, "deployed", 4, False)


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://minio.minio-tenant.svc.cluster.local:9000", "minio.minio-tenant.svc.cluster.local"),
        ("https://S3.example.org", "s3.example.org"),
        ("http://10.0.0.20:9000/", "10.0.0.20"),
        ("http://[fd00::1]:9000", "fd00::1"),
        ("nas:9000", "nas"),
        ("https://user:word@s3.example.org", "s3.example.org"),
        ("", ""),
        ("https://", ""),
        ("two words", ""),
    ],
)
def test_the_host_of_an_endpoint(endpoint: str, host: str) -> None:
    assert host_of(endpoint) == host


def test_of_a_credential_secret_nothing_but_the_host_is_kept() -> None:
    keys = {
        "AWS_ACCESS_KEY_ID": "whoever",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_ENDPOINTS": "https://u:pw@s3.lan:9000",
    }
    data = {name: base64.b64encode(value.encode()).decode() for name, value in keys.items()}
    found = row("backup-credentials", lh.credentials(data))
    assert (found.host, found.readable) == ("s3.lan", True)
    said = repr(found)
    assert not any(word in said for word in ("whoever", "hush", "pw", *data.values()))


@pytest.mark.parametrize(
    ("data", "host", "readable"),
    [({}, "", True), ({"AWS_ENDPOINTS": "?"}, "", False), ({"AWS_ENDPOINTS": ""}, "", True)],
)
def test_a_secret_without_a_readable_server(data: dict[str, str], host: str, readable: bool) -> None:
    found = row("backup-credentials", lh.credentials(data))
    assert (found.host, found.readable) == (host, readable)


@pytest.mark.parametrize("kind", EVERY)
@settings(max_examples=30)
@given(data=st.data())
def test_a_field_that_is_missing_or_odd_makes_a_row_all_the_same(kind: str, data: st.DataObject) -> None:
    found: Row = row(kind, data.draw(changed_somewhere(EVERY[kind][0])))
    known = lh.KINDS[kind]
    assert all(isinstance(column.cell(found, 1e9), str) for column in known.columns)
    assert isinstance(known.tone(found), Tone)
    assert hash(found) == hash(found)
