"""What the claim probe would be called with here, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from runners.layers.components.longhorn_storage import DRIVER, STATIC
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.storage import STORAGECLASSES, StorageClass
from runners.layers.probes import Prospect
from runners.layers.rows import Rows
from runners.layers.settings import ClaimSettings


def claim_prospect(rows: Rows, asked: ClaimSettings) -> Prospect:
    """A claim of the default class, where the foundation's storage serves that, or else of the first that it serves."""
    found = storage_classes(rows, asked.storage_class)
    if found:
        return Prospect(("--class", found[0].name, *(("--image", asked.image) if asked.image else ())))
    if not rows.freshness(STORAGECLASSES).trusted:
        text = "can't be seen, so nobody knows which of them the foundation serves"
        finding = Finding("StorageClasses", Severity.UNKNOWN, text, "wait, or ask for the right to list them", False)
    else:
        which = asked.storage_class or f"of {DRIVER}"
        text = "is not there, so there is nothing to claim from"
        finding = Finding(f"StorageClass {which}", Severity.BLOCKER, text, "see to storage first", False)
    return Prospect(findings=(finding,))


def storage_classes(rows: Rows, named: str = "") -> Sequence[StorageClass]:
    """The class that is named, or else those that Longhorn serves new volumes by, the default one first."""
    every = rows.all(STORAGECLASSES)
    if named:
        return [row for row in every if row.name == named]
    found = (row for row in every if row.provisioner == DRIVER and row.name != STATIC)
    return sorted(found, key=lambda row: (not row.default, row.name))
