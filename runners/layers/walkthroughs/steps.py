"""What a step of a walkthrough is: why it is there, what it does, how it is proved, and when it may be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from runners.layers.commands import Command, Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.picture import Picture
from runners.layers.rows import Rows
from runners.layers.settings import Settings
from runners.layers.walkthroughs.decisions import Choice, Decision

Proof = tuple[Finding, ...]
"""What was looked at. A step is proved when there is something and nothing of it is worse than a note."""


def proved(proof: Proof) -> bool:
    """Does it prove that the step is done? Nothing to see proves nothing."""
    return bool(proof) and all(finding.severity <= Severity.NOTE for finding in proof)


@dataclass(frozen=True)
class Moment:
    """Everything that a step's proof may look at."""

    picture: Picture
    settings: Settings
    rows: Rows
    now: float
    """Seconds since the epoch."""
    situation: Callable[[Target], Situation]
    """What a gate would look at for a target."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """The last decision on each step, by the step's id; a person's, which no cluster can tell."""


class Doing(Enum):
    """How a step is done."""

    LOOK = "look"
    """By nobody here: it is waited for."""
    COMMAND = "command"
    """By a command, through its dialog."""
    DECISION = "decision"
    """By a person's word."""


@dataclass(frozen=True)
class Step:
    """One step."""

    id: str
    """Stays the same over versions: decisions and reports name it."""
    title: str
    why: str
    proof: Callable[[Moment], Proof]
    """Read from the rows, never from memory. A warning is on its way, a blocker failed, unknown can't be told."""
    doing: Doing = Doing.LOOK
    command: Command | None = None
    target: Target = field(default_factory=Target)
    do: str = ""
    """In words, where no command does it: what the person does, or that the step only looks."""
    shell: Callable[[Settings, str], str] | None = None
    """The exact command of this repository for a context's name, to copy and for the printed plan."""
    undo: str = "nothing to undo"
    usually: str = ""
    """How long it usually takes: ``60–90 s``."""
    skip: str = ""
    """When it may be skipped, in words; empty where it never may."""
    word: str = ""
    """What a decision asks to be typed: ``context`` for the context's name; empty where a yes is enough."""


@dataclass(frozen=True)
class Walkthrough:
    """One procedure for one repository."""

    name: str
    """bootstrap, upgrade, recover."""
    title: str
    steps: tuple[Step, ...]

    def step(self, step_id: str) -> Step | None:
        """One step by id."""
        return next((step for step in self.steps if step.id == step_id), None)


def objections_to(decision: Decision, step: Step, typed: str, context: str) -> Iterator[Finding]:
    """Why a decision on a step can't be taken: a word that was not typed, or a skip that is not allowed."""
    if decision.choice is Choice.CONFIRMED and step.word and typed.strip() != context:
        yield Finding("confirmation", Severity.BLOCKER, f"{context} has to be typed", "", False)
    if decision.choice is Choice.SKIPPED and not step.skip:
        yield Finding(step.title, Severity.BLOCKER, "can't be skipped: what follows rests on it", "", False)
    elif decision.choice is Choice.SKIPPED and not decision.reason.strip():
        yield Finding(step.title, Severity.BLOCKER, "is skipped with a reason only", "say why", False)
