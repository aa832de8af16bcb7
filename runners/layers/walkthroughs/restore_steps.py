"""The steps of a recovery that touch backups: the target, held jobs, the restore, and letting go again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runners.layers import commands as c
from runners.layers.components.longhorn_jobs import backup_jobs
from runners.layers.findings import Finding, Severity, worst
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs import held_jobs
from runners.layers.walkthroughs.brought_back import brought_back, everywhere, look_commands
from runners.layers.walkthroughs.disk_proofs import put_back_by
from runners.layers.walkthroughs.restore_by_hand import chosen_commands, restore_commands
from runners.layers.walkthroughs.restore_choices import ON_LONGHORN, chosen, needs_no_look, nothing_is_missing
from runners.layers.walkthroughs.restore_gates import unrestored
from runners.layers.walkthroughs.restore_objects import quoted
from runners.layers.walkthroughs.restore_rules import (
    LOOKED,
    NOTHING,
    SYSTEM,
    VOLUMES_OF,
    choice,
    has_looked,
    standings,
    wanted,
    worst_first,
)
from runners.layers.walkthroughs.restore_targets import needed_targets, target_proof
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, proved
from runners.layers.walkthroughs.triage import recovery_of

_IN = "-n longhorn-system"
_NIGHTLY = {
    "apiVersion": "longhorn.io/v1beta2",
    "kind": "RecurringJob",
    "metadata": {"name": "nightly-backup", "namespace": "longhorn-system"},
    "spec": {"task": "backup", "cron": "0 2 * * *", "groups": ["default"], "retain": 7, "concurrency": 2},
}
"""A job for every volume that names none: once a night, seven kept."""


def target_step() -> Step:
    """Backups can be reached."""
    return Step(
        "target",
        "Backups are reachable",
        why="What is restored comes from there; a target on the cluster that died is no target.",
        proof=lambda moment: target_proof(moment.rows, needed_targets(moment.rows, recovery_of(moment))),
        looks_at="that Longhorn says of a backup target that it is available",
        do="nothing: this step only looks; the target and its Secret come from Longhorn's values",
        shell=lambda _settings, context: f"kubectl --context {context} {_IN} get backuptargets.longhorn.io",
        usually="up to 5 min",
        skip="when nothing is to be restored",
    )


def hold_step() -> Step:
    """No recurring job runs meanwhile."""
    return Step(
        "hold",
        "Recurring jobs held",
        why="A job that backs up an empty or half-restored volume pushes the good backups out.",
        proof=_held,
        doing=Doing.COMMAND,
        command=c.HOLD_JOBS,
        target=ON_LONGHORN,
        do="Longhorn can't suspend a job: its groups and its volumes' labels are written down and taken off",
        shell=lambda _settings, context: "\n".join(
            (
                f"kubectl --context {context} {_IN} get recurringjobs.longhorn.io -o yaml > held-jobs.yaml",
                f"kubectl --context {context} {_IN} patch recurringjobs.longhorn.io NAME --type=merge "
                """-p '{"spec":{"groups":[]}}'""",
            )
        ),
        undo="release them, a step of its own",
        usually="under 10 s",
    )


def _held(moment: Moment) -> Proof:
    recovery = recovery_of(moment)
    kind, _names = choice(recovery)
    if kind == NOTHING or (not kind and nothing_is_missing(moment.rows, moment.sheet)):
        return (Finding("recurring jobs", Severity.OK, "may run: nothing is restored"),)
    if has_looked(recovery):
        return (Finding("recurring jobs", Severity.OK, "were held until somebody had looked at the data"),)
    found = held_jobs.held_proof(moment.rows)
    if kind != SYSTEM or worst(found) is not Severity.BLOCKER or not _is_restoring(moment):
        return found
    text = "are back with the system backup, and the restore that runs holds them before it ends"
    running = (replace(each, severity=Severity.NOTE, remedy="") for each in found if each.severity is Severity.BLOCKER)
    return (Finding("recurring jobs", Severity.WARNING, text), *running)


def _is_restoring(moment: Moment) -> bool:
    title = f"{c.RESTORE.name} {ON_LONGHORN.component}"
    return any(run.title == title and not run.state.ended for run in moment.picture.runs)


def restored_step(sheet: Sheet | None = None) -> Step:
    """Every wanted claim is bound to its restored volume."""
    return Step(
        "restored",
        "Restored",
        why="A claim that is created before its restore stays empty: so this comes before object storage and Flux.",
        proof=_restored,
        doing=Doing.COMMAND,
        command=c.RESTORE,
        target=ON_LONGHORN,
        do="restore what was chosen, and watch it until each claim is bound to its volume",
        shell=lambda _settings, context: restore_commands(sheet, context),
        shell_now=lambda moment, context: chosen_commands(moment.rows, recovery_of(moment), context),
        undo="none: what is restored stays; nothing that lives is ever restored over",
        usually="minutes to hours, by size",
    )


def _restored(moment: Moment) -> Proof:
    recovery, rows = recovery_of(moment), moment.rows
    kind, names = choice(recovery)
    if kind == NOTHING:
        return (Finding("restore", Severity.OK, "nothing is to be restored"),)
    if not kind:
        return chosen(moment)
    missing = unrestored(rows, recovery, moment.picture.identity)
    found = standings(rows, wanted(rows, recovery))
    if not (found or missing):
        return (Finding(f"system backup {names[0]}", Severity.OK, "is restored, says Longhorn"),)
    extra = tuple(one for one in missing if one.subject not in {each.subject for each in found})
    return worst_first((*found, *extra))


def looked_step() -> Step:
    """A person has looked at the data."""
    return Step(
        LOOKED,
        "Data looked at",
        why="Only a person can tell whether what came back is right; the next backup replaces the good ones.",
        proof=_looked,
        doing=Doing.DECISION,
        looks_at="a person's word for the data of each claim that was restored",
        do=(
            "open the application of each restored claim, and see that its data is as new as its backup, or as the old "
            "disks where it was put back from them. Where it is not, don't confirm: jobs stay held, and no backup is "
            "replaced. For an older one suspend what applies the application (s in the Flux tab), scale it to 0, "
            "delete the claim (its volume stays), restore that backup in Longhorn as another volume, and make its PV "
            "and PVC there, under the claim's name. Until then press no ↵ on the step “Restored”: it takes the newest"
        ),
        undo="take it back (u): then jobs are to be held again",
        shell=lambda _settings, context: everywhere(context),
        shell_now=lambda moment, context: look_commands(moment.rows, context),
        word="context",
    )


def _looked(moment: Moment) -> Proof:
    recovery = recovery_of(moment)
    if needs_no_look(moment.rows, recovery):
        return (Finding("data", Severity.OK, "nothing was restored"),)
    if not has_looked(recovery):
        waits = Finding("data", Severity.WARNING, "nobody has said that it is right", "look at it, then confirm (↵)")
        return (waits, *_back(moment))
    return (Finding("data", Severity.OK, f"looked at by {recovery.decisions[LOOKED].who}"), *_back(moment))


def _back(moment: Moment) -> Iterator[Finding]:
    """What the data of each claim is from."""
    if (who := put_back_by(recovery_of(moment))) is not None:
        yield Finding("old data", Severity.NOTE, f"was put back from the old disks, says {who}")
    yield from brought_back(moment.rows)


def release_step() -> Step:
    """Recurring jobs run again."""
    return Step(
        "release",
        "Recurring jobs released",
        why="Held jobs make no backups: the cluster is unprotected until they run again.",
        proof=_released,
        doing=Doing.COMMAND,
        command=c.RELEASE_JOBS,
        target=ON_LONGHORN,
        do="where jobs are held, ↵ puts back what was taken off them and volumes; where none came back, make one",
        shell=lambda _settings, context: _release_shell(context),
        shell_now=_release_commands,
        undo="take back Data looked at (u): then the step that holds them is due again",
        skip="when backups are made by something else, or jobs come later; what is held stays held",
    )


def _released(moment: Moment) -> Proof:
    """Not before the data was looked at: until then nothing may be held yet, and that is no release."""
    found, recovery = held_jobs.released_proof(moment.rows), recovery_of(moment)
    if not proved(found):
        return found
    if not (has_looked(recovery) or needs_no_look(moment.rows, recovery)):
        return (Finding("data", Severity.WARNING, "was not looked at yet; jobs are released after that"),)
    if choice(recovery)[0] == VOLUMES_OF and not backup_jobs(moment.rows):
        text = "none makes backups: they did not come back with single volumes"
        return (Finding("recurring jobs", Severity.WARNING, text, "make one as it says under Do, or by Git"),)
    return found


def _release_commands(moment: Moment, context: str) -> str:
    """Once nothing is held, and no job makes backups: one that backs up every volume each night."""
    waits = any(held_jobs.held(moment.rows)) or not has_looked(recovery_of(moment))
    if waits or backup_jobs(moment.rows):
        return _release_shell(context)
    about = "# an example: it backs up each volume that names no job, and deletes no backup that is there"
    return f"{about}\nkubectl --context {context} create -f - <<< {quoted(_NIGHTLY)}"


def _release_shell(context: str) -> str:
    return (
        f"kubectl --context {context} {_IN} patch recurringjobs.longhorn.io NAME --type=merge "
        """-p '{"spec":{"groups":["default"]}}'"""
    )
