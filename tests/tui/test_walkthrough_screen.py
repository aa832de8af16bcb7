"""A walkthrough by keyboard: it finds its step, asks before it does it, and keeps a person's word."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest
from textual.pilot import Pilot

from runners.layers.findings import Finding, Severity
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision, written
from runners.layers.walkthroughs.engine import StepState
from runners.layers.walkthroughs.steps import Doing, Step, Walkthrough
from tests.layers import worlds as w
from tests.tui.still_session import HOME, StillSession, clock
from tests.tui.test_overview import started, top
from tests.tui.walking import read
from tests.widgets.fixtures import screen_text
from tui.app import BedplateApp
from tui.screens.change import ChangeScreen
from tui.screens.question import QuestionScreen
from tui.screens.walkthrough import WalkthroughScreen
from widgets.confirm import Confirm
from widgets.facts import FactsPane
from widgets.header import HeaderFacts
from widgets.prompt import Prompt
from widgets.steps import StepsPane

pytestmark = pytest.mark.anyio

APPLYING = RunRecord("20270115-080000-7f3a", "apply longhorn", ("helmfile",), "/", "", w.NOW - 60, RunState.RUNNING)
APPLIED = replace(APPLYING, state=RunState.SUCCEEDED, ended=w.NOW - 1, exit_code=0)


class Keeper:
    """Keeps decisions as the operator does, without a cluster."""

    def __init__(self, session: StillSession) -> None:
        self.session = session
        self.kept: list[Decision] = []

    async def decide(self, decision: Decision, _step: Step, *, typed: str = "") -> Finding | None:
        self.kept.append(replace(decision, at=w.NOW + len(self.kept)))
        self.session.journal.write("decided", HOME, decision=written(self.kept[-1]))
        return None


async def walking(app: BedplateApp, pilot: Pilot[None]) -> WalkthroughScreen:
    await started(app, pilot)
    await pilot.press("w", "enter")
    return await read(app, pilot)


async def until(pilot: Pilot[None], seen: Callable[[], bool], seconds: float = 30.0) -> None:
    with anyio.fail_after(seconds):
        while not seen():
            await pilot.pause()


def states(screen: WalkthroughScreen) -> list[str]:
    lines = screen.query_one(StepsPane).visible_lines(44, 20)
    return ["".join(part for _ink, part in line.parts).split()[-1] for line in lines]  # type: ignore[union-attr]


async def test_it_goes_from_a_persons_word_to_the_first_component(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.fill([w.node("node-1")])
    app = BedplateApp(session, clock)
    keeper = Keeper(session)
    monkeypatch.setattr(app.operator, "decide", keeper.decide)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await walking(app, pilot)
        assert states(screen) == [
            *("ready", "done", "longhorn", "minio", "done", "Flux", "controllers", "fetched", "applied", "decrypt"),
            *("Services", "claims", "objects", "it"),
        ]  # what goes to Git is known before anything is there
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen) and app.focused is not None)
        assert app.screen.query_one(Confirm).dialog.typed == "home"
        await pilot.press("tab", *"home", "enter", "enter")
        await until(pilot, lambda: top(app) is screen and states(screen)[0] == "done")
        assert [(each.step, each.choice.value, each.answer) for each in keeper.kept] == [
            ("cluster", "confirmed", HOME.uid)
        ]
        assert states(screen)[2] == "ready"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChangeScreen))
        await pilot.press("escape")
        monkeypatch.setattr(session, "look_around", lambda: None)  # these runs have no folders
        session.seen_runs = replace(session.seen_runs, all=(APPLYING,), running=(APPLYING,))
        session.fill([*w.longhorn_world()])
        await until(pilot, lambda: "proved; waiting for apply longhorn to end" in screen.query_one(FactsPane).text)
        await pilot.press("enter")
        await pilot.pause()
        assert top(app) is screen
        session.seen_runs = replace(session.seen_runs, all=(APPLIED,), running=())
        session.fill([*w.longhorn_world(), *w.minio_world()])
        await until(pilot, lambda: states(screen)[:5] == ["done", "done", "done", "done", "done"])
        assert states(screen)[5] == "ready"
        assert "Flux" in str(screen.query_one(FactsPane).border_title)


async def test_a_step_is_skipped_with_a_reason_and_that_is_taken_back(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.fill([*w.longhorn_world(), *w.minio_world()])
    missing = (Finding("it", Severity.BLOCKER, "is not there"),)
    never, one, two = (
        Step(name, name, "because", lambda _moment: missing, Doing.DECISION, skip=skip)
        for name, skip in (("never", ""), ("one", "when it is elsewhere"), ("two", "when it is elsewhere"))
    )
    app = BedplateApp(session, clock)
    monkeypatch.setattr(app.operator, "decide", Keeper(session).decide)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        for steps, keys in (((never,), "s"), ((one, two), "Gs")):  # not at all; and not before its time
            screen = await opened(app, pilot, *steps)
            await pilot.press(*keys)
            await pilot.pause()
            assert not screen.query_one(Prompt).asking
        await pilot.press("home", "s")
        await until(pilot, lambda: screen.query_one(Prompt).asking)
        await pilot.press("enter")
        await until(pilot, lambda: "a reason is needed" in "\n".join(screen_text(app)))
        await pilot.press(*"elsewhere", "enter")
        await until(pilot, lambda: states(screen)[0] == "skipped")
        await pilot.press("home")
        await until(pilot, lambda: "skipped by" in screen.query_one(FactsPane).text)
        await pilot.press("u")
        await until(pilot, lambda: states(screen)[0] == "ready")


async def opened(app: BedplateApp, pilot: Pilot[None], *steps: Step) -> WalkthroughScreen:
    made = Walkthrough("bootstrap", "Bootstrap", steps)
    screen = WalkthroughScreen(app.session, app.operator, made, HeaderFacts(), clock)
    await app.push_screen(screen)
    return await read(app, pilot)


async def test_nothing_is_asked_before_what_a_colleague_decided_is_read(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.fill([w.node("node-1")])
    answered, read_decisions = threading.Event(), session.read_decisions
    monkeypatch.setattr(session, "read_decisions", lambda: read_decisions() if answered.is_set() else None)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("w", "enter")
        await until(pilot, lambda: isinstance(app.screen, WalkthroughScreen) and app.screen.focused is not None)
        screen = app.screen
        await pilot.press("enter")
        await pilot.pause()
        assert top(app) is screen
        assert "what was decided on it is being read" in "\n".join(screen_text(app))
        answered.set()
        await read(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, QuestionScreen))


async def test_what_comes_later_is_read_and_leads_back_to_the_next(session: StillSession) -> None:
    session.fill([w.node("node-1")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        screen = await walking(app, pilot)
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: "minio" in str(screen.query_one(FactsPane).border_title))
        assert "↵ to step 1" in "\n".join(screen_text(app))
        await pilot.press("u")  # says so, and decides nothing
        await until(pilot, lambda: "nothing was decided on minio" in "\n".join(screen_text(app)))
        await pilot.press("enter")
        await until(pilot, lambda: screen.query_one(StepsPane).index == 0)
        assert top(app) is screen
        await pilot.press("escape")
        await until(pilot, lambda: top(app) is app.overview)


async def test_another_answer_is_read_from_the_first_line(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.walkthrough.LOOK_EVERY", 0.05)
    session.fill([*w.longhorn_world(), *w.minio_world()])
    missing = tuple(Finding(f"claim {at}", Severity.BLOCKER, "is not there") for at in range(40))
    asks = Step("which", "Which", "because", lambda _moment: missing, Doing.DECISION)
    app = BedplateApp(session, clock)
    keeper = Keeper(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        screen = await opened(app, pilot, asks)
        pane = screen.query_one(FactsPane)
        for answer in ("one", "another"):
            await pilot.press("tab", "end", "shift+tab")
            await until(pilot, lambda: pane.extent().first > 0)
            await keeper.decide(Decision("bootstrap", "which", Choice.CONFIRMED, w.NOW, "ada", answer=answer), asks)
            await until(pilot, lambda: pane.extent().first == 0)
            assert screen.view is not None
            assert (screen.view.state, screen.view.decision) == (StepState.READY, keeper.kept[-1])
