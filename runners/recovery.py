"""The ways out for a release that is stuck: whether one may be taken now, and the exact call that takes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import anyio.to_thread

from runners.asks import Ask, Work, unseen
from runners.layers.commands import DELETE_RECORD, ROLL_BACK, Command, Target
from runners.layers.components.longhorn import LONGHORN
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.kinds.releases import RELEASES, Revision, current
from runners.layers.kinds.workloads import DAEMONSETS
from runners.layers.plan_rules import bears_longhorn
from runners.layers.replica_deletion import replica_deletion
from runners.layers.stuck import (
    not_stuck,
    record_findings,
    rollback_findings,
    stuck_findings,
    way_back,
)
from runners.plan_judging import at_stake
from runners.session import Session
from runners.stuck_look import signs
from runners.tools.calls import Bench
from runners.tools.helm import charts_of_revisions, history_argv, manifest_argv, rollback_argv
from runners.tools.kubectl import delete_secret_argv
from runners.tools.rendering import Renderer

RECOVERIES = (ROLL_BACK, DELETE_RECORD)
_MANAGER = "longhorn-manager"


@dataclass(frozen=True, slots=True)
class Recovery:
    """One way out: what speaks for and against it, and what it would run."""

    findings: tuple[Finding, ...]
    work: Work

    def changed(self, ask: Ask) -> tuple[Finding, ...]:
        """Why it is no longer what was asked; empty while it is."""
        new = unseen(ask.gate, GateAnswer(self.findings))
        if new or self.work == ask.work:
            return new
        return (Finding(str(ask.target), Severity.BLOCKER, "is not as it was", "ask again", overridable=False),)


async def recovery(session: Session, bench: Bench, command: Command, target: Target) -> Recovery:
    """One of the ways out of ``RECOVERIES`` for the release that a target names, as it is now.

    Raises:
        ToolError: helm's history can't be read.
    """
    revisions = session.store.within(RELEASES, (target.namespace,))
    row = current(revisions).get((target.namespace, target.name))
    other = not_stuck(row, f"{target.namespace}/{target.name}")
    if row is None or other is not None:
        return Recovery((other,) if other else (), Work(()))
    stuck = stuck_findings(row, await anyio.to_thread.run_sync(signs, session, row), session.now)
    context = session.options.access.context
    if command is DELETE_RECORD:
        argv = delete_secret_argv(context, row.namespace, row.name)
        return Recovery((*stuck, *record_findings(row)), Work(argv))
    back = way_back(row, revisions)
    against = await _against_rollback(session, bench, row, back)
    return Recovery((*stuck, *against), Work(rollback_argv(context, row.release, row.namespace, back)))


async def _against_rollback(session: Session, bench: Bench, row: Revision, back: int) -> tuple[Finding, ...]:
    said = await bench.ask(
        history_argv(session.options.access.context, row.release, row.namespace), about=f"history of {row.release}"
    )
    charts = charts_of_revisions(said.stdout)
    name, version = charts.get(back, ("", ""))
    manager = _manager_version(session, row, [name for name, _version in charts.values()])
    # A chart that brings Longhorn along has a version of its own.
    target = version if name == LONGHORN.name else ""
    against = tuple(rollback_findings(row, back, manager=manager, target_version=target))
    return (*against, *await _told_to_longhorn(session, bench, row, back)) if manager is not None and back else against


async def _told_to_longhorn(session: Session, bench: Bench, row: Revision, back: int) -> tuple[Finding, ...]:
    """What speaks against the settings that an older revision of Longhorn's release would set again."""
    argv = manifest_argv(session.options.access.context, row.release, row.namespace, back)
    said = await bench.ask(argv, about=f"revision {back} of {row.release}")
    made = await anyio.to_thread.run_sync(Renderer(row.namespace).read, said.stdout)
    subject = f"revision {back} of {row.namespace}/{row.release}"
    return tuple(replica_deletion(subject, made.longhorn_settings, at_stake(session)))


def _manager_version(session: Session, row: Revision, charts: Iterable[str]) -> str | None:
    """The version of Longhorn's manager in the cluster, the newest one that may have run; None for other releases.

    A release is Longhorn's by its name and place, by a chart that it ever had, or because the manager is its own.
    """
    release = f"{row.namespace}/{row.release}"
    found = session.store.within(DAEMONSETS, (row.namespace,))
    manager = next((each for each in found if each.name == _MANAGER), None)
    owned = manager is not None and manager.release == release
    if not owned and not any(bears_longhorn(release, chart) for chart in ("", *charts)):
        return None
    return manager.app_version if manager is not None else ""
