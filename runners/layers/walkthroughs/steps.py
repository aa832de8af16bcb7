"""What a step of a walkthrough is: why it is there, what it does, how it is proved, and when it may be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from runners.layers.commands import Command, Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.picture import Picture
from runners.layers.rows import Rows
from runners.layers.settings import Settings
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.decisions import Choice, Decision

Proof = tuple[Finding, ...]
"""What was looked at. A step is proved when there is something and nothing of it is worse than a note."""


NOTHING_TO_PROVE = "nothing to prove"
"""What a finding is about that says why there is nothing to see: such a step is over, and was not proved."""


def proved(proof: Proof) -> bool:
    """Does it prove that the step is done? Nothing to see proves nothing."""
    return bool(proof) and all(finding.severity <= Severity.NOTE for finding in proof)


@dataclass(frozen=True)
class Subject:
    """What a walkthrough is made for."""

    settings: Settings
    component: str = ""
    """The one that it is about; empty where it is about all."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """``namespace/name`` of each release that the component's helmfile writes out → the version that it asks for."""
    applier: Target | None = None
    """The Flux object that applies the component, where that is one of Flux's."""
    sheet: Sheet | None = None
    """The survival sheet that lies on this machine."""


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
    sheet: Sheet | None = None
    """The survival sheet that lies on this machine."""
    sheet_missing: str = ""
    """Why there is none, in words."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """Component → the version that its helmfile asks for; without those of which that can't be told."""
    encrypted: Mapping[str, tuple[str, ...]] | None = None
    """Flux Kustomization, ``namespace/name`` → the files of it that are encrypted; None while nobody has looked."""


@dataclass(frozen=True, slots=True)
class Section:
    """A few lines about one thing that moves while a step is at work; none of them proves or hinders it."""

    head: str
    """One word: Pods, Volumes, Claims."""
    lines: Proof
    more: int = 0
    """Lines that there is no room for."""


@dataclass(frozen=True)
class Option:
    """One answer to a step that offers more than yes."""

    answer: str
    """What the decision keeps; with ``among``, the chosen ones follow it, after a blank and with commas."""
    label: str
    text: str = ""
    """What it means, or what follows from it."""
    among: tuple[Option, ...] = ()
    """Of these, any number may be chosen; at first all of them are."""
    asks: str = ""
    """The answer is typed: what is asked for."""
    check: Callable[[str], str] | None = None
    """Why what was typed can't be taken, in one line; empty where it can."""


class Doing(Enum):
    """How a step is done."""

    LOOK = "look"
    """By nobody here: it is waited for."""
    COMMAND = "command"
    """By a command, through its dialog."""
    DECISION = "decision"
    """By a person's word."""
    SHEET = "sheet"
    """By the survival sheet, which is written on this machine after a yes."""


@dataclass(frozen=True)
class Step:
    """One step."""

    id: str
    """Stays the same over versions: decisions and reports name it."""
    title: str
    why: str
    proof: Callable[[Moment], Proof]
    """Read from the rows, never from memory. A warning is on its way, a blocker failed, unknown can't be told."""
    watch: Callable[[Moment], tuple[Section, ...]] | None = field(default=None, kw_only=True)
    """What a person wants to see beside the proof while it goes on; asked for the step that is read alone."""
    looks_at: str = field(default="", kw_only=True)
    """What the proof reads, in words, for the printed plan; empty where the command's own words say it."""
    doing: Doing = Doing.LOOK
    command: Command | None = None
    target: Target = field(default_factory=Target)
    do: str = ""
    """In words, where no command does it: what the person does, or that the step only looks."""
    shell: Callable[[Settings, str], str] | None = None
    """The exact command of this repository for a context's name, to copy and for the printed plan."""
    shell_now: Callable[[Moment, str], str] | None = None
    """The same by what was decided meanwhile, where that says more."""
    undo: str = "nothing to undo"
    usually: str = ""
    """How long it usually takes: ``60–90 s``."""
    skip: str = ""
    """When it may be skipped, in words; empty where it never may."""
    milestone: str = ""
    """What is reached with it, for reports to say how long that took: storage, GitOps, services."""
    word: str = ""
    """What a decision asks to be typed: ``context`` for the context's name; empty where a yes is enough."""
    options: Callable[[Moment], tuple[Option, ...]] | None = None
    """What a decision offers where it is more than yes."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """Answer → the word that has to be typed for it."""


@dataclass(frozen=True)
class Walkthrough:
    """One procedure for one repository."""

    name: str
    """bootstrap, upgrade, recover."""
    title: str
    steps: tuple[Step, ...]
    holds: float = inf
    """Seconds for which what was decided holds: what is done again and again asks anew each time."""

    def step(self, step_id: str) -> Step | None:
        """One step by id."""
        return next((step for step in self.steps if step.id == step_id), None)


def objections_to(decision: Decision, step: Step, typed: str, context: str) -> Iterator[Finding]:
    """Why a decision on a step can't be taken: a word that was not typed, or a skip that is not allowed."""
    word = context if step.word else step.typed.get(decision.answer, "")
    if decision.choice is Choice.CONFIRMED and word and typed.strip() != word:
        yield Finding("confirmation", Severity.BLOCKER, f"{word} has to be typed", "", False)
    if decision.choice is Choice.SKIPPED and not step.skip:
        yield Finding(step.title, Severity.BLOCKER, "can't be skipped: what follows rests on it", "", False)
    elif decision.choice is Choice.SKIPPED and not decision.reason.strip():
        yield Finding(step.title, Severity.BLOCKER, "is skipped with a reason only", "say why", False)
