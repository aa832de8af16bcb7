"""What a person chooses in a recovery: which minor version of Longhorn was there, and what comes back from backups."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from runners.layers.commands import Target
from runners.layers.components.longhorn_targets import shown
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted, first_claims
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, gib
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.rows import Rows
from runners.layers.settings import Settings
from runners.layers.survival.sheet import SHEET, Sheet
from runners.layers.version_steps import minor_words, not_a_version
from runners.layers.walkthroughs.disk_proofs import disks
from runners.layers.walkthroughs.held_jobs import held
from runners.layers.walkthroughs.old_disks import unanswered
from runners.layers.walkthroughs.proofs import not_seen
from runners.layers.walkthroughs.restore_rules import (
    DISKS,
    MINOR,
    NOTHING,
    STORAGE,
    SYSTEM,
    VOLUMES_OF,
    WHAT,
    Recovery,
    Restorable,
    choice,
    has_looked,
    living,
    nameless,
    restorables,
    standings,
    vanished,
    wanted,
    wanted_minor,
    without_backup,
)
from runners.layers.walkthroughs.steps import Doing, Moment, Option, Proof, Step
from runners.layers.walkthroughs.system_backups import Advice, advice, ready_backups
from runners.layers.walkthroughs.triage import recovery_of

ON_LONGHORN = Target(component=STORAGE)
_BY_SYSTEM = "volumes with their claims, and Longhorn's settings and recurring jobs, which are held at once"
_BY_VOLUMES = "choose which: volumes with their claims, without Longhorn's settings and recurring jobs"
_NAMED = 8
"""So many claims are named."""


def minor_step() -> Step:
    """Which minor version of Longhorn was there."""
    return Step(
        MINOR,
        "Which Longhorn",
        why="A system backup is restored by the same minor version only, and Longhorn never goes back to an older one.",
        proof=_right_minor,
        doing=Doing.DECISION,
        do=(
            "say which minor version was there; the helmfile has to ask for that one. Git's history of the helmfile "
            "tells it, and so does the backup target: a system backup lies in backupstore/system-backups/VERSION"
        ),
        shell=lambda settings, _context: _helmfile(settings),
        undo="take the answer back (u)",
        options=_minors,
    )


def _helmfile(settings: Settings) -> str:
    entry = settings.entry(STORAGE)
    if entry is None:
        return "helmfile list"
    history = ("git", "log", "-3", "--date=short", "--format=%h %ad %s", "-Gversion", "--", entry.helmfile)
    return f"{shlex.join(('helmfile', '-f', entry.helmfile, 'list'))}\n{shlex.join(history)}"


def _minors(moment: Moment) -> tuple[Option, ...]:
    asked = minor_words(moment.asked.get(STORAGE, ""))
    text = "what the helmfile in Git asks for: right, unless Git has asked for another one since the cluster died"
    known = (Option(asked, asked, text),) if asked else ()
    asks = "minor version of Longhorn, as 1.9:"
    return (*known, Option("", "another one", "type it, as 1.9", asks=asks, check=not_a_version))


def _right_minor(moment: Moment) -> Proof:
    recovery, state = recovery_of(moment), moment.picture.component(STORAGE)
    wanted_, who = wanted_minor(moment.rows, recovery)
    there = minor_words(state.version) if state is not None else ""
    if not wanted_:
        if there and choice(recovery)[0]:
            # The old sheet is moved away in the end: what it said has served by then.
            return (Finding("longhorn", Severity.OK, f"is {there}, and what comes back was chosen"),)
        if nothing_is_missing(moment.rows, moment.sheet):
            return (
                Finding("longhorn", Severity.OK, "is there with its volumes: nothing of another version comes back"),
            )
        return (Finding("longhorn", Severity.BLOCKER, "nothing says which minor version was there", "choose it"),)
    asked = minor_words(moment.asked.get(STORAGE, ""))
    return (
        Finding("longhorn", Severity.OK, f"was {wanted_}: {who}"),
        *([_compare("is installed as", there, wanted_)] if there else []),
        *([] if there and not asked else [_compare("is asked for by its helmfile as", asked, wanted_)]),
    )


def _compare(words: str, found: str, wanted_: str) -> Finding:
    if not found:
        return Finding("longhorn", Severity.UNKNOWN, f"{words} a version that can't be told", "write it out there")
    same = found == wanted_
    remedy = "" if same else f"write {wanted_} and its last patch into the helmfile"
    return Finding("longhorn", Severity.OK if same else Severity.BLOCKER, f"{words} {found}", remedy)


def what_step() -> Step:
    """What comes back from backups."""
    return Step(
        WHAT,
        "What is restored",
        why="Whatever isn't restored now is created empty by what is installed next, and stays empty.",
        proof=chosen,
        doing=Doing.DECISION,
        do="choose a system backup, single volumes, or nothing at all",
        shell=lambda _settings, context: (
            f"kubectl --context {context} -n longhorn-system get backups.longhorn.io,systembackups.longhorn.io"
        ),
        undo="take the choice back (u); what is restored by then stays",
        options=what_options,
        typed={NOTHING: NOTHING},
    )


def what_options(moment: Moment) -> tuple[Option, ...]:
    """System backups, volumes with dates and sizes, and nothing at all once the old disks are answered for."""
    rows = moment.rows
    systems = (
        Option(
            f"{SYSTEM} {row.name}",
            f"system backup {row.name}",
            f"of {date(row.made)}, by Longhorn {row.version}: {_BY_SYSTEM}",
        )
        for row in ready_backups(rows)
    )
    ones = restorables(rows, moment.sheet)
    volumes = Option(VOLUMES_OF, f"single volumes: {_have(len(ones))}", _BY_VOLUMES, tuple(map(_option, ones)))
    nothing = Option(NOTHING, "nothing at all", f"{counted(len(ones), 'claim')} with a backup would be created empty")
    answered = not unanswered(rows, recovery_of(moment), moment.picture.identity)
    best = advice(rows, moment.picture, ones, recovery_of(moment))
    ways = [_recommended(each, best) for each in (*systems, *((volumes,) if ones else ()))]
    first = sorted(ways, key=lambda each: best is None or each.answer != best.answer)
    return (*first, *((nothing,) if answered else ()))


def _recommended(option: Option, best: Advice | None) -> Option:
    if best is None or option.answer != best.answer:
        return option
    return replace(option, text=f"recommended: {best.why} · {option.text}")


def _have(count: int) -> str:
    return f"{counted(count, 'claim')} {'has' if count == 1 else 'have'} a backup"


def _option(one: Restorable) -> Option:
    return Option(one.claim, one.claim, size_and_date(one))


def size_and_date(one: Restorable) -> str:
    """How large a claim is, and of when the backup that it comes back from."""
    return f"{gib(one.size)} of {date(one.at)}"


def date(seconds: float) -> str:
    """A moment in UTC, for people."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC" if seconds else "an unknown moment"


