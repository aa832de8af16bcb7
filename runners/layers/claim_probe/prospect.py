"""What the claim probe would be called with here, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from runners.layers.components.longhorn_storage import DRIVER, STATIC
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.storage import STORAGECLASSES, StorageClass
from runners.layers.probes import Prospect
from runners.layers.rows import Rows


def claim_prospect(rows: Rows) -> Prospect:
    """A claim of the default class, where the foundation's storage serves that, or else of the first that it serves."""
    found = storage_classes(rows)
    if found:
        return Prospect(("--class", found[0].name))
    if not rows.freshness(STORAGECLASSES).trusted:
        text = "can't be seen, so nobody knows which of them the foundation serves"
        finding = Finding("StorageClasses", Severity.UNKNOWN, text, "wait, or ask for the right to list them", False)
    else:
        text = f"of {DRIVER} is not there, so there is nothing to claim from"
        finding = Finding("StorageClass", Severity.BLOCKER, text, "see to storage first", False)
    return Prospect(findings=(finding,))


def storage_classes(rows: Rows) -> Sequence[StorageClass]:
    """The classes that the foundation's storage serves new volumes by, the default one first."""
    found = (row for row in rows.all(STORAGECLASSES) if row.provisioner == DRIVER and row.name != STATIC)
    return sorted(found, key=lambda row: (not row.default, row.name))
