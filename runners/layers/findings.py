"""The one atom of judgement, and the folds over it.

Verdicts, gates, proofs, preflight and the boundary check all read findings; there is no second way to say that
something is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from runners.layers.kinds.base import Key


class Severity(IntEnum):
    """How much a finding matters; the order is the order of worry."""

    OK = 0
    NOTE = 1
    WARNING = 2
    UNKNOWN = 3
    BLOCKER = 4

    @property
    def symbol(self) -> str:
        """One cell that stands beside the word, so that colour is never alone."""
        return "✔·!?✖"[self.value]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen on one object, how much it matters, and what to do."""

    subject: str
    """The object, as a person would name it: ``StorageClass longhorn``, ``release longhorn-system/longhorn``."""
    severity: Severity
    text: str
    remedy: str = ""
    """What to do next, in words or as a command; empty when nothing is to be done."""
    overridable: bool = True
    """May a person go on in spite of it, with a typed word? Only asked where it closes a gate."""
    about: Key | None = None
    """The row that it is about, for a screen to open: kind id, namespace, name; None where there is none to open."""
    standing: bool = False
    """It is so from day to day: a card, which says what is new, leaves it to those who look closer."""

    @property
    def closes(self) -> bool:
        """Does it close a gate? Unknown does, like a blocker."""
        return self.severity >= Severity.UNKNOWN


def worst(findings: Iterable[Finding]) -> Severity:
    """The highest severity among findings; OK when there are none."""
    return max((finding.severity for finding in findings), default=Severity.OK)


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """May a command start now? The answer of one gate, with everything it looked at."""

    findings: tuple[Finding, ...] = ()

    @property
    def closed_by(self) -> tuple[Finding, ...]:
        """The findings that close it."""
        return tuple(finding for finding in self.findings if finding.closes)

    @property
    def is_open(self) -> bool:
        """Nothing closes it."""
        return not self.closed_by

    @property
    def overridable(self) -> bool:
        """It is closed, and every finding that closes it may be overridden with a typed word."""
        return bool(self.closed_by) and all(finding.overridable for finding in self.closed_by)

    @property
    def reason(self) -> str:
        """Why it is closed, in one line; empty when it is open."""
        return "; ".join(f"{finding.subject}: {finding.text}" for finding in self.closed_by)
