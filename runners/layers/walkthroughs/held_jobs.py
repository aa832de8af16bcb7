"""Recurring jobs that a recovery holds: a job that runs over restored volumes may overwrite the backups they came from.

Longhorn can't suspend one. A job without groups runs on no group, and a volume without a job's label is not in it; what
is taken off is written into an annotation of the same object by the same request, so there is no half of it. A label
that names a group stays: while no job has groups, it means nothing, and Longhorn would put another one in its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from runners.layers.components.longhorn_jobs import NEVER, WITHOUT_GROUPS, can_run
from runners.layers.components.longhorn_targets import shown
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted
from runners.layers.jsons import Json, mapping, strings, text
from runners.layers.kinds.longhorn import HELD, LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS, RecurringJob
from runners.layers.probes import Prospect
from runners.layers.rows import Rows
from runners.layers.walkthroughs.proofs import not_seen

_LABEL = "recurring-job.longhorn.io/"
_NAMED = 6


def going(rows: Rows) -> tuple[list[RecurringJob], list[LonghornVolume]]:
    """The jobs that would run by themselves, and the volumes that name a job that is there."""
    jobs = rows.all(LONGHORN_RECURRING_JOBS)
    there = {job.name for job in jobs}
    volumes = [volume for volume in rows.all(LONGHORN_VOLUMES) if there & set(volume.jobs)]
    return [job for job in jobs if can_run(job)], volumes


def held(rows: Rows) -> tuple[list[RecurringJob], list[LonghornVolume]]:
    """The jobs and the volumes off which something was taken."""
    jobs = [job for job in rows.all(LONGHORN_RECURRING_JOBS) if job.held]
    return jobs, [volume for volume in rows.all(LONGHORN_VOLUMES) if volume.held]


def held_proof(rows: Rows) -> tuple[Finding, ...]:
    """That no recurring job runs, and why: each is held, or none is there that would."""
    if (unseen := _unseen(rows)) is not None:
        return (unseen,)
    jobs, volumes = going(rows)
    if not jobs and not volumes:
        return (Finding("recurring jobs", Severity.OK, _why_none_runs(rows)),)
    return (
        *(_of_job(job, "would run", Severity.BLOCKER) for job in jobs[:_NAMED]),
        *(_of_volume(volume, "is still in", Severity.BLOCKER) for volume in volumes[:_NAMED]),
    )


def _why_none_runs(rows: Rows) -> str:
    jobs, volumes = held(rows)
    if jobs or volumes:
        return f"Bedplate holds {amount(len(jobs), len(volumes))}, and notes that on each ({HELD})"
    if there := len(rows.all(LONGHORN_RECURRING_JOBS)):
        return f"{counted(there, 'job')} and no group or volume to run on: nothing has to be held"
    return "this cluster has none yet: nothing has to be held"


def amount(jobs: int, volumes: int) -> str:
    """Jobs and volumes in words: ``1 job``, ``2 jobs and 1 volume``."""
    return " and ".join(counted(number, noun) for number, noun in ((jobs, "job"), (volumes, "volume")) if number)


_NO_JOB = "there is none to release"


def released_proof(rows: Rows) -> tuple[Finding, ...]:
    """That nothing is held any more."""
    if (unseen := _unseen(rows)) is not None:
        return (unseen,)
    jobs, volumes = held(rows)
    if not jobs and not volumes:
        count = len(going(rows)[0])
        return (
            Finding(
                "recurring jobs",
                Severity.OK,
                f"{counted(count, 'job')} may run, and nothing is held" if count else _NO_JOB,
            ),
        )
    return (
        *(_of_job(job, "is held", Severity.BLOCKER) for job in jobs[:_NAMED]),
        *(_of_volume(volume, "is held out of", Severity.BLOCKER) for volume in volumes[:_NAMED]),
    )


def _unseen(rows: Rows) -> Finding | None:
    for kind in (LONGHORN_RECURRING_JOBS, LONGHORN_VOLUMES):
        if not shown(rows, kind):
            return not_seen(f"Longhorn's {kind.plural}", rows.freshness(kind))
    return None


def _of_job(job: RecurringJob, words: str, severity: Severity) -> Finding:
    when = f"{words} ({job.task}, {job.cron})" if job.cron != NEVER else f"{words} ({job.task})"
    return Finding(f"recurring job {job.name}", severity, when, about=job.key)


def _of_volume(volume: LonghornVolume, words: str, severity: Severity) -> Finding:
    jobs = ", ".join(volume.jobs) or volume.held
    return Finding(f"volume {volume.name}", severity, f"{words} {jobs}", about=volume.key)


def hold_prospect(rows: Rows) -> Prospect:
    """What holding would be called with. What is seen now stands in its arguments, and so in the journal."""
    if (unseen := _unseen(rows)) is not None:
        return Prospect(findings=(unseen,))
    jobs, volumes = going(rows)
    if not jobs and not volumes:
        return Prospect(findings=(Finding("recurring jobs", Severity.BLOCKER, "none of them runs", "", False),))
    return Prospect(tuple(_seen(jobs, volumes)))


def release_prospect(rows: Rows, *, looked_at: bool) -> Prospect:
    """What releasing would be called with; somebody has to have looked at the data."""
    if (unseen := _unseen(rows)) is not None:
        return Prospect(findings=(unseen,))
    jobs, volumes = held(rows)
    if not jobs and not volumes:
        return Prospect(findings=(Finding("recurring jobs", Severity.BLOCKER, "nothing is held", "", False),))
    findings: tuple[Finding, ...] = ()
    if not looked_at:
        text = "nobody has said that the data is right: the next backup would replace the good ones"
        findings = (Finding("restored data", Severity.BLOCKER, text, "look at it, and confirm that step"),)
    return Prospect(tuple(f"{kind}/{name}" for kind, name in _names(jobs, volumes)), findings)


def _names(jobs: Sequence[RecurringJob], volumes: Sequence[LonghornVolume]) -> Iterator[tuple[str, str]]:
    yield from (("recurringjobs", job.name) for job in jobs)
    yield from (("volumes", volume.name) for volume in volumes)


def _seen(jobs: Sequence[RecurringJob], volumes: Sequence[LonghornVolume]) -> Iterator[str]:
    for job in jobs:
        yield f"recurringjobs/{job.name}={','.join(job.groups) or job.cron}"
    for volume in volumes:
        yield f"volumes/{volume.name}={','.join(volume.jobs)}"


def holding(resource: str, obj: Json) -> Json | None:
    """The merge patch that takes off an object what makes jobs run, and writes it down there; None: nothing does."""
    if resource == "volumes":
        labels = mapping(obj, "metadata", "labels")
        mine = sorted(name for name, value in labels.items() if name.startswith(_LABEL) and value == "enabled")
        names = [name.removeprefix(_LABEL) for name in mine]
        if not names:
            return None
        kept = sorted({*names, *filter(None, _note(obj).split(","))})
        return {"metadata": {"annotations": {HELD: ",".join(kept)}, "labels": dict.fromkeys(mine)}}
    if text(obj, "spec", "task") in WITHOUT_GROUPS:
        cron = text(obj, "spec", "cron")
        return None if cron == NEVER else _patch({"cron": cron}, {"cron": NEVER})
    groups = list(strings(obj, "spec", "groups"))
    return _patch({"groups": groups}, {"groups": []}) if groups else None


def releasing(resource: str, obj: Json) -> Json | None:
    """The merge patch that puts back what was taken off an object; None: nothing was."""
    note = _note(obj)
    if not note:
        return None
    if resource == "volumes":
        labels = {f"{_LABEL}{name}": "enabled" for name in note.split(",")}
        return {"metadata": {"annotations": {HELD: None}, "labels": labels}}
    try:
        kept = mapping(json.loads(note))
    except (ValueError, RecursionError):
        kept = {}
    spec: dict[str, object] = {}
    if strings(kept, "groups"):
        # What somebody has given it meanwhile stays.
        spec["groups"] = sorted({*strings(kept, "groups"), *strings(obj, "spec", "groups")})
    if text(kept, "cron") and text(obj, "spec", "cron") == NEVER:
        spec["cron"] = text(kept, "cron")
    return {"metadata": {"annotations": {HELD: None}}, "spec": spec}


def _note(obj: Json) -> str:
    return text(obj, "metadata", "annotations", HELD)


def _patch(kept: Json, spec: Json) -> Json:
    return {"metadata": {"annotations": {HELD: json.dumps(kept, sort_keys=True)}}, "spec": spec}
