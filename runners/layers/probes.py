"""Probes as data: what one would do here, and what the last one found. Carrying them out is ``runners.probes``.

A probe changes the world a little (it stores something and takes it away again), so it runs like any other change:
asked for, confirmed, supervised, on record. What its log ends with is all the evidence there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.outside_text import harmless

_REMARK = "! "
_AGAIN = "make it again (p)"
_LONGEST = 300
"""Characters of a server's words that are kept."""
_OLD = 7 * 86_400.0
"""Seconds after which a good answer says little about today."""


class Outcome(Enum):
    """How a probe ended; the value is what its last line begins with."""

    WORKED = "worked"
    FAILED = "failed"
    """What was probed did not do what it is for."""
    NOT_ASKED = "not asked"
    """It could not be put to the test: no way there, wrong credentials, no bucket."""

    @property
    def exit_code(self) -> int:
        """What the probe's process ends with."""
        return {Outcome.WORKED: 0, Outcome.FAILED: 1, Outcome.NOT_ASKED: 2}[self]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe found."""

    outcome: Outcome
    text: str
    """In words, for people: ``stored, read back and deleted an object of 64 bytes in 12 ms``."""
    remarks: tuple[str, ...] = ()
    """What else is to be worried about: credentials that everybody knows, an object that was left behind."""

    def lines(self) -> tuple[str, ...]:
        """What the log of the probe's process ends with: people read it, and so does ``answer_in``."""
        remarks = (f"{_REMARK}{one_line(remark)}" for remark in self.remarks)
        return (*remarks, f"{self.outcome.value}: {one_line(self.text)}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The last probe of a component."""

    run: str
    """Its run's short id."""
    at: float
    """Seconds since the epoch."""
    answer: Answer | None
    """None where its process ended without one."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a probe of one component would be called with, and what speaks against it."""

    arguments: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    words: tuple[str, ...] = ()
    """What it would do, a line each, where its arguments are for machines only."""
    read_as: str = ""
    """What stands for its arguments then, where its call is shown: ``5 volumes``."""


def answer_in(log: bytes) -> Answer | None:
    """The answer that a probe's log ends with; None where it has none."""
    *before, last = log.decode("utf-8", "replace").strip().splitlines() or [""]
    word, colon, said = last.partition(":")
    outcome = next((each for each in Outcome if each.value == word), None)
    if outcome is None or not colon:
        return None
    remarks = [*takewhile(lambda line: line.startswith(_REMARK), reversed(before))]
    return Answer(
        outcome, _words(said.lstrip()), tuple(_words(line.removeprefix(_REMARK)) for line in reversed(remarks))
    )


def probe_findings(probe: str, evidence: Evidence | None, now: float) -> Iterator[Finding]:
    """What the last probe says of a component today."""
    about = f"{probe} probe"
    if evidence is None:
        text = "was never made: that it works is not proven"
        yield Finding(about, Severity.NOTE, text, "make it (p)", standing=True)
        return
    ago = _ago(now - evidence.at)
    if evidence.answer is None:
        yield Finding(about, Severity.NOTE, f"ended without an answer {ago}", f"read the log of run {evidence.run}")
        return
    first, *remarks = answer_findings(about, evidence.answer)
    if first.severity is Severity.OK and now - evidence.at > _OLD:
        first = replace(first, severity=Severity.NOTE, remedy=_AGAIN)
    yield replace(first, text=f"{first.text}, {ago}")
    yield from remarks


def answer_findings(about: str, answer: Answer, again: str = _AGAIN) -> Iterator[Finding]:
    """What a probe found, or an act did: how it went, and then what else is to be worried about."""
    if answer.outcome is Outcome.WORKED:
        yield Finding(about, Severity.OK, answer.text)
    elif answer.outcome is Outcome.FAILED:
        yield Finding(about, Severity.WARNING, f"failed: {answer.text}", again)
    else:
        yield Finding(about, Severity.NOTE, f"could not be made: {answer.text}", again)
    yield from (Finding(about, Severity.WARNING, remark) for remark in answer.remarks)


def one_line(said: str) -> str:
    """Words from outside as one line of a log: none of them can begin a line of its own, and pass for an answer."""
    return " ".join(harmless(said).split())


def _words(said: str) -> str:
    return one_line(said)[:_LONGEST]


def _ago(seconds: float) -> str:
    # By the minute: a picture that says something new every second would be painted every second.
    return "just now" if seconds < 60 else f"{age(seconds - seconds % 60 if seconds < 10_800 else seconds)} ago"
