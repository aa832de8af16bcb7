"""A system backup, or single volumes: what speaks against restoring one, and which of both is recommended; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_SYSTEM_BACKUPS, SystemBackup
from runners.layers.picture import Picture
from runners.layers.rows import Rows
from runners.layers.version_steps import minor_words
from runners.layers.walkthroughs.old_disks import endangered
from runners.layers.walkthroughs.restore_rules import (
    STORAGE,
    SYSTEM,
    VOLUMES_OF,
    Recovery,
    Restorable,
    oldest_backups,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """The way that a restore is best made by what is known now."""

    answer: str
    """As the step that asks for it keeps it: ``system-backup NAME``, or ``volumes``."""
    why: str


def ready_backups(rows: Rows) -> list[SystemBackup]:
    """The system backups that can be restored, newest first."""
    return sorted((row for row in rows.all(LONGHORN_SYSTEM_BACKUPS) if row.state == "Ready"), key=lambda row: -row.made)


def advice(rows: Rows, picture: Picture, ones: Sequence[Restorable], recovery: Recovery) -> Advice | None:
    """A system backup where one is whole and may be restored, else single volumes; None where there is neither.

    Either brings the newest backup of each volume: how old a system backup is says nothing about how old the data is.

    Args:
        rows: what the cluster has.
        picture: which Longhorn is installed.
        ones: the claims that have a backup.
        recovery: the survival sheet, for a claim that it doesn't know may have been deleted before any of these was
            made; and what was said of the old disks.
    """
    ready, oldest, sheet = ready_backups(rows), oldest_backups(rows), recovery.sheet
    known = None if sheet is None else {f"{claim.namespace}/{claim.name}" for claim in sheet.claims}
    risk = next((f"the {found.subject} {found.text}" for found in endangered(recovery)), "")
    first = ""
    for row in ready:
        doubt = _doubt(row, rows, picture, ones, oldest) or _unknown(ones, known) or risk
        if not doubt:
            claims = f"all {len(ones)} claims" if len(ones) > 1 else "the claim"
            what = claims if ones and known is not None else "what it holds"
            return Advice(f"{SYSTEM} {row.name}", f"restores {what}, from the newest backups")
        first = first or doubt
    return Advice(VOLUMES_OF, first or "there is no system backup") if ones else None


def _doubt(
    row: SystemBackup, rows: Rows, picture: Picture, ones: Sequence[Restorable], oldest: Mapping[str, float]
) -> str:
    """Why one is not recommended; empty where nothing speaks against it."""
    against = next(_against(row, rows, picture), None)
    if against is not None:
        return f"{against.subject}: {against.text}"
    late = [one.claim for one in ones if oldest.get(one.volume, 0.0) > row.made]
    more = f" and of {len(late) - 1} more" if len(late) > 1 else ""
    return f"system backup {row.name} may lack {late[0]}: each backup of it{more} is newer" if late else ""


def _unknown(ones: Sequence[Restorable], known: Collection[str] | None) -> str:
    """That a claim has a backup and is not on the sheet: whoever waited for it to come back might wait for ever."""
    strange = [one.claim for one in ones if known is not None and one.claim not in known]
    more = f" and {len(strange) - 1} more have" if len(strange) > 1 else " has"
    if not strange:
        return ""
    return f"{strange[0]}{more} a backup and no line on the sheet: leave out what was deleted; if unsure, keep it"


def system_findings(rows: Rows, picture: Picture, name: str) -> Iterator[Finding]:
    """What speaks against restoring a system backup now."""
    found = next((row for row in ready_backups(rows) if row.name == name), None)
    if found is None:
        yield Finding(f"system backup {name}", Severity.BLOCKER, "is not there, or not Ready", "choose again", False)
    else:
        yield from _against(found, rows, picture)


def _against(found: SystemBackup, rows: Rows, picture: Picture) -> Iterator[Finding]:
    state = picture.component(STORAGE)
    installed = minor_words(state.version) if state is not None else ""
    if installed != minor_words(found.version):
        text = f"was made by {found.version}, and longhorn is {installed or 'of an unknown version'}"
        about = f"system backup {found.name}"
        yield Finding(about, Severity.BLOCKER, text, "install the same minor version, or restore single volumes", False)
    attached = [row.name for row in rows.all(LONGHORN_VOLUMES) if _is_used(row)]
    if attached:
        text = (
            f"{', '.join(attached[:3])} {'is' if len(attached) == 1 else 'are'} attached; a system restore needs none"
        )
        yield Finding("volumes", Severity.BLOCKER, text, "restore single volumes instead")


def _is_used(row: LonghornVolume) -> bool:
    """Longhorn attaches a volume too while data flows into it."""
    return row.state not in ("detached", "creating") and not (row.restoring or row.restore_required)
