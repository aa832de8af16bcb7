"""Joins claims to what is left of them elsewhere: claim → PersistentVolume → Longhorn's volume → its backups.

The join is asked for at every picture and costs what changed: only claims whose chain has another row than before are
judged again.
"""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.kinds.base import Key
from runners.layers.kinds.fates import ClaimFate
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, LONGHORN_BACKUPS, Backup
from runners.layers.kinds.storage import CLAIMS, VOLUMES, Claim, Volume
from runners.layers.rows import Rows
from runners.layers.survival.chain import Chain, Conditions, claim_fate, conditions
from runners.layers.survival.index import Index

READS = (CLAIMS, VOLUMES, LONGHORN_VOLUMES, LONGHORN_BACKUPS, LONGHORN_BACKUP_TARGETS)
"""The kinds that are joined, each as a whole."""


class Fates:
    """Remembers each claim's fate until a row that it rests on changes. For one caller at a time."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._claims: Index[Claim, Key] = Index(lambda row: row.key)
        self._claims_of: Index[Claim, str] = Index(lambda row: row.volume)
        self._volumes: Index[Volume, str] = Index(lambda row: row.name)
        self._volumes_of: Index[Volume, str] = Index(lambda row: row.handle)
        self._stored: Index[LonghornVolume, str] = Index(lambda row: row.name)
        self._backups: Index[Backup, str] = Index(lambda row: row.volume)
        self._conditions: Conditions | None = None
        self._known: dict[Key, ClaimFate] = {}
        self._result: tuple[ClaimFate, ...] = ()

    def join(self, rows: Rows, inside: Mapping[str, str]) -> tuple[ClaimFate, ...]:
        """The fate of every claim, in no particular order; the same tuple while nothing changed.

        Args:
            rows: the cluster.
            inside: by name of each backup target that lies in the cluster itself: how that is known.
        """
        touched = self._update(rows)
        now = conditions(rows, inside)
        if now != self._conditions:
            self._conditions, self._known = now, {}
            touched = {claim.key: claim for claim in rows.all(CLAIMS)}
        elif not touched:
            return self._result
        for key, claim in touched.items():
            if claim is None:
                self._known.pop(key, None)
            else:
                self._known[key] = claim_fate(self._chain(claim), now)
        self._result = tuple(self._known.values())
        return self._result

    def _update(self, rows: Rows) -> dict[Key, Claim | None]:
        """The claims whose chain changed; None for those that are gone."""
        claims, volumes = rows.all(CLAIMS), rows.all(VOLUMES)
        came, bound = self._claims.update(claims), self._claims_of.update(claims)
        volume_names, handles = self._volumes.update(volumes), self._volumes_of.update(volumes)
        stored = {*self._stored.update(rows.all(LONGHORN_VOLUMES)), *self._backups.update(rows.all(LONGHORN_BACKUPS))}
        behind = (row.name for name in {*stored, *handles} for row in self._volumes_of.all(name))
        names = {*volume_names, *stored, *behind}
        touched: dict[Key, Claim | None] = {key: self._claims.one(key) for key in came}
        touched |= {claim.key: claim for name in names for claim in self._claims_of.all(name)}
        return touched

    def _chain(self, claim: Claim) -> Chain:
        volume = self._volumes.one(claim.volume)
        # Where PersistentVolumes may not be read: Longhorn names them as its own volumes.
        name = (volume.handle or volume.name) if volume else claim.volume
        return Chain(claim, volume, self._stored.one(name), tuple(self._backups.all(name)), name)
