"""What restores have brought back: of when each backup is, which pods use it, and how a person looks at it; pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import islice

from runners.layers.claim_probe.objects import is_a_probes
from runners.layers.findings import Finding, Severity
from runners.layers.folding import first_claims, listed
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS
from runners.layers.kinds.pods import PODS, Pod
from runners.layers.rows import Rows
from runners.layers.walkthroughs.claims_in_use import Users, mounted_by
from runners.layers.walkthroughs.restore_choices import date
from runners.layers.walkthroughs.restore_rules import taken

_NAMED = 6
"""So many claims are named."""


def brought_back(rows: Rows) -> tuple[Finding, ...]:
    """A note for each claim whose volume was made from a backup, and one for those that are too many to name."""
    dates = {row.url: taken(row) for row in rows.all(LONGHORN_BACKUPS) if row.url}
    ours = _restored(rows)
    used = mounted_by(rows, (row.claim for row in ours)) if rows.freshness(PODS).trusted else None
    return tuple(first_claims(ours, lambda row: _note(row, dates.get(row.from_backup, 0.0), used), _NAMED))


def look_commands(rows: Rows, context: str) -> str:
    """Where each namespace's applications serve, and a shell in a pod that uses what came back."""
    ours = [row for row in _restored(rows) if row.claim]
    used = mounted_by(rows, (row.claim for row in ours))
    call = ("kubectl", "--context", context, "-n")
    lines: list[str] = []
    for space in dict.fromkeys(row.claim.partition("/")[0] for row in ours):
        lines.append(shlex.join((*call, space, "get", "services,ingresses")))
        pods = (pod for row in ours for pod in used.get(row.claim, ()) if pod.namespace == space and pod.is_ready)
        lines += [shlex.join((*call, space, "exec", "-it", pod.name, "--", "sh")) for pod in islice(pods, 1)]
    return "\n".join(lines) or everywhere(context)


def everywhere(context: str) -> str:
    """The same where nothing says yet which claims those are."""
    return f"kubectl --context {shlex.quote(context)} get pods,services,ingresses --all-namespaces"


def _restored(rows: Rows) -> list[LonghornVolume]:
    volumes = (row for row in rows.all(LONGHORN_VOLUMES) if row.from_backup)
    return sorted((row for row in volumes if not is_a_probes(row.claim)), key=_subject)


def _note(row: LonghornVolume, at: float, used: Users | None) -> Finding:
    users = _users(used.get(row.claim, ())) if row.claim and used is not None else ""
    return Finding(_subject(row), Severity.NOTE, f"from its backup of {date(at)}{users}", about=row.key)


def _users(pods: Sequence[Pod]) -> str:
    return f", used by {listed([pod.name for pod in pods], 1)}" if pods else ", which no pod uses yet"


def _subject(row: LonghornVolume) -> str:
    return f"claim {row.claim}" if row.claim else f"volume {row.name}"
