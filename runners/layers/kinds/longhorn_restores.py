"""Longhorn's own restores of its objects from a system backup."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, text, truth
from runners.layers.kinds.base import AGE, NAME, Column, Kind, Row, Tone, head
from runners.layers.kinds.longhorn import GROUP, VERSION, conditions, words

_TONES = {"Completed": Tone.GOOD, "Error": Tone.BAD, "Unknown": Tone.WARN}


@dataclass(frozen=True, slots=True)
class SystemRestore(Row):
    """One restore from a system backup. It skips what is there, and deleting it aborts it."""

    state: str
    """Completed is the good one; Error the bad one; Pending, Downloading, Restoring and others on the way."""
    backup: str
    """The name of the system backup."""
    message: str
    """Why it failed."""


def system_restore_row(kind: str, obj: Json) -> SystemRestore:
    """The row of a decoded systemrestores.longhorn.io."""
    failed = conditions(obj, "status", "conditions").get("Error", {})
    return SystemRestore(
        *head(kind, obj),
        state=text(obj, "status", "state"),
        backup=text(obj, "spec", "systemBackup"),
        message=words(failed) if truth(failed, "status") else "",
    )


LONGHORN_SYSTEM_RESTORES: Kind[SystemRestore] = Kind(
    id="longhorn-systemrestores",
    table="longhorn-systemrestores",
    group=GROUP,
    version=VERSION,
    plural="systemrestores",
    singular="SystemRestore",
    row=system_restore_row,
    columns=(
        NAME,
        Column("STATE", lambda row, _now: row.state or "–", toned=True),
        Column("BACKUP", lambda row, _now: row.backup or "–"),
        Column("REASON", lambda row, _now: row.message or "–", drop=1),
        AGE,
    ),
    tone=lambda row: _TONES.get(row.state, Tone.MOVING),
    aliases=("lhsr", "systemrestores"),
)
