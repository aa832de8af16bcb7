"""Alarms: volumes that got worse while something changed what they stand on; a person has to see it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn import LonghornVolume

_ORDER = ("healthy", "degraded", "faulted")
_NAMED = 3
"""Volumes that an alarm names before it counts the rest."""


def robustness(volumes: Iterable[LonghornVolume]) -> Mapping[str, str]:
    """How each attached volume is, by name: what a later look is compared with."""
    return {row.name: row.robustness for row in volumes if row.robustness in _ORDER}


def alarms(before: Mapping[str, str], volumes: Iterable[LonghornVolume]) -> tuple[Finding, ...]:
    """What became faulted, and what became degraded, since it was looked at before; the worst first."""
    worse: dict[str, list[LonghornVolume]] = {"faulted": [], "degraded": []}
    for row in volumes:
        was = before.get(row.name, "")
        if was in _ORDER and row.robustness in worse and _ORDER.index(row.robustness) > _ORDER.index(was):
            worse[row.robustness].append(row)
    return tuple(_alarm(word, sorted(rows, key=lambda row: row.name)) for word, rows in worse.items() if rows)


def _alarm(word: str, rows: list[LonghornVolume]) -> Finding:
    names = ", ".join(row.claim or row.name for row in rows[:_NAMED])
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    count = "1 Longhorn volume" if len(rows) == 1 else f"{len(rows)} Longhorn volumes"
    severity = Severity.BLOCKER if word == "faulted" else Severity.WARNING
    remedy = "stop here: see its replicas" if word == "faulted" else "wait until it is healthy before anything else"
    return Finding(count, severity, f"became {word} since the apply began: {names}{more}", remedy, about=rows[0].key)
