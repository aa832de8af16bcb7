"""What lies on the backup target of a rehearsal: the backups and system backups that the survival sheet names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from runners.demo.actors import longhorn_backup_objects as objects
from runners.layers.jsons import Json, mapping
from runners.layers.quantities import bytes_of
from runners.layers.survival.sheet import Sheet, SheetClaim, SheetSystemBackup
from runners.layers.walkthroughs.restore_objects import claim, persistent_volume, volume
from runners.layers.walkthroughs.restore_rules import Restorable

_NAME = re.compile(r"[?&]backup=([\w.-]+)")
_SMALLEST = 2**30
"""Bytes of a volume of which the sheet knows no size."""


def backed_up(sheet: Sheet | None) -> tuple[SheetClaim, ...]:
    """The claims of a sheet that a backup is named of."""
    return tuple(one for one in sheet.claims if one.backup and one.longhorn_volume) if sheet is not None else ()


def backups(sheet: Sheet | None) -> Mapping[str, Json]:
    """Status of each backup by its name."""
    return {backup_name(one): _status(one) for one in backed_up(sheet)}


def backup_name(one: SheetClaim) -> str:
    """What Longhorn calls the backup of a claim."""
    found = _NAME.search(one.backup)
    return found[1] if found else f"backup-{one.longhorn_volume}"


def _status(one: SheetClaim) -> Json:
    size = _size(one)
    said = {"pvName": one.volume, "pvcName": one.name, "namespace": one.namespace}
    stored = {
        "metadata": {"name": one.longhorn_volume},
        "spec": {"size": str(size)},
        "status": {"kubernetesStatus": said},
    }
    status = objects.backup_status(backup_name(one), stored, one.backup.partition("?")[0], one.backup_of)
    labels = {**mapping(status, "labels"), "KubernetesStatus": json.dumps(said)}
    return {**status, "url": one.backup, "size": str(one.backup_bytes or size // 8), "labels": labels}


def systems(sheet: Sheet | None) -> Mapping[str, Json]:
    """Each system backup by its name, with the objects that it would bring back."""
    return {one.name: _kept(one, sheet) for one in sheet.system_backups} if sheet is not None else {}


def _kept(one: SheetSystemBackup, sheet: Sheet) -> Json:
    manager = f"longhornio/longhorn-manager:{one.longhorn}"
    ones = tuple(_restorables(sheet))
    return {
        "status": objects.system_backup_status(manager, one.backup_of),
        "objects": {
            "stored": [volume(each, 0) for each in ones],
            "volumes": [persistent_volume(each, "ext4") for each in ones],
            "claims": [claim(each) for each in ones],
        },
    }


def _restorables(sheet: Sheet) -> Iterator[Restorable]:
    for one in backed_up(sheet):
        where = (one.namespace, one.name, one.longhorn_volume, one.backup)
        yield Restorable(*where, _size(one), one.storage_class or "longhorn")


def _size(one: SheetClaim) -> int:
    return bytes_of(one.size) or _SMALLEST
