"""From rows and a look around this machine to what would survive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.identity import Identity
from runners.layers.kinds.base import age, timestamp
from runners.layers.rehearsal.last_walk import Recovered, day, last_walk
from runners.layers.rehearsal.record import Rehearsal
from runners.layers.runs import RunRecord, RunState
from runners.layers.survival.checkout import Checkout, checkout_findings
from runners.layers.survival.fold import Claims, Survival, span
from runners.layers.survival.keys import KeyState, key_findings
from runners.layers.survival.sheet import MOVE_AWAY, SHEET, Sheet

TOO_OLD = 7 * 86_400.0
"""Seconds after which a sheet is too old, whatever happened meanwhile."""


@dataclass(frozen=True, slots=True)
class SheetFile:
    """The survival sheet on disk."""

    path: str = ""
    """Where bedplate.yaml wants it; empty when it does not say."""
    written: float = 0.0
    """When it says that it was, in seconds since the epoch; 0 when it isn't there."""
    error: str = ""
    """Why it can't be read or written, or be of any use."""
    content: Sheet | None = None
    """What it says; None where it can't be read as a sheet."""

    @property
    def missing(self) -> str:
        """Why there is no sheet; empty where there is one."""
        if self.content is not None:
            return ""
        if not self.path:
            return "bedplate.yaml names none (survival.write)"
        return f"{self.path}: {self.error or 'is not there'}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found outside the rows: on this machine, and of single Secrets whether they are there."""

    checkout: Checkout
    keys: tuple[KeyState, ...] = ()
    sheet: SheetFile = SheetFile()
    synced: Checkout | None = None
    """The same of the folder that Flux syncs."""
    rehearsals: tuple[Rehearsal, ...] = ()
    """Every one that this machine knows of, of any cluster."""
    recoveries: tuple[Recovered, ...] = ()
    """The same of those that were no rehearsals."""


def survival(
    claims: Claims,
    freshness: Freshness,
    around: Surroundings | None,
    runs: Iterable[RunRecord],
    now: float,
    identity: Identity | None = None,
    jobs: Sequence[Finding] = (),
) -> Survival:
    """What would come back now.

    Args:
        claims: what would become of each.
        freshness: how far the claims can be relied on.
        around: what was found outside the rows; None while nobody has looked.
        runs: the newest runs on this cluster.
        now: seconds since the epoch.
        identity: of the cluster; None before it has answered.
        jobs: what is to be said of the jobs that make backups.
    """
    unseen = ""
    if not freshness.trusted:
        # Not for how long: the picture would be another one each second.
        why = f": {freshness.detail}" if freshness.reach is Reach.FORBIDDEN else ""
        unseen = "" if freshness.reach is Reach.LOADING else f"claims are {freshness.reach.value}{why}"
        claims = Claims()
    if around is None:
        return Survival(claims, (*claims.findings, *jobs), unseen)
    sheet = _sheet_findings(around.sheet, identity, runs, now)
    other = (
        *jobs,
        *key_findings(around.keys),
        *checkout_findings(around.checkout),
        *sheet,
        *_rehearsed(around, identity),
    )
    return Survival(claims, (*claims.findings, *other), unseen, looked=True)


def _sheet_findings(
    sheet: SheetFile, identity: Identity | None, runs: Iterable[RunRecord], now: float
) -> Iterator[Finding]:
    if not sheet.path:
        text = "is kept nowhere: recovery would have to guess what was there"
        yield Finding(SHEET, Severity.NOTE, text, "set survival.write in bedplate.yaml")
        return
    write = f"bedplate survival --write {sheet.path}"
    another = sheet.content.of_another(identity.uid, identity.server) if sheet.content and identity else ""
    if sheet.error or another:
        text = f"{sheet.path}: {sheet.error}" if sheet.error else f"{sheet.path} {another}"
        yield Finding(SHEET, Severity.WARNING, text, MOVE_AWAY)
    elif not sheet.written:
        yield Finding(SHEET, Severity.WARNING, f"{sheet.path} is not there yet", write)
    elif now - sheet.written > TOO_OLD:
        text = f"{sheet.path} is {span(now - sheet.written)} old"
        yield Finding(SHEET, Severity.WARNING, text, write)
    elif sheet.written < int(max((_changed_at(run) for run in runs), default=0.0)):  # it says whole seconds
        yield Finding(SHEET, Severity.WARNING, f"{sheet.path} is older than the last change", write)


def _rehearsed(around: Surroundings, identity: Identity | None) -> Iterator[Finding]:
    """When recovery was walked last: by this machine's journal, or by the sheet, whichever is later."""
    if identity is None:
        return
    known, sheet = last_walk(around.rehearsals, around.recoveries, identity), around.sheet.content
    noted = timestamp(sheet.last_rehearsed) if sheet and not sheet.of_another(identity.uid, identity.server) else 0.0
    if known is not None and known.began >= noted:
        yield Finding("recovery", Severity.OK, known.words)
    elif sheet is not None and noted:
        took = f", storage after {age(sheet.rehearsed_to_storage)}" if sheet.rehearsed_to_storage else ""
        yield Finding("recovery", Severity.OK, f"last rehearsed or done {day(noted)}{took}, says the sheet")
    else:
        yield Finding("recovery", Severity.NOTE, "was never rehearsed", "bedplate rehearse recover")


def _changed_at(run: RunRecord) -> float:
    """When a run that changed something ended well."""
    return (run.ended or 0.0) if run.exclusive and run.state is RunState.SUCCEEDED else 0.0
