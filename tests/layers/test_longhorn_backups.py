"""What Longhorn's backups promise: targets that live elsewhere, and a backup of each volume that is new enough."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from runners.layers.components.longhorn_targets import targets_inside
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn_credentials import credentials_row
from runners.layers.kinds.network import Service
from runners.layers.picture import ComponentState
from runners.layers.rows import FrozenRows
from runners.layers.verdicts import Verdict
from tests.layers import longhorn_objects as lh
from tests.layers import worlds as w
from tests.layers.judged import state
from tests.layers.longhorn_objects import changed

WEEKLY = lh.recurring_job(cron="0 3 * * 0")
HOURLY = lh.recurring_job("hourly", cron="0 * * * *", groups=["busy"])
BUSY = {"recurring-job-group.longhorn.io/busy": "enabled"}
BY_JOB = {"recurring-job.longhorn.io/hourly": "enabled"}
S3 = "s3://longhorn-backups@garage/"


def told(found: ComponentState, worth: Severity = Severity.NOTE) -> list[Finding]:
    return [finding for finding in found.findings if finding.severity >= worth]


def volumes(*made: lh.Obj, jobs: list[lh.Obj] | None = None) -> lh.World:
    return changed(volumes=list(made), **({"recurringjobs": jobs} if jobs is not None else {}))


def last(hours: float, name: str = "pvc-1", **more: Any) -> lh.Obj:
    return lh.volume(name, lastBackupAt=lh.ago(hours), **more)


@pytest.mark.parametrize(
    ("world", "says"),
    [
        (volumes(last(24.9)), ""),
        (volumes(last(25.1)), "the last backup is too old, up to 25h: apps/data-pvc-1"),
        (volumes(last(47), jobs=[]), ""),
        (volumes(last(49), jobs=[]), "too old, up to 2d1h"),
        (volumes(last(7 * 24), jobs=[WEEKLY]), ""),
        (volumes(last(7 * 24 + 2), jobs=[WEEKLY]), "too old"),
        (volumes(last(1.9, labels=BUSY), jobs=[HOURLY]), ""),
        (volumes(last(2.1, labels=BUSY), jobs=[HOURLY]), "too old, up to 126m"),
        (volumes(last(2.1, labels=BY_JOB), jobs=[HOURLY]), "too old"),
        (volumes(last(26, labels=BUSY), jobs=[HOURLY, lh.recurring_job()]), "too old"),
        (volumes(last(26, labels=BUSY), jobs=[lh.recurring_job()]), ""),
        (volumes(last(26), jobs=[lh.recurring_job(task="snapshot")]), ""),
        (volumes(last(26), jobs=[lh.recurring_job(cron="whenever")]), ""),
        (volumes(last(99, state="detached", robustness="unknown")), ""),
        (volumes(last(99, kubernetesStatus={})), ""),
        (volumes(last(99, restoreRequired=True)), ""),
        (volumes(lh.volume(lastBackup="", lastBackupAt="", hours=24)), ""),
        (volumes(lh.volume(lastBackup="", lastBackupAt="", hours=26)), "no backup was ever made of apps/data-pvc-1"),
        (volumes(lh.volume(lastBackupAt="yesterday", hours=26)), "no backup was ever made"),
    ],
)
def test_the_age_of_the_last_backup(world: lh.World, says: str) -> None:
    found = told(state("longhorn", lh.rows(world)), Severity.WARNING)
    assert [says in finding.text for finding in found] == ([True] if says else []), found


def test_many_old_backups_are_one_finding_the_oldest_first() -> None:
    world = volumes(*(last(30 + at, f"pvc-{at:03}") for at in range(200)))
    (found,) = told(state("longhorn", lh.rows(world)))
    assert found.subject == "backups of 200 Longhorn volumes"
    assert found.text.endswith("up to 9d: apps/data-pvc-199, apps/data-pvc-198, apps/data-pvc-197 and 197 more")
    assert found.about == ("longhorn-volumes", "longhorn-system", "pvc-199")


def test_a_backup_that_failed_after_the_last_good_one_is_told() -> None:
    failed = lh.backup("backup-2", hours=2, state="Error", error="no space left on device")
    older = lh.backup("backup-0", hours=30, state="Error", error="no route")
    of_nobody = lh.backup("backup-3", of="gone", hours=1, state="Error")
    found = state("longhorn", lh.rows(changed(backups=[lh.backup(), older, failed, of_nobody])))
    (one,) = told(found)
    assert one.text == "the last one failed: apps/data-pvc-1: no space left on device"
    assert one.about == ("longhorn-backups", "longhorn-system", "backup-2")
    assert "backups in doubt" in found.details[1]
    assert not told(state("longhorn", lh.rows(changed(backups=[lh.backup(), older, of_nobody]))))


def test_without_a_job_backups_are_made_by_hand() -> None:
    (note,) = told(state("longhorn", lh.rows(changed(recurringjobs=[]))))
    assert (note.severity, note.subject) == (Severity.NOTE, "Longhorn recurring jobs")


@pytest.mark.parametrize(
    ("made", "severity", "says"),
    [
        ([lh.system_backup(), lh.system_backup("sb-2", state="Uploading", createdAt="")], None, ""),
        ([], Severity.NOTE, "there is none that is ready"),
        ([lh.system_backup(createdAt=lh.ago(24 * 9))], Severity.NOTE, "is the newest, and 9d old"),
        ([lh.system_backup(version="v1.11.2")], Severity.NOTE, "is of v1.11.2, and only that minor version"),
        ([lh.system_backup(version="v1.12.0")], None, ""),
        (
            [
                lh.system_backup(createdAt=lh.ago(40)),
                lh.system_backup("sb-2", state="Error", conditions=[lh.condition("Error", "True", "", "no target")]),
            ],
            Severity.WARNING,
            "failed: no target",
        ),
    ],
)
def test_system_backups(made: list[lh.Obj], severity: Severity | None, says: str) -> None:
    found = told(state("longhorn", lh.rows(changed(systembackups=made))))
    assert [(each.severity, says in each.text) for each in found] == ([] if severity is None else [(severity, True)])


def target(url: str, secret: str = "", **more: Any) -> lh.World:
    return changed(backuptargets=[lh.backup_target(url, secret, **more)])


@pytest.mark.parametrize(
    ("world", "says", "words"),
    [
        (target(""), "none is set: no volume would survive this cluster", "no backups"),
        (changed(backuptargets=[]), "none is set", "no backups"),
        (target("nfs://nas:/b", available=False, message="no route to host"), "not available: no route", "in doubt"),
        (target("nfs://nas:/b", available=False), "is not available: Unavailable", "in doubt"),
    ],
)
def test_a_target_that_is_of_no_use(world: lh.World, says: str, words: str) -> None:
    found = state("longhorn", lh.rows(world))
    assert (found.verdict, says in found.summary, words in found.details[1]) == (Verdict.DEGRADED, True, True), found


def service(name: str, namespace: str, cluster_ip: str = "10.43.0.9", *addresses: str) -> Service:
    uid = f"uid-{name}"
    return Service("services", namespace, name, uid, w.LONG_AGO, "LoadBalancer", cluster_ip, addresses, (), True)


def endpoint(host: str) -> Row:
    data = {"AWS_ENDPOINTS": base64.b64encode(host.encode()).decode(), "AWS_SECRET_ACCESS_KEY": "aHVzaA=="}
    return credentials_row("backup-credentials", lh.credentials(data))


SERVICES: list[Row] = [service("garage", "garage", "10.43.0.9", "192.168.1.240"), service("nfs", "longhorn-system")]


@pytest.mark.parametrize(
    ("url", "host", "inside"),
    [
        (S3, "http://garage.garage.svc.cluster.local:3900", "garage.garage.svc.cluster.local"),
        (S3, "http://garage.garage.svc:3900", "garage.garage.svc"),
        (S3, "http://garage.garage:3900", "garage.garage is Service garage/garage"),
        (S3, "http://192.168.1.240:3900", "192.168.1.240 is Service garage/garage"),
        (S3, "http://10.43.0.9:3900", "10.43.0.9 is Service garage/garage"),
        (S3, "https://s3.example.org", ""),
        (S3, "https://192.168.1.10:9000", ""),
        (S3, "https://garage.example.org", ""),
        ("nfs://nfs.longhorn-system.svc:/b", "", "nfs.longhorn-system.svc"),
        ("nfs://nfs:/b", "", "nfs is Service longhorn-system/nfs"),
        ("nfs://nas.example.org:/b?nfsOptions=soft", "", ""),
        ("cifs://nas.example.org/share", "", ""),
    ],
)
def test_a_target_on_the_cluster_that_it_backs_up(url: str, host: str, inside: str) -> None:
    secret = [endpoint(host)] if host else []
    rows = [*lh.rows(target(url, "backup-credentials" if host else "")), *SERVICES, *secret]
    found = told(state("longhorn", rows))
    expected = [(Severity.WARNING, True)] if inside else []
    assert [(each.severity, f"({inside})" in each.text) for each in found] == expected
    assert targets_inside(FrozenRows(rows)) == ({"default": inside} if inside else {})


FORBIDDEN = Freshness(Reach.FORBIDDEN, w.NOW, "list secrets")


@pytest.mark.parametrize(
    ("rows", "freshness", "says"),
    [
        (lh.rows(target(S3)), {}, ""),
        (lh.rows(target(S3, "backup-credentials")), {}, "Secret longhorn-system/backup-credentials is not there"),
        (lh.rows(target(S3, "backup-credentials")), {"backup-credentials": FORBIDDEN}, "which can't be read"),
        ([*lh.rows(target(S3, "backup-credentials")), endpoint("??")], {}, "names can't be read"),
        (lh.rows(target("nfs://nas:/b")), {"services": FORBIDDEN}, "nas may be a Service"),
        (lh.rows(target("nfs://")), {}, "names no host"),
        (lh.rows(target("gopher://nas/b")), {}, "of no kind that is known here"),
        (lh.rows(target("somewhere")), {}, "of no kind that is known here"),
    ],
)
def test_where_a_target_is_may_not_be_told(rows: list[Row], freshness: dict[str, Freshness], says: str) -> None:
    found = told(state("longhorn", rows, freshness))
    assert [(each.severity, says in each.text) for each in found] == ([(Severity.NOTE, True)] if says else []), found


def test_of_a_kind_that_is_not_served_nothing_is_called_missing() -> None:
    absent = Freshness(Reach.ABSENT)
    kinds = ("longhorn-backuptargets", "longhorn-recurringjobs", "longhorn-systembackups")
    world = changed(backuptargets=[], recurringjobs=[], systembackups=[])
    found = state("longhorn", lh.rows(world), dict.fromkeys(kinds, absent))
    assert (found.verdict, found.summary, found.details[1]) == (Verdict.HEALTHY, "", "StorageClass longhorn (default)")
