"""What can be restored and from what, what a person chose of it, and what has become of each claim; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from runners.layers.claim_probe.objects import is_a_probes
from runners.layers.components.longhorn import LONGHORN
from runners.layers.components.longhorn_targets import shown
from runners.layers.findings import Finding, Severity
from runners.layers.jsons import integer, mapping, text
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS, LONGHORN_SYSTEM_BACKUPS, Backup
from runners.layers.kinds.storage import CLAIMS, STORAGECLASSES, VOLUMES, Claim, Volume
from runners.layers.rows import Rows
from runners.layers.survival.sheet import Sheet
from runners.layers.version_steps import minor_words
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.proofs import not_seen

DISKS, WHAT, OLD_DATA, LOOKED, MINOR = "disks", "what", "old-data", "looked", "minor"
"""Steps on which a person decides."""
GONE, ALIVE, KEPT = "gone", "alive", "kept"
"""Answers to what has become of the old disks; they are kept once somebody has read how they are read out."""
SYSTEM, VOLUMES_OF, NOTHING = "system-backup", "volumes", "nothing"
"""What an answer to what is restored begins with."""
SPARE = "--spare-old-disks"
"""Among what a system backup is restored with: the setting that deletes unknown replicas is kept from coming back."""
_BACKED_UP = re.compile(r"[?&]volume=([^&]+)")
"""Names, in a backup's URL, the volume that it is one of."""
DRIVER = "driver.longhorn.io"
STORAGE = LONGHORN.name
"""The component whose volumes are restored."""
_CLASS = "longhorn"
"""The StorageClass that Longhorn's chart makes."""


@dataclass(frozen=True)
class Recovery:
    """What a recovery rests on beside the rows."""

    sheet: Sheet | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """The last decision on each step of the walkthrough."""

    def answer(self, step: str) -> str:
        """What a person answered on a step; empty where nobody has."""
        decision = self.decisions.get(step)
        return decision.answer if decision is not None and decision.choice is Choice.CONFIRMED else ""

    @property
    def keeps_disks(self) -> bool:
        """Has somebody said that old disks are there, read out or not?"""
        return self.answer(DISKS) in (ALIVE, KEPT)


