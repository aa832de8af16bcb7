"""A runbook is Markdown in which no text of a repository is anything but text."""

from __future__ import annotations

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.settings import Settings
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.runbook import code, escaped, runbook
from runners.layers.walkthroughs.steps import Step, Walkthrough

SETTINGS = Settings("bedplate.yaml")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("a `b` *c* _d_ <e> [f](g)", r"a \`b\` \*c\* \_d\_ \<e\> \[f\](g)"),
        ("two\nlines\n# head", r"two lines \# head"),
    ],
)
def test_what_markdown_would_take_for_its_own_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_code_holds_backticks() -> None:
    assert code("a") == "`a`"
    assert code("a``b") == "```a``b```"
    assert code("`a`") == "`` `a` ``"


def test_a_command_cannot_leave_its_block() -> None:
    step = Step("s", "S", "because", lambda _moment: (), shell=lambda _settings, _context: "echo '```'\n# no head")
    text = runbook(Walkthrough("x", "X", (step,)), SETTINGS, "home")
    assert "````sh\necho '```'\n# no head\n````" in text


def test_where_it_stands_is_said_when_that_is_known() -> None:
    step = Step("s", "S", "because", lambda _moment: (), looks_at="the thing")
    walk = Walkthrough("x", "X", (step,))
    proof = (Finding("it", Severity.WARNING, "is not there yet", "wait"),)
    text = runbook(walk, SETTINGS, "home", Progress(walk, (StepView(step, StepState.WAITING, proof),)))
    assert "## 1. S · ◐ waiting" in text
    assert "**Proof:** the thing" in text
    assert "it: is not there yet → wait" in text
    assert "waiting" not in runbook(walk, SETTINGS, "home")
