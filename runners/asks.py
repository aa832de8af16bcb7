"""What a person is asked before a change: pure values that a dialog shows and a confirmation is held against."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from runners.layers.commands import BOOTSTRAP, Command, Target
from runners.layers.existing_sync import made_since
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.identity import Identity
from runners.layers.kinds.flux import FluxObject
from runners.layers.plans import Danger, Plan
from runners.tools.calls import ToolError


class Refusal(Exception):  # noqa: N818  it is an answer, not a fault
    """A change was not started; the findings say why."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{finding.subject}: {finding.text}" for finding in findings))


def no_record(error: OSError) -> Finding:
    """That a record can't be written or read: what would be on none is not begun."""
    place = f"{error.filename}: " if error.filename else ""
    remedy = "make room there, or let it be read and written; nothing was changed, and nothing can be until then"
    return Finding("record", Severity.BLOCKER, f"{place}{error.strerror or error}", remedy, overridable=False)


@dataclass(frozen=True, slots=True)
class Work:
    """One call of a tool that carries a change out."""

    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    """Beside what every tool inherits."""
    secret_environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    words: tuple[str, ...] = ()
    """What it does, a line each, where the call can't be read by people."""
    read_as: str = ""
    """What stands for its arguments then, where the call is shown."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a person."""

    command: Command
    target: Target
    identity: Identity
    """The pinned cluster."""
    gate: GateAnswer
    danger: Danger
    work: Work
    plan: Plan | None = None
    destroys: tuple[str, ...] = ()
    """What would be gone afterwards, for people."""
    commits: tuple[Finding, ...] = ()
    """What would be committed to Git; what speaks against it is the gate's to say."""
    root: FluxObject | None = None
    """The root Kustomization, as it was there when the question was asked."""

    @property
    def title(self) -> str:
        """``apply longhorn``."""
        named = self.target.component or self.target.name
        return f"{self.command.name} {named}".strip()

    @property
    def word(self) -> str:
        """What has to be typed: the context's name where it destroys or overrides, else nothing."""
        return self.identity.context if self.danger is Danger.DESTROYS or not self.gate.is_open else ""


def unseen(shown: GateAnswer, now: GateAnswer) -> tuple[Finding, ...]:
    """What closes a gate now and was not shown when the question was asked: a word typed for one does not open it."""
    known = {_what(finding) for finding in shown.closed_by}
    return tuple(finding for finding in now.closed_by if not finding.overridable or _what(finding) not in known)


def done_meanwhile(ask: Ask, root: FluxObject | None) -> tuple[Finding, ...]:
    """That somebody else has done what was asked, between the question and its yes."""
    return made_since(ask.root, root) if ask.command is BOOTSTRAP else ()


def _what(finding: Finding) -> tuple[str, Severity, str]:
    # What is unknown says for how long: its words change by themselves.
    return finding.subject, finding.severity, "" if finding.severity is Severity.UNKNOWN else finding.text


def ended_badly(error: Refusal | ToolError) -> tuple[str, ...]:
    """The lines that a dialog shows when a question could not be asked or carried out; a remedy stands once."""
    if isinstance(error, ToolError):
        return (str(error),)
    lines: list[str] = []
    for finding, following in itertools.zip_longest(error.findings, error.findings[1:]):
        lines.append(f"{finding.subject}: {finding.text}")
        if finding.remedy and (following is None or following.remedy != finding.remedy):
            lines.append(f"→ {finding.remedy}")
    return tuple(lines)
