"""Whether what comes back from backups has room on Longhorn's disks, beside what is there already; pure."""

from __future__ import annotations

from collections.abc import Sequence

from runners.layers.components.longhorn_settings import setting_value
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted
from runners.layers.kinds.longhorn import gib
from runners.layers.kinds.longhorn_nodes import LONGHORN_NODES
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.kinds.storage import STORAGECLASSES
from runners.layers.rows import Rows
from runners.layers.walkthroughs.restore_rules import Restorable

_REPLICAS = 3
"""Longhorn's own, where neither the StorageClass nor the setting says how many."""


def room(rows: Rows, ones: Sequence[Restorable]) -> tuple[Finding, ...]:
    """How much comes back at most and how much is free: a warning where it may not fit; nothing where none can tell.

    A volume takes what was written into it, at most its size, once for each replica. What is free on a disk is its file
    system's word (nodes.longhorn.io, ``status.diskStatus.*.storageAvailable``): old replicas that stay are taken off.
    """
    disks = [disk for node in rows.all(LONGHORN_NODES) for disk in node.disks if disk.allowed and disk.ready]
    free = sum(disk.available for disk in disks)
    if not ones or not free:
        return ()
    by_class = {row.name: row.replicas for row in rows.all(STORAGECLASSES)}
    default = _default_replicas(rows)
    most = sum(one.size * (by_class.get(one.storage_class, 0) or default) for one in ones)
    text = f"at most {gib(most)} come back, all replicas together, and {gib(free)} are free"
    where = f"on {counted(len(disks), 'disk')}"
    if most <= free:
        return (Finding("room", Severity.NOTE, f"{text} {where}"),)
    remedy = "it fits where they are not full; else make room, or choose fewer"
    return (Finding("room", Severity.WARNING, f"{text} {where}", remedy),)


def _default_replicas(rows: Rows) -> int:
    settings = {row.name: row for row in rows.all(LONGHORN_SETTINGS)}
    default = setting_value(settings, "default-replica-count")
    return int(default) if default.isdecimal() else _REPLICAS
