"""One claim's chain, from the claim down to its backups, and what would become of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runners.layers.components.longhorn_storage import DRIVER
from runners.layers.components.longhorn_targets import targets_inside
from runners.layers.kinds.fates import FATES, NO_BACKUP, ClaimFate, Fate
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, LONGHORN_BACKUPS, Backup, BackupTarget
from runners.layers.kinds.storage import VOLUMES, Claim, Volume
from runners.layers.rows import Rows

_ON_A_NODE = ("hostPath", "local")
"""Sources of a PersistentVolume that lie on one node's own disk."""
_WHOLE, _FAILED = "Completed", "Error"


@dataclass(frozen=True, slots=True)
class Chain:
    """What one claim's fate rests on."""

    claim: Claim
    volume: Volume | None
    stored: LonghornVolume | None
    backups: Sequence[Backup]
    name: str
    """What Longhorn calls the volume, were it there."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for every claim."""

    sees_volumes: bool
    sees_backups: bool
    sees_targets: bool
    doubts: tuple[tuple[str, Fate, str], ...]
    """Backup targets that would be of no use: name, what becomes of what lies there, and why."""

    def doubt(self, target: str) -> tuple[Fate, str] | None:
        """What speaks against what lies on a target."""
        if not self.sees_targets:
            return Fate.UNKNOWN, "Longhorn's backup targets can't be seen"
        return next(((fate, why) for name, fate, why in self.doubts if name == target), None)


def conditions(rows: Rows) -> Conditions:
    """What holds for every claim at this moment."""
    targets, inside = rows.all(LONGHORN_BACKUP_TARGETS), targets_inside(rows)
    return Conditions(
        sees_volumes=rows.freshness(VOLUMES).trusted,
        sees_backups=rows.freshness(LONGHORN_BACKUPS).trusted,
        sees_targets=rows.freshness(LONGHORN_BACKUP_TARGETS).trusted,
        doubts=tuple((row.name, *doubt) for row in targets if (doubt := _doubt(row, inside.get(row.name, "")))),
    )


def _doubt(target: BackupTarget, inside: str) -> tuple[Fate, str] | None:
    if inside:
        return Fate.GONE, f"its backups lie in the cluster itself: {inside}"
    if target.url and not target.available:
        return Fate.UNKNOWN, f"backup target {target.name} can't be reached: {target.message or 'no reason given'}"
    return None


def claim_fate(chain: Chain, now: Conditions) -> ClaimFate:
    """What would become of one claim."""
    if not chain.claim.volume:
        return _row(chain, Fate.EMPTY, "is not bound to a volume yet")
    elsewhere = _elsewhere(chain, now)
    if elsewhere is not None:
        return _row(chain, *elsewhere)
    whole = _newest([one for one in chain.backups if one.state == _WHOLE and one.url])
    failed = _newest([one for one in chain.backups if one.state == _FAILED])
    if whole is not None:
        told = now.doubt(whole.target) or (Fate.RETURNS, "; ".join(_remarks(chain, whole, failed)))
        return _row(chain, *told, whole)
    if not now.sees_backups:
        return _row(
            chain,
            Fate.UNKNOWN,
            "Longhorn's backups can't be seen",
            at=chain.stored.last_backup_at if chain.stored else 0.0,
        )
    return _row(chain, Fate.GONE, _nothing_saved(chain, failed))


def _elsewhere(chain: Chain, now: Conditions) -> tuple[Fate, str] | None:
    """The fate of what isn't Longhorn's, or can't be seen; None for what is."""
    volume = chain.volume
    if volume is None:
        if chain.stored is not None or chain.backups:
            return None
        if now.sees_volumes:
            return Fate.GONE, f"its PersistentVolume {chain.claim.volume} is not there"
        return Fate.UNKNOWN, "PersistentVolumes can't be seen"
    if volume.driver == DRIVER:
        return None
    if volume.source in _ON_A_NODE:
        return Fate.GONE, f"lies on one node's disk ({volume.storage_class or volume.source}), not on Longhorn"
    where = volume.driver or volume.source or "something unknown"
    return Fate.UNKNOWN, f"lies on {where}, not on Longhorn: look yourself whether that outlives the cluster"


def _nothing_saved(chain: Chain, failed: Backup | None) -> str:
    if failed is not None:
        return f"its only backup failed: {failed.error or 'Longhorn does not say why'}"
    if any(one.state == _WHOLE for one in chain.backups):
        return "its backup has no URL to restore from"
    if chain.backups:
        return "its first backup is not complete yet"
    faulted = chain.stored is not None and chain.stored.robustness == "faulted"
    return f"{NO_BACKUP}, and its volume is faulted" if faulted else NO_BACKUP


def _remarks(chain: Chain, whole: Backup, failed: Backup | None) -> Iterator[str]:
    """What else is to be said of a claim that would return."""
    if chain.stored is not None and chain.stored.robustness == "faulted":
        yield "its volume is faulted: only the backup has it"
    if failed is not None and _moment(failed) > _moment(whole):
        yield f"its last backup failed: {failed.error or 'Longhorn does not say why'}"
    if chain.stored is not None and chain.stored.replicas == 1:
        yield "has one replica only"


def _newest(backups: Sequence[Backup]) -> Backup | None:
    return max(backups, key=_moment) if backups else None


def _moment(backup: Backup) -> float:
    """Of which moment its data is, or else when it was asked for."""
    return backup.snapshot_at or backup.made or backup.created


def _row(chain: Chain, fate: Fate, why: str, backup: Backup | None = None, *, at: float = 0.0) -> ClaimFate:
    claim = chain.claim
    return ClaimFate(
        FATES.id,
        claim.namespace,
        claim.name,
        claim.uid,
        claim.created,
        fate=fate,
        why=why,
        saved_at=_moment(backup) if backup else at,
        volume=claim.volume,
        stored_as=chain.name if chain.volume is None or chain.volume.driver == DRIVER else "",
        storage_class=claim.storage_class,
        capacity=claim.capacity,
        backup=backup.url if backup else "",
        backup_size=backup.size if backup else 0,
    )
