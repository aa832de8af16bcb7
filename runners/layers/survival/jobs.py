"""Whether anything goes on making backups: what returns today is as old as its last backup, and ages with it."""

from __future__ import annotations

from runners.layers.components.longhorn_jobs import backup_jobs, makes_backups
from runners.layers.components.longhorn_targets import shown, targets
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS
from runners.layers.rows import Rows

_ABOUT = "recurring jobs"


def job_findings(rows: Rows) -> tuple[Finding, ...]:
    """That no recurring job backs volumes up, or that those which would are held; nothing of it without a target."""
    if not shown(rows, LONGHORN_RECURRING_JOBS) or not targets(rows):
        return ()
    volumes = [row for row in rows.all(LONGHORN_VOLUMES) if row.claim]
    if not volumes or makes_backups(rows):
        return ()
    if any(job.held for job in backup_jobs(rows)) or any(row.held for row in volumes):
        text = "a recovery holds them, so no backup is made by itself"
        return (Finding(_ABOUT, Severity.WARNING, text, "release them: Recover (w)"),)
    text = "none makes backups: what would return only grows older"
    return (Finding(_ABOUT, Severity.WARNING, text, "make one by Git, or in Longhorn"),)