def chosen(moment: Moment) -> Proof:
    """Somebody has chosen, or nothing has to come back."""
    recovery, rows = recovery_of(moment), moment.rows
    decision = recovery.decisions.get(WHAT)
    kind, names = choice(recovery)
    if decision is None or not kind:
        if nothing_is_missing(moment.rows, moment.sheet):
            return (Finding("claims", Severity.OK, "every claim is bound to its volume: nothing has to come back"),)
        return tuple(_to_choose_from(moment))
    by = f"chosen by {decision.who}"
    if kind == NOTHING:
        if any(found.severity > Severity.NOTE for found in disks(moment)):
            text = "is refused until it is said what becomes of the old disks"
            return (Finding("nothing to restore", Severity.BLOCKER, text, "answer that step"),)
        return (Finding("nothing to restore", Severity.OK, by),)
    lost = [Finding(f"claim {name}", Severity.BLOCKER, "no backup of it is seen") for name in vanished(rows, recovery)]
    back = wanted(rows, recovery)
    words = f"system backup {names[0]}" if kind == SYSTEM else counted(len(back), "volume")
    return (Finding(words, Severity.OK, by), *lost, *_left_out(moment, back), *_coming_back(back))


def _left_out(moment: Moment, back: Sequence[Restorable]) -> Iterator[Finding]:
    """Each claim that has a backup, was not chosen among single volumes, and is not there."""
    if choice(recovery_of(moment))[0] != VOLUMES_OF:
        return
    there = {f"{row.namespace}/{row.name}" for row in moment.rows.all(CLAIMS)} | {one.claim for one in back}
    out = [one.claim for one in restorables(moment.rows, moment.sheet) if one.claim not in there]
    text = "is left out, and will be created empty by what uses it"
    yield from first_claims(
        out, lambda claim: Finding(f"claim {claim}", Severity.NOTE, text), _NAMED, "more are left out"
    )


