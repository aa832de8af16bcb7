"""What a person decided on a step: it can't be read from the cluster's state, so it is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from math import inf

from runners.layers.jsons import Json, dig, text

_NAMED = 3
"""So many names of an answer are said."""


class Choice(Enum):
    """What was decided."""

    CONFIRMED = "confirmed"
    SKIPPED = "skipped"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision."""

    walkthrough: str
    step: str
    choice: Choice
    at: float
    """Seconds since the epoch."""
    who: str
    """User and machine, as the journal names them."""
    reason: str = ""
    answer: str = ""
    """What was chosen where a step offers more than yes: which backup, which version."""


def answer_words(answer: str) -> str:
    """An answer for people: of many names the first ones."""
    kind, _, rest = answer.partition(" ")
    names = rest.split(",") if rest else []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{kind} {', '.join(names[:_NAMED])}{more}" if names else kind


def latest(decisions: Iterable[Decision], walkthrough: str, since: float = -inf) -> Mapping[str, Decision]:
    """The last decision on each step of a walkthrough; one that was taken back, or is older than ``since``, is none."""
    found: dict[str, Decision] = {}
    for decision in sorted(decisions, key=lambda each: each.at):
        if decision.walkthrough == walkthrough and decision.at >= since:
            found[decision.step] = decision
    return {step: each for step, each in found.items() if each.choice is not Choice.TAKEN_BACK}


def written(decision: Decision) -> str:
    """A decision as one line of JSON, for journal and ConfigMap."""
    return json.dumps({**asdict(decision), "choice": decision.choice.value}, sort_keys=True)


def read(line: str) -> Decision | None:
    """A decision from its line; None where it is none, whoever wrote it."""
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return _decision(found) if isinstance(found, dict) else None


def _decision(found: Json) -> Decision | None:
    choices = {choice.value: choice for choice in Choice}
    choice = choices.get(text(found, "choice"))
    at = dig(found, "at")
    if choice is None or not text(found, "step") or not isinstance(at, int | float):
        return None
    return Decision(
        text(found, "walkthrough"),
        text(found, "step"),
        choice,
        float(at),
        text(found, "who"),
        text(found, "reason"),
        text(found, "answer"),
    )
