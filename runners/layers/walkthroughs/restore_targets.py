"""Can the backups be reached that are to come back? Judged by the targets that they lie on; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from runners.layers.components.longhorn_targets import shown, targets, targets_inside
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, BackupTarget
from runners.layers.rows import Rows
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.proofs import not_seen
from runners.layers.walkthroughs.restore_rules import NOTHING, SYSTEM, VOLUMES_OF, Recovery, choice, vanished, wanted

OF_SYSTEM_BACKUPS = "default"
"""The only target that Longhorn puts system backups on."""


def needed_targets(rows: Rows, recovery: Recovery) -> frozenset[str]:
    """The backup targets that what comes back lies on, by name; none where that isn't known, and then each counts.

    Those that the survival sheet's backups lie on are among them, before it is chosen what comes back and after: while
    one of them is down, an older backup on another target may be all that is seen.
    """
    kind, names = choice(recovery)
    if kind == NOTHING or vanished(rows, recovery):
        return frozenset()
    found = set(_of_sheet(rows, recovery.sheet, names if kind == VOLUMES_OF else ()))
    found |= {one.target for one in wanted(rows, recovery)} | ({OF_SYSTEM_BACKUPS} if kind == SYSTEM else set())
    return frozenset() if "" in found else frozenset(found)


def _of_sheet(rows: Rows, sheet: Sheet | None, only: Collection[str]) -> Iterator[str]:
    """The target of each backup that the sheet names; empty for one that lies on none of those there are.

    ``only`` are the claims that are meant, ``namespace/name``; all of them where none is named.
    """
    names = {_place(row.url): row.name for row in targets(rows)}
    for claim in sheet.claims if sheet is not None else ():
        if claim.backup and (not only or f"{claim.namespace}/{claim.name}" in only):
            yield names.get(_place(claim.backup), "")


def _place(url: str) -> str:
    """What a target's URL and those of its backups have in common."""
    return url.partition("?")[0].rstrip("/")


def target_proof(rows: Rows, needed: Collection[str] = ()) -> tuple[Finding, ...]:
    """That backups can be reached, and lie elsewhere than on the cluster that died or on this one.

    Args:
        rows: what is seen.
        needed: names of the targets that matter; what is said of others is a note. Each matters where none is named.
    """
    if not shown(rows, LONGHORN_BACKUP_TARGETS):
        return (not_seen("backup target", rows.freshness(LONGHORN_BACKUP_TARGETS)),)
    found = targets(rows)
    if not found:
        text = "has no address, so no backup can be seen"
        remedy = "set defaultBackupStore.backupTarget and its secret in Longhorn's values, and apply longhorn"
        return (Finding("backup target", Severity.BLOCKER, text, remedy),)
    inside = targets_inside(rows)
    judged = {row.name: _judged(row, inside.get(row.name, "")) for row in found}
    matters = {*needed} or judged.keys()
    gone = (_gone(name) for name in sorted(matters - judged.keys()))
    return (*gone, *(said if name in matters else _aside(said) for name, said in judged.items()))


def _judged(row: BackupTarget, inside: str) -> Finding:
    about = f"backup target {row.name}"
    if inside:
        text = f"lies on this very cluster ({inside}): what was there died with it"
        return Finding(about, Severity.BLOCKER, text, "name the server that has the backups")
    if not row.available:
        return Finding(about, Severity.WARNING, f"is not available: {row.message or 'Longhorn has not asked it yet'}")
    return Finding(about, Severity.OK, f"{row.url} is available")


def _gone(name: str) -> Finding:
    text = "has what comes back, and is not there or has no address"
    return Finding(f"backup target {name}", Severity.BLOCKER, text, "set it up again, or choose other backups")


def _aside(said: Finding) -> Finding:
    """What is said of a target that nothing comes back from."""
    if said.severity is Severity.OK:
        return said
    return replace(said, severity=Severity.NOTE, text=f"{said.text}; no backup that is needed lies there", remedy="")