def _coming_back(ones: Sequence[Restorable]) -> Iterator[Finding]:
    """Each claim that comes back, how large it is and of when its newest backup."""

    def note(one: Restorable) -> Finding:
        return Finding(f"claim {one.claim}", Severity.NOTE, f"{gib(one.size)}, newest backup of {date(one.at)}")

    return first_claims(ones, note, _NAMED)


def _to_choose_from(moment: Moment) -> Iterator[Finding]:
    rows, sheet = moment.rows, moment.sheet
    if not shown(rows, LONGHORN_BACKUPS):
        yield not_seen("backups", rows.freshness(LONGHORN_BACKUPS))
        return
    ones = restorables(rows, sheet)
    back = sum(found.severity <= Severity.NOTE for found in standings(rows, ones))
    already = f", and {back} of them {'is' if back == 1 else 'are'} back" if back else ""
    yield Finding("restore", Severity.BLOCKER, f"nothing is chosen yet; {_have(len(ones))}{already}")
    if (best := advice(rows, moment.picture, ones, recovery_of(moment))) is not None:
        words = "single volumes" if best.answer == VOLUMES_OF else best.answer.replace(SYSTEM, "system backup", 1)
        yield Finding("recommended", Severity.NOTE, f"{words}: {best.why}")
    if ones and sheet is None:
        text = "was not found: nothing says which of these were in use; if unsure, bring back all, and delete later"
        yield Finding(SHEET, Severity.NOTE, text)
    yield from _coming_back(ones)
    for name in without_backup(rows, sheet)[:4]:
        yield Finding(f"claim {name}", Severity.NOTE, "no backup of it is seen: it would come back empty")
    for name in nameless(rows, sheet)[:4]:
        yield Finding(f"backup of {name}", Severity.NOTE, "does not say to which claim it belongs: restore it by hand")


def nothing_is_missing(rows: Rows, sheet: Sheet | None) -> bool:
    """Is every claim that is known bound to the volume that it had, so that there is nothing to bring back?"""
    if not all(shown(rows, kind) for kind in (CLAIMS, LONGHORN_VOLUMES, LONGHORN_BACKUPS)):
        return False
    # Without its backup too: while no backup target answers, a claim that was created empty has none.
    known = tuple(
        Restorable(claim.namespace, claim.name, claim.longhorn_volume, backup="", size=0)
        for claim in (sheet.claims if sheet is not None else ())
        if claim.longhorn_volume
    )
    if not (living(rows) or known):
        return False
    names = {row.name for row in rows.all(LONGHORN_VOLUMES)}
    if any(volume not in names for volume in nameless(rows, sheet)):
        return False
    ones = (*known, *restorables(rows, sheet))
    return all(found.severity <= Severity.NOTE for found in standings(rows, ones))


def needs_no_look(rows: Rows, recovery: Recovery) -> bool:
    """Is there no restored data that a person has to see before recurring jobs run again?"""
    kind, _names = choice(recovery)
    if kind:
        return kind == NOTHING
    # A choice counts for three days; what it has brought back is there for longer, and so are jobs that wait for it.
    waits = any(held(rows)) and any(row.from_backup for row in rows.all(LONGHORN_VOLUMES))
    return nothing_is_missing(rows, recovery.sheet) and not waits


def is_going_on(rows: Rows, recovery: Recovery) -> bool:
    """Has somebody begun a recovery, and is there still data to bring back or to look at?"""
    begun = bool(recovery.answer(DISKS) or recovery.answer(WHAT))
    return begun and not has_looked(recovery) and not needs_no_look(rows, recovery)
