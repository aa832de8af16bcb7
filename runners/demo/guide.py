"""The line of hints that leads through a demo: what to look at or to press next, from what the picture says.

Pure, and never out of step: it looks at the cluster's state alone, so a person may do things in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runners.layers.findings import Severity
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.survival.sheet import SHEET
from runners.layers.verdicts import Verdict

ROOM = 76
"""Cells that a hint may take: one line of a terminal of 80 columns, less its mark and margins."""

Steps = Callable[[Picture], Iterator[str]]
_ABSENT = ComponentState("", Layer.FOUNDATION, Verdict.ABSENT)


def guide(scenario: str, picture: Picture) -> str:
    """The hint of this moment; empty until the cluster has answered.

    Args:
        scenario: a name of ``SCENARIOS``.
        picture: the latest.
    """
    if picture.identity is None or not picture.layer(Layer.FOUNDATION):
        return ""
    return next(SCENARIOS[scenario](picture), "")


def _empty(picture: Picture) -> Iterator[str]:
    yield from _while_a_tool_runs(picture)
    if _is(picture, "longhorn", Verdict.ABSENT):
        yield "Nothing is installed. w leads; or a on longhorn, read, then tab and ↵"
    yield from _until_storage_works(picture)
    if _is(picture, "minio", Verdict.ABSENT):
        yield "Storage works. Go to minio with ↓ and press a"
    if not _is(picture, "minio", Verdict.HEALTHY):
        yield "The operator makes the tenant; its claims bind on longhorn: wait for it"
    if not picture.flux_version:
        yield "The foundation stands. Press tab until ▶ is in the right pane, then b"
    yield from _until_gitops_works(picture)
    yield "Done: both layers are healthy. ↵ opens what you select, / filters, q leaves"


def _operator(picture: Picture) -> Iterator[str]:
    yield from _while_a_tool_runs(picture)
    if not (_is(picture, "longhorn", Verdict.HEALTHY) and _is(picture, "minio", Verdict.HEALTHY)):
        yield "Nothing is pushed to Git here. Press w and ↵: Bootstrap leads you"
    if not _is(picture, "flux-instance", Verdict.HEALTHY):
        yield "The foundation stands. Go on in the walkthrough (w): the Flux Operator"
    yield from _until_gitops_works(picture)
    yield "Done: both layers are healthy. ↵ opens what you select, / filters, q leaves"


def _healthy(picture: Picture) -> Iterator[str]:
    yield from _while_a_tool_runs(picture)
    yield from _until_storage_works(picture)
    yield from _until_gitops_works(picture)
    yield "All is well. ↵ on a card says why, i plans, 4 lists Flux, y shows YAML"


def _upgrade(picture: Picture) -> Iterator[str]:
    yield from _while_a_tool_runs(picture)
    if _version(picture, "longhorn").startswith("1.11."):
        yield "longhorn 1.11 runs, Git asks for 1.12: w leads through it, a applies it"
    if not _is(picture, "longhorn", Verdict.HEALTHY):
        yield "The new manager replaces pods and engines; volumes stay in use"
    yield "Upgraded. 8 lists the runs, where ↵ reopens a log; :vol lists volumes"


def _disaster(picture: Picture) -> Iterator[str]:
    yield from _while_a_tool_runs(picture)
    if _is(picture, "longhorn", Verdict.FAILED):
        yield "Storage is down: ↵ on longhorn says why, f puts back what is missing"
    yield from _until_storage_works(picture)
    if not _is(picture, "minio", Verdict.HEALTHY):
        yield "Storage is back; minio recovers by itself, as its claims are still bound"
    yield from _until_gitops_works(picture)
    yield "Recovered. 8 lists what was run, and ↵ opens its log again; q leaves"


def _wiped(picture: Picture) -> Iterator[str]:
    yield from _while_a_tool_runs(picture)
    if not _is(picture, "longhorn", Verdict.HEALTHY):
        yield "All is gone but Git and backups. Press w, choose Recover: it leads you"
    if not (_is(picture, "minio", Verdict.HEALTHY) and picture.flux_version):
        yield "Storage is back. Go on in the walkthrough (w): data first, then the rest"
    yield from _until_gitops_works(picture)
    if any(found.subject == SHEET and found.severity is Severity.WARNING for found in picture.survival.besides):
        yield "Both layers are healthy. Go on in the walkthrough (w): it shows what is left"
    yield "Recovered: both layers are healthy. v says what would return, 8 what was run"


def _while_a_tool_runs(picture: Picture) -> Iterator[str]:
    running = next((run for run in picture.runs if not run.state.ended), None)
    if running is not None and running.exclusive:
        yield f"{running.title} is running: its log is below; ctrl-c would interrupt it"


def _until_storage_works(picture: Picture) -> Iterator[str]:
    if _is(picture, "longhorn", Verdict.PROGRESSING):
        yield "helm is done, storage is not: no claim can bind before the StorageClass"
    if not _is(picture, "longhorn", Verdict.HEALTHY):
        yield "longhorn is not healthy: ↵ on it says why, and what to do"


def _until_gitops_works(picture: Picture) -> Iterator[str]:
    waiting = [state.name for state in picture.layer(Layer.GITOPS) if state.verdict is not Verdict.HEALTHY]
    if suspended := _suspended(picture):
        yield f"{suspended} is suspended: go to it on the right (tab, ↓), press r"
    if waiting:
        more = " …" if len(waiting) > 1 else ""
        yield f"Flux applies what Git has, in its order; still to come: {waiting[0]}{more}"


def _suspended(picture: Picture) -> str:
    """The first GitOps component that somebody has suspended; empty when there is none."""
    return next((state.name for state in picture.layer(Layer.GITOPS) if "is suspended" in state.summary), "")


def _is(picture: Picture, name: str, verdict: Verdict) -> bool:
    return (picture.component(name) or _ABSENT).verdict is verdict


def _version(picture: Picture, name: str) -> str:
    return (picture.component(name) or _ABSENT).version


SCENARIOS: dict[str, Steps] = {
    "empty": _empty,
    "healthy": _healthy,
    "upgrade": _upgrade,
    "disaster": _disaster,
    "wiped": _wiped,
    "operator": _operator,
}
"""Each scenario's hints, the first that holds being the one to show."""
