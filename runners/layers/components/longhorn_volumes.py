"""How Longhorn's volumes are: each has one trouble at the most, and many with the same one are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from runners.layers.findings import Finding, Severity
from runners.layers.folding import fold_rows, listed
from runners.layers.kinds.longhorn import LonghornVolume


@dataclass(frozen=True)
class Trouble:
    """What may be wrong with a volume, said of one and of many."""

    severity: Severity
    one: str
    many: str
    remedy: str = ""


FAULTED = Trouble(
    Severity.BLOCKER,
    "is faulted: no replica is usable",
    "are faulted: no replica is usable",
    "see its replicas before anything else",
)
UNREADABLE = Trouble(Severity.UNKNOWN, "says nothing that can be judged", "say nothing that can be judged")
LOST_RESTORE = Trouble(Severity.WARNING, "was not restored", "were not restored", "see its backup and its target")
DEGRADED = Trouble(
    Severity.WARNING,
    "is degraded: a replica is missing or rebuilding",
    "are degraded: replicas are missing or rebuilding",
)
UNPLACED = Trouble(
    Severity.WARNING,
    "has a replica without a place",
    "have replicas without a place",
    "add a node or a disk, or ask for fewer replicas",
)
RESTORING = Trouble(Severity.NOTE, "is being restored from its backup", "are being restored from their backups")
SILENT = Trouble(Severity.NOTE, "says nothing of its replicas yet", "say nothing of their replicas yet")
_TROUBLES = (FAULTED, UNREADABLE, LOST_RESTORE, DEGRADED, UNPLACED, RESTORING, SILENT)

_STATES = frozenset(("creating", "attached", "detached", "attaching", "detaching", "deleting"))
_COUNTED = ("healthy", "degraded", "faulted", "detached")
_ROBUST = frozenset(("healthy", "degraded", "faulted", "unknown"))


def volume_findings(volumes: Iterable[LonghornVolume]) -> Iterator[Finding]:
    """What is wrong with volumes, the worst first."""
    troubled: dict[Trouble, list[LonghornVolume]] = {each: [] for each in _TROUBLES}
    for row in volumes:
        if (trouble := _trouble(row)) is not None:
            troubled[trouble].append(row)
    for trouble, rows in troubled.items():
        rows.sort(key=lambda row: (row.state != "attached", not row.claim, row.claim, row.name))
        yield from fold_rows(rows, partial(_one, trouble), partial(_many, trouble))


def storage_line(nodes: tuple[int, int], volumes: Iterable[LonghornVolume]) -> str:
    """``3/3 nodes · 27 volumes: 26 healthy, 1 degraded``; ``nodes`` are those that are usable, and all."""
    count = Counter("detached" if _rests(row) else row.robustness for row in volumes)
    usable, total = nodes
    if not count:
        return f"{usable}/{total} nodes · no volumes" if total else ""
    known = [f"{count[name]} {name}" for name in _COUNTED if count[name]]
    others = count.total() - sum(count[name] for name in _COUNTED)
    told = ", ".join([*known, f"{others} unknown"] if others else known)
    return f"{usable}/{total} nodes · {count.total()} volume{'s' if count.total() != 1 else ''}: {told}"


def _rests(row: LonghornVolume) -> bool:
    return row.robustness == "unknown" and row.state != "attached"


def _trouble(row: LonghornVolume) -> Trouble | None:
    if row.robustness == "faulted":
        return FAULTED
    if row.state not in _STATES or row.robustness not in _ROBUST or _contradicts_itself(row):
        return UNREADABLE
    if row.restoring or row.restore_required:
        return None if row.standby else RESTORING if row.restoring or not row.why else LOST_RESTORE
    if row.robustness == "degraded":
        return DEGRADED
    if row.scheduled == "False":
        return UNPLACED
    # Detached, no engine looks after its replicas, so that nothing is known of them.
    return SILENT if row.robustness == "unknown" and row.state == "attached" else None


def _contradicts_itself(row: LonghornVolume) -> bool:
    """Has it replicas although it isn't made yet?"""
    return row.state == "creating" and row.robustness != "unknown"


def _one(trouble: Trouble, row: LonghornVolume) -> Finding:
    where = f"Longhorn volume {row.name}" + (f" of claim {row.claim}" if row.claim else "")
    text = f"{trouble.one}: {_why(trouble, row)}".removesuffix(": ")
    return Finding(where, trouble.severity, text, trouble.remedy, about=row.key)


def _why(trouble: Trouble, row: LonghornVolume) -> str:
    if trouble is UNREADABLE:
        return f"state {row.state!r}, robustness {row.robustness!r}"
    return row.why if trouble in (LOST_RESTORE, UNPLACED) or (trouble is DEGRADED and row.scheduled == "False") else ""


def _many(trouble: Trouble, rows: Sequence[LonghornVolume]) -> Finding:
    text = f"{trouble.many}: {listed([row.claim or row.name for row in rows])}"
    return Finding(f"{len(rows)} Longhorn volumes", trouble.severity, text, trouble.remedy, about=rows[0].key)
