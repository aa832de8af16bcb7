"""The old disks on the worst day: what was said of them, what is on them, and what Longhorn would delete of that."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence

from runners.layers.components.longhorn_settings import Deleter, orphan_deleter, setting_values
from runners.layers.findings import Finding, Severity
from runners.layers.folding import first_claims, listed
from runners.layers.freshness import Reach
from runners.layers.kinds.longhorn import gib
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.quantities import bytes_of
from runners.layers.rows import Rows
from runners.layers.walkthroughs.claims_in_use import mounted_by
from runners.layers.walkthroughs.old_disks import serving, unanswered
from runners.layers.walkthroughs.proofs import not_seen
from runners.layers.walkthroughs.read_out import POD, put_back_commands, read_out_commands
from runners.layers.walkthroughs.restore_by_hand import EXAMPLE
from runners.layers.walkthroughs.restore_rules import (
    ALIVE,
    DISKS,
    GONE,
    KEPT,
    NOTHING,
    OLD_DATA,
    STORAGE,
    Recovery,
    Restorable,
    choice,
    restorables,
    wanted,
)
from runners.layers.walkthroughs.steps import Moment, Option, Proof
from runners.layers.walkthroughs.triage import recovery_of

_NAMED = 8
"""So many claims are named."""


def disk_options(moment: Moment) -> tuple[Option, ...]:
    """What may have become of the old disks; where they live, what is to be with them."""
    text = "the nodes' disks were lost, wiped or replaced: what comes back comes from backups alone"
    gone = Option(GONE, "gone", text)
    if recovery_of(moment).keeps_disks:
        text = "what was needed of them is read out, or will be: they can be read while Longhorn runs beside them"
        return (Option(KEPT, "kept: go on, and the disks stay as they are", text), gone)
    text = "replica directories may be left in /var/lib/longhorn: how they are read out is said next"
    return (Option(ALIVE, "alive, or not sure", text), gone)


def disks(moment: Moment) -> Proof:
    """Somebody has said what has become of the old disks; where Longhorn knows its volumes, nobody has to."""
    rows, answer = moment.rows, recovery_of(moment).answer(DISKS)
    if answer == GONE:
        return (Finding("old disks", Severity.OK, "are gone"),)
    orphans = orphan_findings(moment)
    unknown = unanswered(rows, recovery_of(moment), moment.picture.identity)
    if unknown and answer != ALIVE:
        return (*orphans, *unknown)
    if answer == "":
        serve = serving(rows, moment.sheet, moment.picture.identity)
        return (*orphans, Finding("old disks", Severity.OK, f"serve: Longhorn knows {serve} volumes on them"))
    safe = "is safe for them: Longhorn leaves unknown replicas alone; a plan that sets orphan deletion is stopped"
    never = "is never offered here: deleting Longhorn's namespace or CRDs, or uninstalling it, deletes replicas"
    return (
        *orphans,
        _last_copy(answer),
        Finding("to read them out", Severity.NOTE, "as it says under Do, on their node; c copies it"),
        *_was_on(moment),
        Finding("going on", Severity.NOTE, safe),
        Finding("starting over", Severity.NOTE, never),
    )


def _last_copy(answer: str) -> Finding:
    if answer == KEPT:
        text = "stay as they are: the last copy of what is newer than its backup (its way back: “Old data put back”)"
        return Finding("old disks", Severity.OK, text)
    text = "are the last copy of what is newer than its backup: read out first what is needed"
    return Finding("old disks", Severity.WARNING, text, "then say so (↵)")


def _was_on(moment: Moment) -> Iterator[Finding]:
    """The volume of each claim that is known from before: its replicas' directories begin with that name."""
    known = {
        f"{claim.namespace}/{claim.name}": (claim.longhorn_volume, bytes_of(claim.size))
        for claim in (moment.sheet.claims if moment.sheet is not None else ())
        if claim.longhorn_volume
    }
    ones = {**{one.claim: (one.volume, one.size) for one in restorables(moment.rows, moment.sheet)}, **known}
    if not ones:
        text = (
            "is not known without the survival sheet, until the backups can be read: they name the volume of each claim"
        )
        yield Finding("whose they are", Severity.NOTE, text)
    yield from first_claims(sorted(ones.items()), _place, _NAMED)


