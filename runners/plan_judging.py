"""What speaks against carrying out a plan or a rollback, by what is known of the cluster beside it."""

from __future__ import annotations

from runners.layers.commands import REPAIR, Command
from runners.layers.components import foundation
from runners.layers.components.longhorn_settings import orphan_deleter, setting_values
from runners.layers.findings import Finding
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.plan_rules import plan_findings, repair_findings
from runners.layers.plans import Plan
from runners.layers.replica_deletion import AtStake
from runners.session import Session


def against_plan(session: Session, command: Command, plan: Plan) -> tuple[Finding, ...]:
    """What speaks against it at this moment: what a colleague says of the old disks counts from then on."""
    found = plan_findings(plan, protected=foundation(plan.component, ()).protected, stake=at_stake(session))
    return (*found, *repair_findings(plan)) if command is REPAIR else found


def at_stake(session: Session) -> AtStake:
    """What a release that tells Longhorn to delete replicas would meet now."""
    settings = setting_values(session.store.all(LONGHORN_SETTINGS))
    disks = session.recovering.old_disks(session.identity)
    if not disks and session.recovering.is_in_doubt and orphan_deleter(settings) is None:
        disks = "old disks, if the survival sheet, which can't be read, is of another cluster"
    return AtStake(disks, settings)
