"""What backups promise: each volume in use has one that is new enough, none fails, and Longhorn's own state has one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from runners.layers.components.base import Scene
from runners.layers.components.longhorn_jobs import Limits, backup_jobs
from runners.layers.components.longhorn_settings import Settings, setting_value
from runners.layers.components.longhorn_targets import shown, targets
from runners.layers.cron import DAY
from runners.layers.findings import Finding, Severity
from runners.layers.folding import listed
from runners.layers.kinds.base import Row, age
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS, LONGHORN_SYSTEM_BACKUPS, Backup, SystemBackup
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS
from runners.layers.version_steps import minor

SYSTEM_AGE = 8 * DAY


def backup_findings(scene: Scene, volumes: Sequence[LonghornVolume]) -> Iterator[Finding]:
    """Volumes without a backup, or with one that is too old or failed; nothing of it where there is no target."""
    if not targets(scene.rows):
        return
    jobs = backup_jobs(scene.rows)
    if not jobs and shown(scene.rows, LONGHORN_RECURRING_JOBS):
        yield Finding("Longhorn recurring jobs", Severity.NOTE, "none makes backups: they are made by hand alone")
    limits, now = Limits(jobs), scene.now
    due = [row for row in volumes if row.state == "attached" and row.claim and _is_due(row, limits.of(row), now)]
    yield from _told([row for row in due if not row.last_backup_at], _never)
    yield from _told([row for row in due if row.last_backup_at], lambda rows: _old(rows, now))
    yield from _failing(scene.rows.all(LONGHORN_BACKUPS), volumes)


def _is_due(row: LonghornVolume, limit: float, now: float) -> bool:
    if row.standby or row.restoring or row.restore_required:
        return False
    # A volume that is younger than that could not have one yet.
    return now - (row.last_backup_at or row.created) > limit


def _told(rows: list[LonghornVolume], say: Callable[[Sequence[LonghornVolume]], Finding]) -> Iterator[Finding]:
    if rows:
        yield say(sorted(rows, key=lambda row: (row.last_backup_at, row.claim)))


def _never(rows: Sequence[LonghornVolume]) -> Finding:
    remedy = "back them up, and give them a recurring job"
    text = f"no backup was ever made of {listed([row.claim for row in rows])}"
    return Finding(_backups_of(rows), Severity.WARNING, text, remedy, about=rows[0].key)


def _old(rows: Sequence[LonghornVolume], now: float) -> Finding:
    oldest = age(now - rows[0].last_backup_at)
    text = f"the last backup is too old, up to {oldest}: {listed([row.claim for row in rows])}"
    return Finding(
        _backups_of(rows), Severity.WARNING, text, "see the recurring jobs and their backups", about=rows[0].key
    )


def _backups_of(rows: Sequence[Row]) -> str:
    return f"backups of {len(rows)} Longhorn volume{'s' if len(rows) != 1 else ''}"


def _failing(backups: Iterable[Backup], volumes: Iterable[LonghornVolume]) -> Iterator[Finding]:
    """Volumes whose newest attempt failed."""
    failed = [row for row in backups if row.state == "Error"]
    if not failed:
        return
    known = {row.name: row for row in volumes}
    newest: dict[str, Backup] = {}
    for row in failed:
        of = known.get(row.volume)
        if of is not None and row.created > max(of.last_backup_at, _made(newest, row.volume)):
            newest[row.volume] = row
    if newest:
        rows = sorted(newest.values(), key=lambda row: -row.created)
        names = listed([known[row.volume].claim or row.volume for row in rows])
        text = f"the last one failed: {names}: {rows[0].error or 'no reason given'}"
        yield Finding(
            _backups_of(rows), Severity.WARNING, text, "see the target and the backup's error", about=rows[0].key
        )


def _made(newest: Mapping[str, Backup], volume: str) -> float:
    return newest[volume].created if volume in newest else 0.0


def system_backup_findings(scene: Scene, settings: Settings) -> Iterator[Finding]:
    """The newest backup of Longhorn's own objects: does it stand, is it new, and of the version that runs?"""
    if not shown(scene.rows, LONGHORN_SYSTEM_BACKUPS) or not targets(scene.rows):
        return
    rows = sorted(scene.rows.all(LONGHORN_SYSTEM_BACKUPS), key=lambda row: row.made or row.created)
    if rows and rows[-1].state == "Error":
        text = f"failed: {rows[-1].message or 'no reason given'}"
        yield Finding(_named(rows[-1]), Severity.WARNING, text, "make another one", about=rows[-1].key)
    ready = [row for row in rows if row.state == "Ready"]
    if not ready:
        text = "there is none that is ready: volumes could be restored one by one, Longhorn's settings not"
        yield Finding("Longhorn system backup", Severity.NOTE, text, "make one in Longhorn, before each upgrade")
        return
    yield from _newest(ready[-1], setting_value(settings, "current-longhorn-version"), scene.now)


def _newest(row: SystemBackup, running: str, now: float) -> Iterator[Finding]:
    if now - (row.made or row.created) > SYSTEM_AGE:
        text = f"is the newest, and {age(now - (row.made or row.created))} old"
        yield Finding(_named(row), Severity.NOTE, text, "make a new one", about=row.key)
    if running and row.version and minor(running) != minor(row.version):
        text = f"is of {row.version}, and only that minor version can restore it; {running} runs"
        yield Finding(_named(row), Severity.NOTE, text, "make a new one", about=row.key)


def _named(row: SystemBackup) -> str:
    return f"Longhorn system backup {row.name}"
