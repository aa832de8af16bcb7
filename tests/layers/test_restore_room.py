"""Whether what comes back fits on the disks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.findings import Severity
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn_nodes import Disk, LonghornNode, longhorn_node_row
from runners.layers.kinds.storage import storageclass_row
from runners.layers.rows import FrozenRows
from runners.layers.walkthroughs.restore_room import room
from runners.layers.walkthroughs.restore_rules import Restorable
from tests.layers import worlds as w

GIB = 2**30
PHOTOS = Restorable("apps", "photos", "lh-photos", "", 10 * GIB)
DISK = Disk("default", "/var/lib/longhorn/", allowed=True, ready=True, schedulable=True, reason="", available=20 * GIB)
CLASS = storageclass_row(
    "storageclasses",
    {
        "metadata": {"name": "longhorn"},
        "provisioner": "driver.longhorn.io",
        "parameters": {"numberOfReplicas": "2"},
    },
)


def nodes(*disks: Disk) -> list[LonghornNode]:
    return [replace(w.longhorn_node(f"node-{at}"), disks=(disk,)) for at, disk in enumerate(disks)]


@pytest.mark.parametrize(
    ("rows", "severity", "text"),
    [
        (nodes(DISK), Severity.WARNING, "at most 30Gi come back, all replicas together, and 20Gi are free on 1 disk"),
        (
            nodes(DISK, DISK),
            Severity.NOTE,
            "at most 30Gi come back, all replicas together, and 40Gi are free on 2 disks",
        ),
        ([*nodes(DISK), CLASS], Severity.NOTE, "at most 20Gi come back"),
        ([*nodes(DISK), w.setting("default-replica-count", "1")], Severity.NOTE, "at most 10Gi come back"),
        ([*nodes(DISK), w.setting("default-replica-count", '{"v1":"2"}')], Severity.NOTE, "at most 20Gi come back"),
        ([*nodes(DISK), w.setting("default-replica-count", "some")], Severity.WARNING, "at most 30Gi come back"),
        (nodes(DISK, replace(DISK, allowed=False)), Severity.WARNING, "20Gi are free on 1 disk"),
        (nodes(DISK, replace(DISK, ready=False)), Severity.WARNING, "20Gi are free on 1 disk"),
    ],
)
def test_what_comes_back_is_held_against_what_is_free(rows: Sequence[Row], severity: Severity, text: str) -> None:
    (found,) = room(FrozenRows([*rows]), [PHOTOS])
    assert (found.severity, text in found.text) == (severity, True), found
    assert not found.closes


def test_nothing_is_said_where_nothing_can_be_told_or_comes_back() -> None:
    assert room(FrozenRows(nodes(replace(DISK, available=0))), [PHOTOS]) == ()
    assert room(FrozenRows([]), [PHOTOS]) == ()
    assert room(FrozenRows(nodes(DISK)), []) == ()


def test_what_is_free_is_the_file_systems_word() -> None:
    status = {"diskStatus": {"d": {"storageAvailable": 5, "storageMaximum": 9}}}
    row = longhorn_node_row("longhorn-nodes", {"spec": {"disks": {"d": {}}}, "status": status})
    assert [disk.available for disk in row.disks] == [5]
