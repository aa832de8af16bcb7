"""When may a restore start, and when may anything start that would create what is to be restored? Pure rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runners.layers.components.longhorn_targets import shown
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted
from runners.layers.identity import Identity
from runners.layers.kinds.longhorn_restores import LONGHORN_SYSTEM_RESTORES
from runners.layers.picture import Picture
from runners.layers.probes import Prospect
from runners.layers.rows import Rows
from runners.layers.version_steps import minor_words
from runners.layers.walkthroughs.held_jobs import held, held_proof
from runners.layers.walkthroughs.old_disks import endangered, unanswered
from runners.layers.walkthroughs.proofs import not_seen
from runners.layers.walkthroughs.restore_choices import nothing_is_missing, size_and_date
from runners.layers.walkthroughs.restore_room import room
from runners.layers.walkthroughs.restore_rules import (
    DISKS,
    GONE,
    NOTHING,
    SPARE,
    STORAGE,
    SYSTEM,
    VOLUMES_OF,
    WHAT,
    Recovery,
    Restorable,
    Storage,
    choice,
    standing,
    storage,
    vanished,
    wanted,
    wanted_minor,
)
from runners.layers.walkthroughs.restore_targets import needed_targets, target_proof
from runners.layers.walkthroughs.system_backups import system_findings

_NAMED = 6
_AND_LONGHORN = "and Longhorn's own settings, StorageClasses and recurring jobs as they were then; the jobs are held"

_SPARED = "orphan deletion is put off again as soon as it is back, for what is on the old disks"


def _is_going_on(rows: Rows, recovery: Recovery, identity: Identity | None) -> bool:
    """Does this cluster stand in the place of one that died, or has somebody begun to recover it?

    Jobs that are held say so too, and for longer than a decision counts.
    """
    return _is_begun(recovery, identity) or any(held(rows))


def _is_begun(recovery: Recovery, identity: Identity | None) -> bool:
    sheet = recovery.sheet
    elsewhere = sheet is not None and identity is not None and sheet.cluster.uid not in ("", identity.uid)
    return elsewhere or bool(recovery.answer(DISKS)) or bool(recovery.answer(WHAT))


def old_disks(recovery: Recovery, identity: Identity | None) -> str:
    """The disks from before, in words, whose replicas may be the last copy of something; empty where none may be."""
    if recovery.keeps_disks:
        return "the old disks"
    untold = recovery.answer(DISKS) != GONE and _is_begun(recovery, identity)
    return "old disks, which nobody has said are gone" if untold else ""


def unrestored(rows: Rows, recovery: Recovery, identity: Identity | None) -> tuple[Finding, ...]:
    """Why nothing may start yet that creates claims: a claim that is there already is never filled by a restore."""
    if not _is_going_on(rows, recovery, identity):
        return ()
    kind, _names = choice(recovery)
    if not kind:
        if nothing_is_missing(rows, recovery.sheet):
            return ()
        text = "it is not decided what comes back from backups, and what starts now creates its claims empty"
        return (Finding("restore", Severity.BLOCKER, text, "decide it in the walkthrough: w, recover"),)
    if kind == NOTHING:
        return unanswered(rows, recovery, identity)
    return tuple(_missing(rows, recovery))


def _missing(rows: Rows, recovery: Recovery) -> Iterator[Finding]:
    ones = wanted(rows, recovery)
    there = storage(rows, ones)
    if there.unseen:
        yield from there.unseen
        return
    late = [found for one in ones if (found := standing(one, there)).severity > Severity.NOTE]
    for found in late[:_NAMED]:
        text = f"{found.text}; what starts now would create it empty"
        yield Finding(found.subject, Severity.BLOCKER, text, "restore it first: w, recover", about=found.about)
    if len(late) > _NAMED:
        yield Finding("claims", Severity.BLOCKER, f"{len(late) - _NAMED} more are not bound to their restored volumes")
    for claim in vanished(rows, recovery)[:_NAMED]:
        text = "was chosen to be restored, and no backup of it is seen"
        yield Finding(f"claim {claim}", Severity.BLOCKER, text, "wait for the backup target, or choose again")
    kind, names = choice(recovery)
    if kind == SYSTEM and not ones:
        yield from _system_missing(rows, names[0])


def _system_missing(rows: Rows, backup: str) -> Iterator[Finding]:
    """Where no claim is known by name, Longhorn's own word has to do."""
    about = f"system backup {backup}"
    if not shown(rows, LONGHORN_SYSTEM_RESTORES):
        yield not_seen(about, rows.freshness(LONGHORN_SYSTEM_RESTORES))
        return
    states = {row.state for row in rows.all(LONGHORN_SYSTEM_RESTORES) if row.backup == backup}
    if "Completed" not in states:
        words = f"is being restored: {', '.join(sorted(states))}" if states - {""} else "is not restored yet"
        yield Finding(about, Severity.BLOCKER, words, "restore it first: w, recover")


