"""What people tell Longhorn to do: its settings, and the jobs that it repeats."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, strings, text, truth
from runners.layers.kinds.base import AGE, NAME, Column, Kind, Row, Tone, head
from runners.layers.kinds.longhorn import GROUP, VERSION


@dataclass(frozen=True, slots=True)
class Setting(Row):
    """One setting; it has no spec, its value stands on top."""

    value: str
    applied: bool
    """False while it waits, say for volumes to be detached."""


def setting_row(kind: str, obj: Json) -> Setting:
    """The row of a decoded settings.longhorn.io."""
    return Setting(*head(kind, obj), value=text(obj, "value"), applied=truth(obj, "status", "applied", default=True))


LONGHORN_SETTINGS: Kind[Setting] = Kind(
    id="longhorn-settings",
    table="longhorn-settings",
    group=GROUP,
    version=VERSION,
    plural="settings",
    singular="Setting",
    row=setting_row,
    columns=(
        NAME,
        Column("VALUE", lambda row, _now: row.value or "–"),
        Column("STATUS", lambda row, _now: "applied" if row.applied else "not applied yet"),
        AGE,
    ),
    tone=lambda row: Tone.PLAIN if row.applied else Tone.MOVING,
    aliases=("lhs", "settings"),
)


@dataclass(frozen=True, slots=True)
class RecurringJob(Row):
    """One job that Longhorn repeats on the volumes of some groups."""

    task: str
    """backup, snapshot, system-backup, filesystem-trim …"""
    cron: str
    groups: tuple[str, ...]
    """``default`` holds every volume that names no job and no group."""
    retain: int


def recurring_job_row(kind: str, obj: Json) -> RecurringJob:
    """The row of a decoded recurringjobs.longhorn.io."""
    return RecurringJob(
        *head(kind, obj),
        task=text(obj, "spec", "task"),
        cron=text(obj, "spec", "cron"),
        groups=strings(obj, "spec", "groups"),
        retain=integer(obj, "spec", "retain"),
    )


LONGHORN_RECURRING_JOBS: Kind[RecurringJob] = Kind(
    id="longhorn-recurringjobs",
    table="longhorn-recurringjobs",
    group=GROUP,
    version=VERSION,
    plural="recurringjobs",
    singular="RecurringJob",
    row=recurring_job_row,
    columns=(
        NAME,
        Column("TASK", lambda row, _now: row.task or "–"),
        Column("CRON", lambda row, _now: row.cron or "–"),
        Column("GROUPS", lambda row, _now: ", ".join(row.groups) or "–"),
        Column("RETAIN", lambda row, _now: str(row.retain), sort=lambda row: row.retain, right=True),
        AGE,
    ),
    aliases=("lhrj", "recurringjobs"),
)
