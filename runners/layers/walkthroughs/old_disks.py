"""The old disks: whether it is told what has become of them, which decides whether nothing may be restored; pure."""

from __future__ import annotations

from runners.layers.components.longhorn_targets import shown
from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.rows import Rows
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.restore_rules import ALIVE, DISKS, KEPT, Recovery, living, newest_backups


def is_same(sheet: Sheet, uid: str) -> bool:
    """Is a sheet of the cluster with this uid?"""
    return bool(sheet.cluster.uid) and sheet.cluster.uid == uid


def serving(rows: Rows, sheet: Sheet | None, identity: Identity | None) -> int:
    """How many volumes Longhorn has on the disks, where this is the cluster that it was."""
    same = sheet is None or (identity is not None and is_same(sheet, identity.uid))
    ones = {row.name for row in living(rows)} if same and shown(rows, LONGHORN_VOLUMES) else set()
    # Without a sheet, a volume that is only in its backups says that this is another cluster.
    return len(ones) if sheet is not None or newest_backups(rows).keys() <= ones else 0


def unanswered(rows: Rows, recovery: Recovery, identity: Identity | None) -> tuple[Finding, ...]:
    """That nobody has said whether they live, and what becomes of them; nobody has to where Longhorn knows them."""
    answer = recovery.answer(DISKS)
    if answer == ALIVE:
        text = "live, and nobody has said that they are read out or stay: until then there is no “nothing to restore”"
        return (Finding("old disks", Severity.BLOCKER, text, "answer that step of Recover"),)
    if answer or serving(rows, recovery.sheet, identity):
        return ()
    text = "nobody has said whether they live: until then there is no “nothing to restore”"
    return (Finding("old disks", Severity.BLOCKER, text, "look at /var/lib/longhorn on each node"),)


def endangered(recovery: Recovery) -> tuple[Finding, ...]:
    """That a system backup may bring back the setting by which Longhorn deletes what stands on disks that are kept.

    A SystemRestore sets Longhorn's settings to what they were, all but the backup target and two limits
    (longhorn-manager, ``controller/system_rollout_controller.go``), and which value this one had is in no sheet.
    """
    if recovery.answer(DISKS) not in (ALIVE, KEPT):
        return ()
    text = (
        "are kept, and it brings Longhorn's settings back: if orphan deletion was on, Longhorn deletes what is on them"
    )
    return (Finding("old disks", Severity.BLOCKER, text, "restore single volumes instead"),)
