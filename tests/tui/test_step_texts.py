"""At 80 × 24 no text of any step in any state is cut: it is wrapped whole, or its line has room for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

import pytest
from rich.cells import cell_len
from rich.style import Style

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.steps import Step
from runners.layers.walkthroughs.timeline import OPENED, Entry, Passage
from tests.layers import walk_worlds as k
from tests.layers import worlds as w
from tests.layers.step_states import states
from tui.walk_texts import standing, step_facts, step_hints
from widgets.facts import Fact, fact_lines
from widgets.hints import hint_content
from widgets.lines import PartsLine
from widgets.safe import ELLIPSIS
from widgets.steps import StepsPane

STEPS_WIDTH, FACTS_WIDTH = 31, 43
"""Cells of a line in the two panes of a terminal of 80 columns; a picture's test measures them."""
WALKS = pytest.mark.parametrize("name", k.WALKTHROUGHS)
DAY = 86_400.0


def drawn(line: PartsLine, width: int) -> str:
    return "".join(segment.text for segment in line.segments(lambda _name: Style.null(), width))


def packed(text: str) -> str:
    """Without white space: a word that is longer than a line goes on in the next."""
    return "".join(text.split())


def assert_whole(facts: list[Fact], width: int) -> None:
    lines = [(index, drawn(line, width)) for index, line in fact_lines(facts, width)]
    column = max(len(fact.head) + 2 for fact in facts)
    for index, fact in enumerate(facts):
        own = [line for at, line in lines if at == index]
        assert packed("".join(line[1 + column :] for line in own)) == packed(fact.symbol + fact.text)
        assert own[0][1 : 1 + column].strip() == fact.head
        assert all(cell_len(line) <= width for line in own)


@pytest.mark.parametrize(("name", "step"), k.STEPS, ids=k.NAMES)
def test_what_is_said_of_a_step(name: str, step: Step) -> None:
    views = list(states(name, step))
    assert len(views) >= 3
    for view in views:
        facts = step_facts(view, k.SETTINGS, "home", w.NOW, since=w.NOW - DAY)
        assert_whole(facts, FACTS_WIDTH)
        said = "\n".join(fact.text for fact in facts)
        assert all(words in said for words in (step.why, step.do, step.undo))
        assert bool(step.skip and step.skip in said) == bool(step.skip and not view.state.over)
        hints = step_hints(view)
        shown = hint_content(hints, 80).plain
        assert all(hint.label in shown for group in hints for hint in group), shown
        assert cell_len(shown) <= 80


def under(head: str, facts: list[Fact]) -> list[str]:
    """What is said beside one word."""
    at = next((at for at, fact in enumerate(facts) if fact.head == head), len(facts))
    beside = takewhile(lambda fact: not fact.head, facts[at + 1 :])
    return [fact.text for fact in (*facts[at : at + 1], *beside)]


TARGET = Finding("backup target default", Severity.WARNING, "is not available yet", "look at its Secret")
HELD = Finding("jobs", Severity.BLOCKER, "are not held", "hold them")


def said_of(state: StepState) -> list[Fact]:
    step = Step("restored", "Restored", "because", lambda _moment: (TARGET,))
    closing = (replace(TARGET, severity=Severity.BLOCKER), HELD)
    return step_facts(StepView(step, state, (TARGET,), closing), k.SETTINGS, "home", w.NOW)


def test_nobody_is_told_to_mend_what_comes_later() -> None:
    whole = f"{TARGET.subject}: {TARGET.text}"
    assert under("Proof", said_of(StepState.LATER)) == [whole]
    assert under("Proof", said_of(StepState.READY)) == [f"{whole} → {TARGET.remedy}"]


def test_what_stands_in_a_proof_is_not_said_again_of_the_gate() -> None:
    assert under("Gate", said_of(StepState.BLOCKED)) == ["jobs: are not held → hold them"]
    step = Step("restored", "Restored", "because", lambda _moment: (TARGET,))
    view = StepView(step, StepState.BLOCKED, (TARGET,), (TARGET,))
    assert "Gate" not in {fact.head for fact in step_facts(view, k.SETTINGS, "home", w.NOW)}


def test_under_what_a_walkthrough_came_to_no_command_is_offered() -> None:
    step = Step("last", "Last", "because", lambda _moment: (), shell=lambda _settings, _context: "kubectl get all")
    view = StepView(step, StepState.DONE)
    labels = [{hint.label for group in step_hints(view, summed_up=over) for hint in group} for over in (False, True)]
    assert labels[0] - labels[1] == {"copy the command"}


@WALKS
def test_each_title_and_where_one_stands(name: str) -> None:
    walkthrough = k.WALKTHROUGHS[name]
    views = tuple(StepView(step, next(states(name, step)).state) for step in walkthrough.steps)
    pane = StepsPane(walkthrough.title)
    pane.show(Progress(walkthrough, views))
    lines = [drawn(line, STEPS_WIDTH) for line in pane.visible_lines(STEPS_WIDTH, 50) if isinstance(line, PartsLine)]
    assert len(lines) == len(views)
    for at, (line, step) in enumerate(zip(lines, walkthrough.steps, strict=True)):
        assert f"{at + 1} {step.title}" in line
        assert ELLIPSIS not in line
    long_ago = Passage(name, "", "home", "", (Entry(w.NOW - 9.9 * DAY, OPENED, "", "", "ada"),))
    assert cell_len(standing(Progress(walkthrough, views), long_ago, w.NOW)) <= STEPS_WIDTH - 3
    done = tuple(replace(view, state=view.state.DONE) for view in views)
    assert cell_len(standing(Progress(walkthrough, done), long_ago, w.NOW)) <= STEPS_WIDTH - 3
    assert cell_len(walkthrough.title) <= STEPS_WIDTH - 3


def test_the_cursor_stays_where_it_is_while_the_cluster_is_away() -> None:
    walkthrough = k.WALKTHROUGHS["bootstrap"]
    pane = StepsPane(walkthrough.title)

    def shows(done: int, away: Freshness | None = None) -> int:
        states = [StepState.UNKNOWN if away else StepState.DONE if at < done else StepState.READY for at in range(5)]
        views = tuple(StepView(step, state) for step, state in zip(walkthrough.steps, states, strict=False))
        pane.show(Progress(walkthrough, views, away))
        return pane.index

    assert shows(2) == 2
    assert shows(2, Freshness(Reach.STALE, w.NOW - 34, "timeout")) == 2
    assert shows(3) == 3, "it does not follow any more"
