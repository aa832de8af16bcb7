"""A system backup, or single volumes: what speaks against restoring one, and which of both is recommended; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_SYSTEM_BACKUPS, SystemBackup
from runners.layers.picture import Picture
from runners.layers.rows import Rows
from runners.layers.version_steps import minor_words
from runners.layers.walkthroughs.restore_rules import STORAGE, SYSTEM, VOLUMES_OF, Restorable, oldest_backups


@dataclass(frozen=True, slots=True)
class Advice:
    """The way that a restore is best made by what is known now."""

    answer: str
    """As the step that asks for it keeps it: ``system-backup NAME``, or ``volumes``."""
    why: str


def ready_backups(rows: Rows) -> list[SystemBackup]:
    """The system backups that can be restored, newest first."""
    return sorted((row for row in rows.all(LONGHORN_SYSTEM_BACKUPS) if row.state == "Ready"), key=lambda row: -row.made)


def advice(rows: Rows, picture: Picture, ones: Sequence[Restorable]) -> Advice | None:
    """A system backup where one is whole and may be restored, else single volumes; None where there is neither.

    Either brings the newest backup of each volume: how old a system backup is says nothing about how old the data is.

    Args:
        rows: what the cluster has.
        picture: which Longhorn is installed.
        ones: the claims that have a backup.
    """
    ready = ready_backups(rows)
    doubts = {row.name: _doubt(row, rows, picture, ones) for row in ready}
    whole = next((name for name, doubt in doubts.items() if not doubt), "")
    if whole:
        claims = f"all {len(ones)} claims" if len(ones) > 1 else "the claim" if ones else "what it holds"
        return Advice(f"{SYSTEM} {whole}", f"brings {claims} back from the newest backups, and Longhorn's jobs too")
    if not ones:
        return None
    return Advice(VOLUMES_OF, doubts[ready[0].name] if ready else "there is no system backup")


def _doubt(row: SystemBackup, rows: Rows, picture: Picture, ones: Sequence[Restorable]) -> str:
    """Why one is not recommended; empty where nothing speaks against it."""
    against = next(system_findings(rows, picture, row.name), None)
    if against is not None:
        return f"{against.subject}: {against.text}"
    oldest = oldest_backups(rows)
    late = [one.claim for one in ones if oldest[one.volume] > row.made]
    more = f" and of {len(late) - 1} more" if len(late) > 1 else ""
    return f"system backup {row.name} may lack {late[0]}: each backup of it{more} is newer" if late else ""


def system_findings(rows: Rows, picture: Picture, name: str) -> Iterator[Finding]:
    """What speaks against restoring a system backup now."""
    found = next((row for row in ready_backups(rows) if row.name == name), None)
    about = f"system backup {name}"
    if found is None:
        yield Finding(about, Severity.BLOCKER, "is not there, or not Ready", "choose again", False)
        return
    state = picture.component(STORAGE)
    installed = minor_words(state.version) if state is not None else ""
    if installed != minor_words(found.version):
        text = f"was made by {found.version}, and longhorn is {installed or 'of an unknown version'}"
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
