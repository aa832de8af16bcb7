"""What a component of the foundation needs of the others, whether bedplate.yaml says so or not."""

from __future__ import annotations

from runners.layers.components.longhorn_storage import DRIVER
from runners.layers.kinds.storage import CLAIMS, STORAGECLASSES
from runners.layers.rows import Rows
from runners.layers.settings import FoundationEntry, Settings

STORAGE = "longhorn"
"""The component that makes the StorageClass."""
_KEEPS_DATA = frozenset({"minio", "garage", "seaweedfs", "rustfs"})
"""The servers of the S3 role that keep their data in claims; Ceph brings disks of its own."""


def needs(entry: FoundationEntry, settings: Settings, rows: Rows) -> dict[str, str]:
    """Each component that has to be usable before this one is applied, with why; in the order of the foundation.

    What ``after`` names, and storage where the component keeps its data in claims: by its role, or since claims of its
    namespaces ask for one of the storage's own classes.
    """
    found = dict.fromkeys(entry.after, f"{entry.component} comes after it")
    others = [each.component for each in settings.foundation if each.component != entry.component]
    if STORAGE in others and STORAGE not in found:
        if entry.component in _KEEPS_DATA:
            found[STORAGE] = f"{entry.component} keeps its data in claims"
        elif claim := _claim_of_storage(entry, rows):
            found[STORAGE] = f"claim {claim} of {entry.component} is of its class"
    return {name: found[name] for name in (*(name for name in others if name in found), *found)}


def _claim_of_storage(entry: FoundationEntry, rows: Rows) -> str:
    """One claim in the component's namespaces that asks for Longhorn's storage; empty where there is none."""
    classes = {row.name: row for row in rows.all(STORAGECLASSES)}
    own = {name for name, row in classes.items() if row.provisioner == DRIVER} | ({STORAGE} - classes.keys())
    claims = (row for row in rows.within(CLAIMS, entry.namespaces) if row.storage_class in own)
    first = min(claims, key=lambda row: row.key, default=None)
    return f"{first.namespace}/{first.name}" if first else ""
