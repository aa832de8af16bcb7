"""Claims that something uses now, by how their data is, and the pods that mount them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from runners.layers.findings import Finding, Severity
from runners.layers.folding import listed
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.pods import OVER, PODS, Pod
from runners.layers.kinds.storage import CLAIMS
from runners.layers.rows import Rows

Users = Mapping[str, Sequence[Pod]]
"""``namespace/name`` of a claim → the pods that mount it and aren't over."""
_ROBUSTNESS = {"healthy": Severity.OK, "degraded": Severity.WARNING, "faulted": Severity.BLOCKER}
_NAMED = 2
"""Pods of one claim that are named."""


def claims_on(volumes: Iterable[LonghornVolume]) -> list[Finding]:
    """The claims of Longhorn's volumes that are attached, or faulted: those no longer stay attached."""
    used = (row for row in volumes if row.claim and (row.state == "attached" or row.robustness == "faulted"))
    return [
        Finding(row.claim, _ROBUSTNESS.get(row.robustness, Severity.NOTE), row.robustness, about=row.key)
        for row in used
    ]


def claims_within(rows: Rows, namespaces: Collection[str]) -> list[Finding]:
    """The claims in some namespaces, whoever has their data."""
    return [
        Finding(
            f"{row.namespace}/{row.name}",
            Severity.OK if row.status == "Bound" else Severity.WARNING,
            row.status,
            about=row.key,
        )
        for row in rows.within(CLAIMS, namespaces)
    ]


def users(rows: Rows, claims: Iterable[Finding]) -> Users:
    """Who uses which claim, by what was found of each."""
    return mounted_by(rows, (claim.subject for claim in claims))


def mounted_by(rows: Rows, claims: Iterable[str]) -> Users:
    """Who uses which claim, ``namespace/name``; only pods of the claims' own namespaces are looked at."""
    spaces = {claim.partition("/")[0] for claim in claims}
    found: dict[str, list[Pod]] = {}
    for pod in rows.within(PODS, spaces):
        for name in pod.claims if pod.status not in OVER else ():
            found.setdefault(f"{pod.namespace}/{name}", []).append(pod)
    return found


def with_users(claims: Iterable[Finding], mounted: Users) -> list[Finding]:
    """Each claim with the pods that mount it: first those whose data is worst, then those whose pods don't run."""
    found = [_with_users(claim, mounted.get(claim.subject, ())) for claim in claims]
    return sorted(found, key=lambda claim: (-claim.severity, claim.subject))


def _with_users(claim: Finding, pods: Sequence[Pod]) -> Finding:
    waiting = [pod for pod in pods if not pod.is_ready]
    names = [_named(pod) for pod in sorted(pods, key=lambda pod: (pod.is_ready, pod.name))]
    severity = max(claim.severity, Severity.WARNING) if waiting else claim.severity
    text = f"{claim.text}, used by {listed(names, _NAMED)}" if names else f"{claim.text}, no pod uses it"
    return Finding(claim.subject, severity, text, about=claim.about)


def _named(pod: Pod) -> str:
    return pod.name if pod.is_ready else f"{pod.name} ({pod.status if pod.status != 'Running' else 'not ready'})"
