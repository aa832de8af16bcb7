"""What Longhorn's recurring jobs promise: how old the newest backup of a volume may be."""

from __future__ import annotations

from collections.abc import Iterable

from runners.layers.cron import HOUR, longest_pause
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS, RecurringJob
from runners.layers.rows import Rows

SLACK = HOUR
"""Seconds that a backup may take after its job has begun."""
UNPROMISED = 48 * HOUR
"""How old the backup of a volume may be that no recurring job covers."""
_DEFAULT = ("default",)
_TASKS = ("backup", "backup-force-create")
NEVER = "0 0 31 2 *"
"""The 31st of February: when a job runs that is held, belongs to no group, and so has nothing else to be taken off."""
WITHOUT_GROUPS = ("system-backup",)
"""Tasks of jobs that belong to no group."""


def backup_jobs(rows: Rows) -> list[RecurringJob]:
    """The jobs that make backups of volumes."""
    return [row for row in rows.all(LONGHORN_RECURRING_JOBS) if row.task in _TASKS]


def makes_backups(rows: Rows) -> bool:
    """Does any job make backups by itself: of its groups, or of a volume that names it?"""
    named = {name for row in rows.all(LONGHORN_VOLUMES) for name in row.jobs}
    return any(can_run(job) or job.name in named for job in backup_jobs(rows))


def can_run(job: RecurringJob) -> bool:
    """Would it run by itself, as far as its own object says?"""
    return job.cron != NEVER if job.task in WITHOUT_GROUPS else bool(job.groups)


class Limits:
    """How old the newest backup of a volume may be, by the jobs that cover it."""

    def __init__(self, jobs: Iterable[RecurringJob]) -> None:
        """Takes the jobs that make backups; one whose schedule can't be read promises nothing."""
        self._by_job: dict[str, float] = {}
        self._by_group: dict[str, float] = {}
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}
        for job in jobs:
            pause = longest_pause(job.cron)
            if pause:
                self._by_job[job.name] = pause
                for group in job.groups:
                    self._by_group[group] = min(pause, self._by_group.get(group, pause))

    def of(self, volume: LonghornVolume) -> float:
        """Seconds."""
        labels = (volume.jobs, volume.job_groups)
        limit = self._known.get(labels)
        if limit is None:
            limit = self._known[labels] = self._limit(*labels)
        return limit

    def _limit(self, jobs: tuple[str, ...], groups: tuple[str, ...]) -> float:
        # What names no job and no group is in the group ``default``.
        within = groups if jobs or groups else _DEFAULT
        pauses = [self._by_job[name] for name in jobs if name in self._by_job]
        pauses += [self._by_group[name] for name in within if name in self._by_group]
        return min(pauses) + SLACK if pauses else UNPROMISED