@dataclass(frozen=True, slots=True)
class Restorable:
    """One claim that can come back, and the backup that it would come back from."""

    namespace: str
    name: str
    volume: str
    """What Longhorn calls its volume: the same name as before."""
    backup: str
    """The URL that a new volume is made from."""
    size: int
    """Bytes that the volume has to have."""
    storage_class: str = _CLASS
    access: str = "rwo"
    at: float = 0.0
    """Of which moment the backup is, in seconds since the epoch."""
    target: str = ""
    """The backup target that it lies on."""

    @property
    def claim(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    def written(self) -> str:
        """As one argument of the act that restores it."""
        return json.dumps(asdict(self), sort_keys=True)


def read_restorable(argument: str) -> Restorable:
    """One from its argument.

    Raises:
        ValueError: it is none.
    """
    try:
        found = mapping(json.loads(argument))
    except (ValueError, RecursionError):
        found = {}
    made = Restorable(
        text(found, "namespace"),
        text(found, "name"),
        text(found, "volume"),
        text(found, "backup"),
        integer(found, "size"),
        text(found, "storage_class"),
        text(found, "access"),
        target=text(found, "target"),
    )
    if not all((made.namespace, made.name, made.volume, made.backup, made.size)):
        raise ValueError("it names no claim, volume, backup or size")
    return made


def newest_backups(rows: Rows) -> dict[str, Backup]:
    """The newest whole backup of each volume, by the volume's name; of a probe's volume nobody wants one."""
    return {row.volume: row for row in _whole_backups(rows)}


def oldest_backups(rows: Rows) -> dict[str, float]:
    """Since when each volume has had a backup, by the volume's name: of which moment its oldest whole one is."""
    return {row.volume: taken(row) for row in reversed(_whole_backups(rows))}


def _whole_backups(rows: Rows) -> list[Backup]:
    found = [row for row in rows.all(LONGHORN_BACKUPS) if row.state == "Completed" and row.url]
    return sorted((row for row in found if not is_a_probes(row.claim)), key=taken)


def taken(backup: Backup) -> float:
    """Of which moment its data is, in seconds since the epoch; 0 while it is not finished."""
    return backup.snapshot_at or backup.made


def restorables(rows: Rows, sheet: Sheet | None) -> tuple[Restorable, ...]:
    """Every claim that is known and has a backup: those of the sheet, and those that backups themselves name."""
    backups = newest_backups(rows)
    found = dict(_of_sheet(backups, sheet))
    taken = {one.volume for one in found.values()}
    usual = next((row.name for row in rows.all(STORAGECLASSES) if row.provisioner == DRIVER and row.default), _CLASS)
    for name, backup in backups.items():
        if name not in taken and backup.claim and backup.claim not in found:
            found[backup.claim] = _restorable(backup.claim, backup, usual)
    return tuple(found[claim] for claim in sorted(found))


def _of_sheet(backups: Mapping[str, Backup], sheet: Sheet | None) -> Iterator[tuple[str, Restorable]]:
    for claim in sheet.claims if sheet is not None else ():
        backup = backups.get(claim.longhorn_volume)
        if claim.longhorn_volume and backup is not None:
            name = f"{claim.namespace}/{claim.name}"
            yield name, _restorable(name, backup, claim.storage_class)


def _restorable(claim: str, backup: Backup, storage_class: str) -> Restorable:
    namespace, _, name = claim.partition("/")
    at = taken(backup)
    size, access = backup.volume_size, backup.access or "rwo"
    return Restorable(namespace, name, backup.volume, backup.url, size, storage_class, access, at, backup.target)


def without_backup(rows: Rows, sheet: Sheet | None) -> tuple[str, ...]:
    """Claims of the sheet that no backup is seen of: they come back empty, or not at all."""
    known = {one.claim for one in restorables(rows, sheet)}
    names = (f"{claim.namespace}/{claim.name}" for claim in (sheet.claims if sheet is not None else ()))
    return tuple(sorted(set(names) - known))


def nameless(rows: Rows, sheet: Sheet | None) -> tuple[str, ...]:
    """Volumes with a backup of which nothing says to which claim they belong."""
    known = {one.volume for one in restorables(rows, sheet)}
    return tuple(sorted(set(newest_backups(rows)) - known))


def choice(recovery: Recovery) -> tuple[str, tuple[str, ...]]:
    """What was chosen to come back: its kind, and the names with it. An answer that names nothing chooses nothing."""
    kind, _, rest = recovery.answer(WHAT).partition(" ")
    names = tuple(filter(None, rest.split(",")))
    return (kind, names) if kind == NOTHING or (kind in (SYSTEM, VOLUMES_OF) and names) else ("", ())


def has_looked(recovery: Recovery) -> bool:
    """Has a person looked at the data, and not before it was chosen what comes back?"""
    looked, what = recovery.decisions.get(LOOKED), recovery.decisions.get(WHAT)
    if looked is None or looked.choice is not Choice.CONFIRMED:
        return False
    return what is None or looked.at >= what.at


def wanted(rows: Rows, recovery: Recovery) -> tuple[Restorable, ...]:
    """The claims that have to be back, by what was chosen; none before."""
    kind, names = choice(recovery)
    ones = restorables(rows, recovery.sheet)
    if kind != SYSTEM:
        return tuple(one for one in ones if one.claim in names)
    # What was made and backed up since is no part of what was chosen: else a recovery that is over would begin anew.
    chosen = recovery.decisions[WHAT].at
    then = {row.volume for row in rows.all(LONGHORN_BACKUPS) if taken(row) <= chosen}
    return tuple(one for one in ones if one.volume in then)


def vanished(rows: Rows, recovery: Recovery) -> tuple[str, ...]:
    """Claims that were chosen and of which no backup is seen any more."""
    kind, names = choice(recovery)
    known = {one.claim for one in restorables(rows, recovery.sheet)}
    return tuple(sorted({*names} - known)) if kind == VOLUMES_OF else ()


def wanted_minor(rows: Rows, recovery: Recovery) -> tuple[str, str]:
    """The minor version of Longhorn that was there, and who says so; both empty where nobody does."""
    if answer := minor_words(recovery.answer(MINOR)):
        return answer, f"{recovery.decisions[MINOR].who} says so"
    if recovery.sheet is not None and recovery.sheet.longhorn_minor:
        return recovery.sheet.longhorn_minor, f"the survival sheet of {recovery.sheet.written} says so"
    ready = [row for row in rows.all(LONGHORN_SYSTEM_BACKUPS) if row.state == "Ready" and minor_words(row.version)]
    newest = max(ready, key=lambda row: row.made, default=None)
    return (minor_words(newest.version), f"system backup {newest.name} says so") if newest is not None else ("", "")


@dataclass(frozen=True)
class Storage:
    """What stands for claims at one moment, so that each is found at once."""

    claims: Mapping[tuple[str, str], Claim]
    volumes: Mapping[str, Volume]
    """PersistentVolumes by what Longhorn calls their volume."""
    stored: Mapping[str, LonghornVolume]
    named: Mapping[str, Volume] = field(default_factory=dict)
    """The same PersistentVolumes by their own names."""
    unseen: tuple[Finding, ...] = ()


def storage(rows: Rows, ones: Collection[Restorable]) -> Storage:
    """What stands for some claims."""
    kinds = (CLAIMS, VOLUMES, LONGHORN_VOLUMES)
    unseen = tuple(not_seen(kind.plural, rows.freshness(kind)) for kind in kinds if not shown(rows, kind))
    claims = rows.within(CLAIMS, {one.namespace for one in ones})
    named = {row.name: row for row in rows.all(VOLUMES) if row.handle}
    return Storage(
        {(row.namespace, row.name): row for row in claims},
        {row.handle: row for row in named.values()},
        {row.name: row for row in rows.all(LONGHORN_VOLUMES)},
        named,
        unseen,
    )


def standing(one: Restorable, there: Storage) -> Finding:
    """What has become of one claim: OK when it is bound to its restored volume, and that can be used."""
    claim = there.claims.get((one.namespace, one.name))
    volume, stored = _by_another_name(one, claim, there) or (
        there.volumes.get(one.volume),
        there.stored.get(one.volume),
    )
    about = claim.key if claim is not None else stored.key if stored is not None else None
    severity, words = _standing(one, claim, volume, stored)
    remedy = _UNBIND if claim is not None and claim.volume and words.startswith(_OTHER) else ""
    return Finding(f"claim {one.claim}", severity, words, remedy, about=about)


def _by_another_name(one: Restorable, claim: Claim | None, there: Storage) -> tuple[Volume, LonghornVolume] | None:
    """What a claim is bound to where somebody restored another of its backups, by hand, as a volume of another name."""
    bound = there.named.get(claim.volume) if claim is not None else None
    stored = there.stored.get(bound.handle) if bound is not None else None
    if bound is None or stored is None or stored.name == one.volume:
        return None
    backed_up = _BACKED_UP.search(stored.from_backup)
    return (bound, stored) if backed_up is not None and backed_up[1] == one.volume else None


_OTHER = "is bound to another volume"
_UNBIND = "stop what uses it, delete this claim by hand if nothing of it is needed, and restore again"


def _standing(
    one: Restorable, claim: Claim | None, volume: Volume | None, stored: LonghornVolume | None
) -> tuple[Severity, str]:
    if claim is not None and claim.volume and (volume is None or claim.volume != volume.name):
        return Severity.BLOCKER, f"{_OTHER} ({claim.volume}): it was created before its restore"
    if stored is None:
        gone = f"its volume {one.volume} is not there any more" if claim is not None and claim.volume else ""
        return Severity.BLOCKER, gone or "is not restored yet"
    if stored.robustness == "faulted":
        return Severity.BLOCKER, f"volume {stored.name} is faulted{f': {stored.why}' if stored.why else ''}"
    if stored.state == "creating" or (stored.from_backup and not stored.restore_initiated):
        return Severity.WARNING, f"volume {stored.name} waits for Longhorn"
    if stored.restoring or stored.restore_required:
        return Severity.WARNING, f"data flows into volume {stored.name}"
    if claim is None or volume is None or claim.status != "Bound":
        lives = "" if stored.from_backup else ", which lives and is not restored over"
        return Severity.BLOCKER, f"is not bound to volume {one.volume} yet{lives}"
    restored = "its restored volume" if stored.from_backup else "the volume that it always had"
    return Severity.OK, f"is bound to {restored}"


def standings(rows: Rows, ones: Collection[Restorable]) -> tuple[Finding, ...]:
    """What has become of each claim."""
    there = storage(rows, ones)
    return there.unseen or tuple(standing(one, there) for one in ones)


def living(rows: Rows) -> tuple[LonghornVolume, ...]:
    """The volumes that were not made from a backup: what is on them is nowhere else as it is there. No probe's is."""
    found = (row for row in rows.all(LONGHORN_VOLUMES) if not row.from_backup)
    return tuple(sorted((row for row in found if not is_a_probes(row.claim)), key=lambda row: row.name))


def worst_first(findings: Iterable[Finding], most: int = 12) -> tuple[Finding, ...]:
    """What is worst first, as much of it as one can read."""
    return tuple(sorted(findings, key=lambda finding: -finding.severity)[:most])
