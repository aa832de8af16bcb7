"""What restores have brought back, each with the date of its backup: so that a person knows what to look at; pure."""

from __future__ import annotations

from runners.layers.claim_probe.objects import NAMESPACE as PROBES
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS
from runners.layers.rows import Rows
from runners.layers.walkthroughs.restore_choices import date
from runners.layers.walkthroughs.restore_rules import taken

_NAMED = 6
"""So many claims are named."""


def brought_back(rows: Rows) -> tuple[Finding, ...]:
    """A note for each claim whose volume was made from a backup, and one for those that are too many to name."""
    dates = {row.url: taken(row) for row in rows.all(LONGHORN_BACKUPS) if row.url}
    volumes = (row for row in rows.all(LONGHORN_VOLUMES) if row.from_backup)
    ours = sorted((row for row in volumes if row.claim.partition("/")[0] != PROBES), key=_subject)
    notes = [_note(row, dates.get(row.from_backup, 0.0)) for row in ours[:_NAMED]]
    more = len(ours) - _NAMED
    return (*notes, *([Finding("claims", Severity.NOTE, f"and {more} more")] if more > 0 else []))


def _note(row: LonghornVolume, at: float) -> Finding:
    return Finding(_subject(row), Severity.NOTE, f"from its backup of {date(at)}", about=row.key)


def _subject(row: LonghornVolume) -> str:
    return f"claim {row.claim}" if row.claim else f"volume {row.name}"