def minor_findings(rows: Rows, recovery: Recovery, picture: Picture) -> tuple[Finding, ...]:
    """What speaks against restoring with the Longhorn that is installed: nothing for the same minor version."""
    state = picture.component(STORAGE)
    installed = minor_words(state.version) if state is not None else ""
    asked, who = wanted_minor(rows, recovery)
    if not installed or not asked:
        text = "is not known" if not asked else "that is installed is not known"
        return (
            Finding("Longhorn's minor version", Severity.UNKNOWN, text, "decide it in the walkthrough: w, recover"),
        )
    if installed != asked:
        return (Finding("longhorn", Severity.BLOCKER, f"is {installed}, and what is restored is of {asked}: {who}"),)
    return ()


def restore_prospect(rows: Rows, recovery: Recovery, picture: Picture) -> Prospect:
    """What the restore that was chosen would be called with, and what speaks against it now."""
    kind, names = choice(recovery)
    if kind not in (SYSTEM, VOLUMES_OF):
        text = "nothing is to be restored" if kind == NOTHING else "it is not decided what comes back"
        return Prospect(findings=(Finding("restore", Severity.BLOCKER, text, "decide it first", False),))
    common = (*_against(rows, recovery), *minor_findings(rows, recovery, picture))
    if kind == SYSTEM:
        # Claims come back into namespaces; whether Longhorn makes those is not relied on.
        ones = wanted(rows, recovery)
        spaces = sorted({one.namespace for one in ones})
        unmade = _unmade(ones, storage(rows, ones))
        against = (*system_findings(rows, picture, names[0]), *endangered(recovery), *common, *room(rows, unmade))
        spare, spared = ((SPARE,), (_SPARED,)) if recovery.answer(DISKS) != GONE else ((), ())
        words = (*map(_line, ones), _AND_LONGHORN, *spared)
        return Prospect((SYSTEM, names[0], *spare, *spaces), against, words, f"system backup {names[0]}")
    return _volumes(wanted(rows, recovery), rows, common)


def _line(one: Restorable) -> str:
    return f"{one.claim}: {size_and_date(one)}"


def _against(rows: Rows, recovery: Recovery) -> Iterator[Finding]:
    """What closes every restore: no way to the backups never opens by a word."""
    for found in (*target_proof(rows, needed_targets(rows, recovery)), *held_proof(rows)):
        if found.severity > Severity.NOTE:
            closes = found.subject.startswith("backup target")
            severity = Severity.BLOCKER if closes else found.severity
            yield Finding(found.subject, severity, found.text, found.remedy, overridable=not closes, about=found.about)


def _volumes(ones: Sequence[Restorable], rows: Rows, common: tuple[Finding, ...]) -> Prospect:
    there = storage(rows, ones)
    due = [one for one in ones if standing(one, there).severity > Severity.NOTE]
    if not due and not there.unseen:
        return Prospect(findings=(Finding("restore", Severity.BLOCKER, "every chosen claim is back", "", False),))
    against = (
        *there.unseen,
        *(found for one in due for found in _in_the_way(one, there)),
        *common,
        *room(rows, _unmade(due, there)),
    )
    arguments, words = tuple(one.written() for one in due), tuple(map(_line, due))
    return Prospect(arguments, against, words, counted(len(due), "volume"))


def _unmade(ones: Sequence[Restorable], there: Storage) -> list[Restorable]:
    """Those whose volume is not there yet: the room of the others is taken already."""
    return [one for one in ones if one.volume not in there.stored]


def _in_the_way(one: Restorable, there: Storage) -> Iterator[Finding]:
    stored, claim = there.stored.get(one.volume), there.claims.get((one.namespace, one.name))
    if stored is not None and not stored.from_backup:
        text = f"volume {one.volume} lives: it is never restored over"
        yield Finding(f"claim {one.claim}", Severity.BLOCKER, text, "leave this claim out of what is restored", False)
    elif claim is not None and claim.volume and (found := standing(one, there)).remedy:
        yield Finding(found.subject, Severity.BLOCKER, found.text, found.remedy, False, about=found.about)