def _place(known: tuple[str, tuple[str, int]]) -> Finding:
    claim, (volume, size) = known
    return Finding(f"claim {claim}", Severity.NOTE, f"was on {volume}, {gib(size)}")


def disk_commands(moment: Moment, context: str) -> str:
    """What stops Longhorn from deleting old replicas, where it would; then how they are read out."""
    deleter = _deleter(moment.rows) if recovery_of(moment).answer(DISKS) != GONE else None
    return "\n".join(
        (*([_stop(deleter, context)] if deleter is not None else []), read_out_commands(_version(moment), context))
    )


def _stop(found: Deleter, context: str) -> str:
    patch = ("kubectl", "--context", context, "-n", "longhorn-system", "patch", "settings.longhorn.io", found.name)
    return shlex.join((*patch, "--type", "merge", "-p", json.dumps({"value": found.spared})))


def _version(moment: Moment) -> str:
    """Longhorn's, as it is installed or asked for; empty where neither is known."""
    state = moment.picture.component(STORAGE)
    return (state.version if state is not None else "") or moment.asked.get(STORAGE, "")


def put_back_now(moment: Moment, context: str) -> str:
    """How what was read out goes back into each claim that was chosen to be restored."""
    return put_back_commands(wanted(moment.rows, recovery_of(moment)) or (EXAMPLE,), _version(moment), context)


def orphan_findings(moment: Moment) -> Proof:
    """That Longhorn does not delete replicas that it does not know, unless the old disks are gone.

    On a new cluster those are the old ones; after a restored etcd, those that were made after its snapshot.
    """
    rows = moment.rows
    if recovery_of(moment).answer(DISKS) == GONE:
        return ()
    freshness = rows.freshness(LONGHORN_SETTINGS)
    if freshness.reach is Reach.FORBIDDEN:  # what is only being read, as right after an install, takes no answer back
        return (not_seen("Longhorn's settings", freshness),)
    deleter = _deleter(rows)
    if deleter is None:
        return ()
    text = f"is {deleter.value}: Longhorn deletes replicas that no volume knows"
    about = next((row.key for row in rows.all(LONGHORN_SETTINGS) if row.name == deleter.name), None)
    remedy = f"{deleter.mending} now, and in Longhorn's values, which set it again"
    return (Finding(f"setting {deleter.name}", Severity.BLOCKER, text, remedy, about=about),)


def _deleter(rows: Rows) -> Deleter | None:
    return orphan_deleter(setting_values(rows.all(LONGHORN_SETTINGS)))


def put_back(moment: Moment) -> Proof:
    """Somebody has said that what only the old disks have is back in its claims, where there is any of that."""
    recovery = recovery_of(moment)
    if not recovery.keeps_disks:
        nothing = Finding("old disks", Severity.OK, "have nothing that is to be put back")
        return unanswered(moment.rows, recovery, moment.picture.identity) or (nothing,)
    if choice(recovery)[0] == NOTHING:
        text = "has no restored claim to go into; into a new one it goes once its application is stopped"
        return (Finding("old data", Severity.OK, text),)
    if (who := put_back_by(recovery)) is not None:
        return (Finding("old data", Severity.OK, f"is put back, says {who}"),)
    text = "nobody has said that what is newer than its backup is put back"
    waits = Finding("old data", Severity.WARNING, text, "copy it, then confirm (↵); or skip it (s)")
    return (waits, *_in_use(moment.rows, wanted(moment.rows, recovery)))


def _in_use(rows: Rows, ones: Sequence[Restorable]) -> Iterator[Finding]:
    """The claims that pods use already: into those nothing is copied beside them."""
    used = mounted_by(rows, (one.claim for one in ones))
    for one in ones:
        pods = [pod for pod in used.get(one.claim, ()) if pod.name != POD]
        if pods:
            text, remedy = f"is used by {listed([pod.name for pod in pods], 2)}", "stop that before you copy into it"
            yield Finding(f"claim {one.claim}", Severity.WARNING, text, remedy, about=pods[0].key)


def put_back_by(recovery: Recovery) -> str | None:
    """Who said that what only the old disks have is back in its claims; None while nobody did."""
    return recovery.decisions[OLD_DATA].who if recovery.answer(OLD_DATA) else None
