"""What would become of each claim if the cluster died now, as rows: judged from what the server has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from runners.layers.kinds.base import NAMESPACE, Column, Row, TableKind, Tone, age

NO_BACKUP = "has no backup"
"""Why a claim would not return that nobody ever backed up."""


class Fate(Enum):
    """What would become of a claim's data."""

    RETURNS = "returns"
    GONE = "gone"
    UNKNOWN = "can't tell"
    EMPTY = "empty"
    """It is bound to nothing yet, so there is nothing to lose."""


@dataclass(frozen=True, slots=True)
class ClaimFate(Row):
    """One claim, what it is stored on, and what is left of it elsewhere."""

    fate: Fate
    why: str
    """Why it would not return, or what else is to be said of it; empty where all is well."""
    saved_at: float = 0.0
    """Of which moment its newest whole backup is, in seconds since the epoch; 0 when it has none."""
    volume: str = ""
    """Its PersistentVolume."""
    stored_as: str = ""
    """What Longhorn calls the volume behind it; empty where that is not Longhorn's."""
    storage_class: str = ""
    capacity: str = ""
    backup: str = ""
    """What a new volume is made from."""
    backup_size: int = 0
    """Bytes."""

    def loses(self, now: float) -> float | None:
        """Seconds of work that would be lost; None where all or nothing would be."""
        return max(0.0, now - self.saved_at) if self.fate is Fate.RETURNS and self.saved_at else None


_TONES = {Fate.RETURNS: Tone.GOOD, Fate.GONE: Tone.BAD, Fate.UNKNOWN: Tone.WARN, Fate.EMPTY: Tone.MUTED}
_ORDER = (Fate.GONE, Fate.UNKNOWN, Fate.RETURNS, Fate.EMPTY)


def _loses(row: ClaimFate, now: float) -> str:
    lost = row.loses(now)
    return "all" if row.fate is Fate.GONE else age(lost) if lost is not None else "–"


def _backup_age(row: ClaimFate, now: float) -> str:
    return age(now - row.saved_at) if row.saved_at else "none"


FATES: TableKind[ClaimFate] = TableKind(
    id="fates",
    table="fates",
    singular="PersistentVolumeClaim",
    columns=(
        NAMESPACE,
        Column("CLAIM", lambda row, _now: row.name, grows=True),
        Column("FATE", lambda row, _now: row.fate.value, sort=lambda row: _ORDER.index(row.fate), toned=True),
        Column("LOSES", _loses, sort=lambda row: (row.fate is not Fate.GONE, row.saved_at), right=True, ticks=True),
        Column("BACKUP", _backup_age, sort=lambda row: -row.saved_at, right=True, ticks=True, drop=2),
        Column("SIZE", lambda row, _now: row.capacity or "–", right=True, drop=3),
        Column("WHY", lambda row, _now: row.why or "–", grows=True, drop=1),
    ),
    tone=lambda row: _TONES[row.fate],
)
