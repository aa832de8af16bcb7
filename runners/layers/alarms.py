"""Alarms: volumes that got worse while something changed what they stand on; a person has to see each of them.

One entry a volume is kept, folded from all of its states: how bad it got, how often, and how it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from runners.layers.findings import Finding, Severity
from runners.layers.folding import listed
from runners.layers.kinds.longhorn import LonghornVolume

_ORDER = ("healthy", "degraded", "faulted")
_BAD = _ORDER[1:]


@dataclass(frozen=True, slots=True)
class Worsened:
    """A volume that got worse, and what became of it."""

    name: str
    """Of its claim, where it has one."""
    row: LonghornVolume
    worst: str
    """degraded or faulted."""
    times: int = 1
    """How often it got worse after it was well again; more than once is flapping."""
    is_bad: bool = True
    """It still is."""
    is_seen: bool = False
    """A person has acknowledged it as it was then."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is said of all volumes that got as bad."""

    finding: Finding
    causes: frozenset[str]
    """A word for each volume, the same as long as it is the same alarm: what rings once."""
    names: str
    """Whose volumes they are, the first few."""

    @property
    def words(self) -> str:
        """The whole of it in one line."""
        return f"{self.finding.subject} {self.finding.text}: {self.names}"


Known = Mapping[str, Worsened]
"""The volumes that got worse, by name."""


def robustness(volumes: Iterable[LonghornVolume]) -> Mapping[str, str]:
    """How each attached volume is, by name: what a later look is compared with."""
    return {row.name: row.robustness for row in volumes if row.robustness in _ORDER}


def worsened(known: Known, before: Mapping[str, str], volumes: Iterable[LonghornVolume]) -> Known:
    """What is known after some volumes are as they are now.

    Args:
        known: what got worse by then.
        before: how each was when the change began, ``robustness``.
        volumes: those that changed, or all.
    """
    found = dict(known)
    for row in volumes:
        is_bad, entry = _is_worse(before.get(row.name, ""), row.robustness), known.get(row.name)
        if entry is not None:
            found[row.name] = _gone_on(entry, row, is_bad=is_bad)
        elif is_bad:
            found[row.name] = Worsened(row.claim or row.name, row, row.robustness)
    return found


def _is_worse(was: str, now: str) -> bool:
    # A volume that was detached, or that came since, may be degraded for a moment when it is attached.
    return now in _BAD and _ORDER.index(now) > (_ORDER.index(was) if was in _ORDER else 1)


def _gone_on(entry: Worsened, row: LonghornVolume, *, is_bad: bool) -> Worsened:
    worse = is_bad and _ORDER.index(row.robustness) > _ORDER.index(entry.worst)
    again = is_bad and not entry.is_bad
    return replace(
        entry,
        row=row,
        worst=row.robustness if worse else entry.worst,
        times=entry.times + again,
        is_bad=is_bad,
        is_seen=entry.is_seen and not (worse or again),
    )


def seen(known: Known) -> Known:
    """The same once a person has seen it: what is over is forgotten, what goes on isn't said again."""
    return {name: replace(entry, is_seen=True) for name, entry in known.items() if entry.is_bad}


def alarms(known: Known) -> tuple[Alarm, ...]:
    """What nobody has acknowledged yet, the worst first; one for all volumes that got as bad."""
    by_worst: dict[str, list[Worsened]] = {word: [] for word in reversed(_BAD)}
    for entry in known.values():
        if not entry.is_seen:
            by_worst[entry.worst].append(entry)
    return tuple(_alarm(word, entries) for word, entries in by_worst.items() if entries)


def _alarm(word: str, entries: Sequence[Worsened]) -> Alarm:
    ordered = sorted(entries, key=lambda entry: (not entry.is_bad, entry.name))
    count = "1 Longhorn volume" if len(ordered) == 1 else f"{len(ordered)} Longhorn volumes"
    going_on = [entry for entry in ordered if entry.is_bad]
    text = f"became {word} since the apply began{_became(ordered, going_on)}"
    severity = Severity.BLOCKER if word == "faulted" and going_on else Severity.WARNING
    finding = Finding(count, severity, text, _remedy(word, over=not going_on), about=ordered[0].row.key)
    causes = frozenset(f"{word} {entry.row.name}" for entry in ordered)
    return Alarm(finding, causes, listed([entry.name for entry in ordered]))


def _became(entries: Sequence[Worsened], going_on: Sequence[Worsened]) -> str:
    over, most = len(entries) - len(going_on), max(entry.times for entry in entries)
    again = f", {most} times" if most > 1 else ""
    if not over:
        return again
    return f"{again}, over by now" if not going_on else f"{again}, {over} of them no longer"


def _remedy(word: str, *, over: bool) -> str:
    if over:
        return "see what happened to it before you go on"
    return "stop here: see its replicas" if word == "faulted" else "wait until it is healthy before anything else"
