"""What the foundation's pane and its screens say of gate, boundary and preflight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LIVE
from runners.layers.kinds.base import Tone
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.tui.still_session import HOME
from tui.texts import boundary_facts, layer_words, preflight_facts


def picture(verdict: Verdict = Verdict.HEALTHY, *boundary: Severity) -> Picture:
    state = ComponentState("longhorn", Layer.FOUNDATION, verdict)
    findings = tuple(Finding("Kustomization apps", severity, "applies", "take it out") for severity in boundary)
    return Picture(at=w.NOW, identity=HOME, freshness=LIVE, components=(state,), boundary=findings)


@pytest.mark.parametrize(
    ("seen", "gate", "boundary"),
    [
        (picture(), ("open", Tone.GOOD), ("clean", Tone.GOOD)),
        (picture(Verdict.DEGRADED, Severity.NOTE), ("open", Tone.GOOD), ("clean", Tone.GOOD)),
        (picture(Verdict.FAILED), ("closed by longhorn", Tone.WARN), ("clean", Tone.GOOD)),
        (
            picture(Verdict.HEALTHY, Severity.BLOCKER, Severity.NOTE),
            ("open", Tone.GOOD),
            ("crossed 1× (:boundary)", Tone.BAD),
        ),
        (
            picture(Verdict.HEALTHY, Severity.WARNING, Severity.WARNING),
            ("open", Tone.GOOD),
            ("crossed 2× (:boundary)", Tone.WARN),
        ),
        (
            picture(Verdict.HEALTHY, Severity.UNKNOWN),
            ("open", Tone.GOOD),
            ("can't be told whole (:boundary)", Tone.MUTED),
        ),
    ],
)
def test_one_line_below_the_cards(seen: Picture, gate: tuple[str, Tone], boundary: tuple[str, Tone]) -> None:
    assert layer_words(seen) == [(f"gate to GitOps: {gate[0]}", gate[1]), (f"boundary: {boundary[0]}", boundary[1])]


def test_nothing_is_said_before_there_is_something_to_speak_of() -> None:
    assert layer_words(replace(picture(), identity=None)) == []
    assert layer_words(replace(picture(), components=())) == []


def test_the_screen_behind_it_says_why_and_what_to_do() -> None:
    told = [fact.text for fact in boundary_facts(picture(Verdict.FAILED, Severity.BLOCKER))]
    assert told[0] == "gate to GitOps: closed"
    assert "longhorn: GitOps needs the foundation, and it is failed" in told
    assert told[-2:] == ["Kustomization apps: applies", "→ take it out"]
    assert [fact.text for fact in boundary_facts(picture())][1] == "boundary: clean"


def test_a_preflight_without_findings_says_so() -> None:
    assert [fact.text for fact in preflight_facts(picture())] == ["nothing is known to stand in the way"]
    seen = replace(picture(), preflight=(Finding("flux", Severity.NOTE, "is newer"),))
    assert [fact.text for fact in preflight_facts(seen)] == ["flux: is newer"]
