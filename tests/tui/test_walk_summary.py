"""What stands at the end of a walkthrough: what comes next, what was decided, and when each step was proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from runners.layers.survival.fold import Survival
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.timeline import DECIDED, OPENED, PROVED, Entry, Passage
from tests.layers import walk_worlds as k
from tests.layers import worlds as w
from tui.walk_texts import summary_facts

RECOVER = k.WALKTHROUGHS["recover"]


def opened() -> Entry:
    return Entry(w.NOW, OPENED, "", "Recover", "ada")


def proved(step: str, at: float) -> Entry:
    return Entry(w.NOW + at, PROVED, step, step, "ada")


def decided(step: str, at: float, choice: Choice = Choice.CONFIRMED, answer: str = "", reason: str = "") -> Entry:
    decision = Decision("recover", step, choice, w.NOW + at, "ada", reason, answer)
    return Entry(w.NOW + at, DECIDED, step, "", "ada", decision=decision)


def summary(*entries: Entry) -> Mapping[str, Sequence[str]]:
    """Under each word what is said beside it, in its order."""
    passage = Passage("recover", "Recover", "home", "https://10.0.0.10:6443 41c7", (opened(), *entries))
    found: dict[str, list[str]] = {}
    head = ""
    for fact in summary_facts(RECOVER, passage, Survival()):
        head = fact.head or head
        found.setdefault(head, []).append(fact.text)
    return found


def test_what_comes_next_is_said_first() -> None:
    told = summary(proved("hold", 120))
    assert next(iter(told)) == "Next"
    assert told["Next"][0].startswith("esc leads to both layers")


def test_what_was_proved_stands_in_the_order_of_the_steps_with_its_first_time() -> None:
    told = summary(proved("storage", 141), proved("hold", 139), proved("what", 150), proved("hold", 237))
    assert told["Proved"] == [
        "Storage is usable, after 2m21s",
        "Recurring jobs held, after 2m19s, again after 3m57s",
        "What is restored, after 2m30s",
    ]


@pytest.mark.parametrize(("answer", "left"), [("kept", True), ("alive", False), ("gone", False)])
def test_old_disks_that_were_kept_are_left_to_be_seen_to(answer: str, *, left: bool) -> None:
    told = summary(decided("disks", 10, answer=answer))
    words = "old disks: still hold the replicas from before, as orphans in Longhorn"
    assert any(line.startswith(words) for line in told.get("Left", ())) is left


def test_what_a_person_answered_and_skipped_stands_under_its_steps_title() -> None:
    told = summary(
        decided("what", 30, answer="volumes apps/a,apps/b"),
        decided("disks", 10, answer="gone"),
        decided("cluster", 20, answer="41c7"),
        decided("release", 40, Choice.SKIPPED, reason="jobs come with Git"),
        decided("minor", 50, answer="1.9"),
        decided("minor", 60, Choice.TAKEN_BACK),
    )
    assert told["Decided"] == [
        "Are the old disks alive? gone",
        "The right cluster: confirmed",
        "What is restored: volumes apps/a, apps/b",
    ]
    assert told["Skipped"] == ["Recurring jobs released, by ada: jobs come with Git"]
