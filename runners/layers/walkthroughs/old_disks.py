"""The old disks: whether it is told what has become of them, which decides whether nothing may be restored; pure."""

from __future__ import annotations

from runners.layers.components.longhorn_targets import shown
from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.rows import Rows
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.restore_rules import ALIVE, DISKS, GONE, KEPT, Recovery, living, newest_backups


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

    A SystemRestore sets Longhorn's settings to what they were, all but a few limits
    (longhorn-manager, ``controller/system_rollout_controller.go``), and which value this one had is in no sheet. After
    a restored etcd it may delete what was made since its snapshot.
    """
    answer = recovery.answer(DISKS)
    if answer == GONE:
        return ()
    state = {KEPT: "are kept", ALIVE: "live"}.get(answer, "are not said to be gone")
    text = f"{state}, and a system backup brings settings back: if orphan deletion was on, it deletes their replicas"
    remedy = "restore single volumes; or read them out first, and answer “gone”"
    return (Finding("old disks", Severity.BLOCKER, text, remedy),)


def left_on_disks(answer: str) -> tuple[Finding, ...]:
    """That old disks which were kept still have their replicas once all is over, by what was answered of them."""
    if answer != KEPT:
        return ()
    text = "still hold the replicas from before, as orphans in Longhorn"
    return (Finding("old disks", Severity.WARNING, text, "delete those there once nothing on them is needed"),)
