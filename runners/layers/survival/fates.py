"""Joins claims to what is left of them elsewhere: claim → PersistentVolume → Longhorn's volume → its backups.

The join is asked for at every picture and costs what changed: only claims whose chain has another row than before are
judged again.
"""

from __future__ import annotations

from collections.abc import Sequence

from runners.layers.claim_probe.objects import NAMESPACE
from runners.layers.kinds.base import Key
from runners.layers.kinds.fates import ClaimFate
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS, Backup
from runners.layers.kinds.storage import CLAIMS, VOLUMES, Claim, Volume
from runners.layers.rows import Rows
from runners.layers.survival.chain import Chain, Conditions, claim_fate, conditions
from runners.layers.survival.fold import Claims, fold
from runners.layers.survival.index import Index


class Fates:
    """Remembers each claim's fate until a row that it rests on changes. For one caller at a time."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._claims: Index[Claim] = Index(lambda row: row.volume)
        self._volumes: Index[Volume] = Index(lambda row: row.name)
        self._stored: Index[LonghornVolume] = Index(lambda row: row.name)
        self._backups: Index[Backup] = Index(lambda row: row.volume)
        self._volumes_of: Index[Volume] = Index(_stored_as)
        self._conditions: Conditions | None = None
        self._known: dict[Key, ClaimFate] = {}
        self._result = Claims()

    def join(self, rows: Rows) -> Claims:
        """The fate of every claim, in no particular order; the very same value while nothing changed."""
        claims = _kept(rows)
        went, touched = self._update(rows, claims)
        now = conditions(rows)
        if now != self._conditions:
            self._conditions, self._known, touched = now, {}, claims
        elif not went and not touched:
            return self._result
        for claim in went:
            self._known.pop(claim.key, None)
        for claim in touched:
            self._known[claim.key] = claim_fate(self._chain(claim), now)
        self._result = fold(tuple(self._known.values()))
        return self._result

    def _update(self, rows: Rows, claims: Sequence[Claim]) -> tuple[Sequence[Claim], Sequence[Claim]]:
        """The claims that went, and those whose chain has another row than before."""
        went, came = self._claims.update(claims)
        self._volumes_of.update(rows.all(VOLUMES))
        volumes = {volume.name for change in self._volumes.update(rows.all(VOLUMES)) for volume in change}
        stored = {volume.name for change in self._stored.update(rows.all(LONGHORN_VOLUMES)) for volume in change}
        stored |= {backup.volume for change in self._backups.update(rows.all(LONGHORN_BACKUPS)) for backup in change}
        volumes |= stored | {volume.name for name in stored for volume in self._volumes_of.all(name)}
        # What came is bound to a volume too, and need not be judged twice.
        others = [claim for name in volumes for claim in self._claims.all(name)] if len(came) < len(claims) else []
        return went, [*came, *others]

    def _chain(self, claim: Claim) -> Chain:
        volume = self._volumes.one(claim.volume)
        # Where PersistentVolumes may not be read: Longhorn gives both the same name.
        name = _stored_as(volume) if volume else claim.volume
        return Chain(claim, volume, self._stored.one(name), self._backups.all(name), name)


def _kept(rows: Rows) -> Sequence[Claim]:
    """All but a probe's own, which nobody would miss."""
    claims = rows.all(CLAIMS)
    return [row for row in claims if row.namespace != NAMESPACE] if rows.within(CLAIMS, (NAMESPACE,)) else claims


def _stored_as(volume: Volume) -> str:
    """What Longhorn calls it; PersistentVolumes may share that, as when one is made by hand for the other's data."""
    return volume.handle or volume.name
