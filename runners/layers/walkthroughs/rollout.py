"""How far a rollout has come: old and new pods by revision, and the workloads that they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.pods import OVER, PODS, Pod
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS, Workload
from runners.layers.rows import Rows


def rollout(rows: Rows, namespaces: Sequence[str]) -> tuple[Finding, ...]:
    """One line for each workload whose rollout isn't over, or one for all of them where every one is."""
    workloads = [row for kind in (DAEMONSETS, DEPLOYMENTS, STATEFULSETS) for row in rows.within(kind, namespaces)]
    pods = _by_workload(rows.within(PODS, namespaces))
    found = sorted((row for row in workloads if not _is_over(row, pods)), key=lambda row: row.name)
    if found:
        return tuple(_moving(row, pods.get((row.namespace, row.name), [])) for row in found)
    if not workloads:
        return (Finding("workloads", Severity.BLOCKER, "none is there"),)
    count = sum(map(len, pods.values()))
    return (Finding("workloads", Severity.OK, f"{len(workloads)} are rolled out, no old pod is left of {count}"),)


def _by_workload(pods: Iterable[Pod]) -> dict[tuple[str, str], list[Pod]]:
    found: dict[tuple[str, str], list[Pod]] = {}
    for pod in pods:
        if pod.revision and pod.status not in OVER:
            found.setdefault((pod.namespace, pod.workload), []).append(pod)
    return found


def _is_over(row: Workload, pods: dict[tuple[str, str], list[Pod]]) -> bool:
    own = pods.get((row.namespace, row.name), [])
    return row.rolled_out and len({pod.revision for pod in own}) <= 1


def _moving(row: Workload, pods: Sequence[Pod]) -> Finding:
    counts = "; ".join(_revisions(pods))
    text = f"{row.updated}/{row.wanted} updated, {row.ready}/{row.wanted} ready" + (f": {counts}" if counts else "")
    if row.stuck:
        return Finding(row.name, Severity.BLOCKER, f"is stuck, {row.stuck}: {text}", "see its pods", about=row.key)
    return Finding(row.name, Severity.WARNING, text, about=row.key)


def _revisions(pods: Sequence[Pod]) -> Iterator[str]:
    """``new 748895487: 1 pod``, then ``old 5d8f7c: 2 pods``; alone, a revision is neither."""
    newest: dict[str, float] = {}
    for pod in pods:
        newest[pod.revision] = max(pod.created, newest.get(pod.revision, 0.0))
    count = Counter(pod.revision for pod in pods)
    order = sorted(newest, key=lambda revision: (-newest[revision], revision))
    for place, revision in enumerate(order):
        word = "" if len(order) == 1 else "new " if place == 0 else "old "
        yield f"{word}{revision}: {count[revision]} pod{'s' if count[revision] != 1 else ''}"
