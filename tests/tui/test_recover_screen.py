"""The worst day by keyboard: each answer that a step offers is handed on as it was chosen, or typed."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from runners.decision_keeping import keep
from runners.layers.bootstrap_commits import CommittedFiles
from runners.layers.findings import Finding
from runners.layers.survival.checkout import Checkout
from runners.layers.survival.judge import SheetFile, Surroundings
from runners.layers.survival.sheet_text import read_sheet, sheet_text
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState
from runners.layers.walkthroughs.recover import report_step
from runners.layers.walkthroughs.steps import Option, Step, Subject, Walkthrough
from runners.operate import Operator
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.tui.still_session import HOME, SETTINGS, StillSession, clock, still_session
from tests.tui.test_overview import started
from tests.tui.test_screen_pictures import Compare
from tests.tui.walking import read
from tests.widgets.fixtures import screen_text, until
from tui.app import BedplateApp
from tui.screens.choosing import ChoosingScreen, SelectingScreen
from tui.screens.question import QuestionScreen
from tui.screens.walkthrough import WalkthroughScreen
from tui.walk_choice import offered

pytestmark = pytest.mark.anyio

STORAGE = [row for row in w.longhorn_world() if row.kind not in ("longhorn-recurringjobs", "longhorn-systembackups")]
WORLD = [*STORAGE, s.target(), s.backup("photos"), s.backup("wiki")]


@pytest.fixture
def dead(session: StillSession) -> StillSession:
    """A new cluster in the place of one whose sheet is there."""
    sheet = SheetFile("home.survival.yaml", written=w.NOW, content=r.sheet("photos", "wiki"))
    session.outlook.known = Surroundings(Checkout(), sheet=sheet)
    session.fill(WORLD)
    return session


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What was decided: step, answer, and the word that was typed."""
    found: list[tuple[str, str, str]] = []

    async def decide(_operator: Operator, decision: Decision, step: Step, *, typed: str = "") -> Finding | None:
        found.append((step.id, decision.answer, typed))
        return None

    monkeypatch.setattr(Operator, "decide", decide)
    return found


def decided(session: StillSession, step: str, answer: str) -> None:
    decision = Decision("recover", step, Choice.CONFIRMED, w.NOW - 60, "ada@workshop", answer=answer)
    assert session.identity is not None
    keep(session.connection, session.journal, session.identity, decision)


def is_focused(app: BedplateApp, name: str) -> bool:
    return app.focused is not None and app.focused.id == name


def decided_on_this_cluster(session: StillSession) -> None:
    for step, answer in (("disks", "gone"), ("cluster", HOME.uid)):
        decided(session, step, answer)


async def opened(app: BedplateApp, pilot: Pilot[None]) -> WalkthroughScreen:
    await started(app, pilot)
    await pilot.press("colon", *"recover", "enter")
    return await read(app, pilot)


async def opened_at(step: str, app: BedplateApp, pilot: Pilot[None]) -> WalkthroughScreen:
    screen = await opened(app, pilot)
    await until(lambda: screen.view is not None and screen.view.step.id == step)
    return screen


async def test_the_key_asks_which_walkthrough(dead: StillSession) -> None:
    app = BedplateApp(dead, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("j", "enter")
        await until(lambda: isinstance(app.screen, WalkthroughScreen))


@pytest.mark.parametrize(("committed", "due"), [(frozenset({"flux-system/gotk-sync.yaml"}), 2), (frozenset(), 0)])
def test_what_is_due_on_a_bare_cluster_is_told_by_git(
    committed: frozenset[str], due: int, session: StillSession
) -> None:
    """What a bootstrap commits is there only where there was a cluster."""
    session.fill([w.node("node-1")])
    git = replace(session.ahead.facts.git, committed=CommittedFiles(committed))
    session.ahead.facts = replace(session.ahead.facts, git=git, looked=True)
    options, at = offered(session, Subject(session.settings, "longhorn"))
    assert at == due, options


async def test_helmfiles_are_read_off_the_loop_and_a_key_pressed_ahead_waits(
    dead: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, readers = threading.current_thread(), list[threading.Thread]()

    def read(_helmfile: Path, _only: tuple[str, ...]) -> dict[str, str]:
        readers.append(threading.current_thread())
        return {}

    monkeypatch.setattr("tui.walk_choice.asked_versions", read)
    app = BedplateApp(dead, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("w", "enter")
        await until(lambda: isinstance(app.screen, WalkthroughScreen))
    assert len(readers) == 2, "for what is offered, and for what was chosen"
    assert loop not in readers


async def test_an_answer_is_one_of_those_offered(dead: StillSession, answers: list[tuple[str, str, str]]) -> None:
    app = BedplateApp(dead, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened(app, pilot)
        assert screen.view is not None
        assert screen.view.step.id == "triage", "it is read before anything is decided"
        await pilot.press("enter")
        await until(lambda: screen.view is not None and screen.view.step.id == "disks")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("escape")
        await until(lambda: app.screen is screen)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("down", "enter")
        await until(lambda: answers == [("disks", "gone", "")])


async def test_a_version_is_typed(dead: StillSession, answers: list[tuple[str, str, str]]) -> None:
    decided_on_this_cluster(dead)
    app = BedplateApp(dead, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened_at("minor", app, pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("enter")
        await until(lambda: app.screen is screen)
        await pilot.press(*"1.x", "enter")
        await until(lambda: "1.x is no version: two numbers with a point between them" in "\n".join(screen_text(app)))
        await pilot.press("backspace", *"12", "enter")
        await until(lambda: answers == [("minor", "1.12", "")])


async def test_what_git_asks_for_is_the_first_answer_and_help_begins_with_the_keys_of_a_step(
    dead: StillSession, answers: list[tuple[str, str, str]]
) -> None:
    dead.asked = {"longhorn": {"longhorn-system/longhorn": "1.11.2"}}
    decided_on_this_cluster(dead)
    app = BedplateApp(dead, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened_at("minor", app, pilot)
        await pilot.press("question_mark")
        await until(lambda: "skip this step, with a reason" in "\n".join(screen_text(app)))
        await pilot.press("escape", "enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("enter")
        await until(lambda: answers == [("minor", "1.11", "")])


async def test_volumes_are_selected_and_nothing_has_to_be_typed(
    dead: StillSession, answers: list[tuple[str, str, str]]
) -> None:
    dead.asked = {"longhorn": {"longhorn-system/longhorn": "1.12.1"}}
    decided_on_this_cluster(dead)
    app = BedplateApp(dead, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await opened_at("what", app, pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, SelectingScreen))
        await pilot.press("escape")  # back to the question before it
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, SelectingScreen))
        await pilot.press("a", "enter")  # none of them is no answer
        assert "[ ] apps/photos" in "\n".join(screen_text(app))
        await pilot.press("space", "enter")
        await until(lambda: answers == [("what", "volumes apps/photos", "")])
        await until(lambda: app.screen is screen)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen))
        await pilot.press("down", "enter")
        await until(lambda: isinstance(app.screen, QuestionScreen) and is_focused(app, "cancel"))
        await pilot.press(*"nothing", "enter", "enter")
        await until(lambda: answers[1:] == [("what", "nothing", "nothing")])


async def test_the_new_sheet_is_written_after_a_yes_and_the_old_one_is_kept(tmp_path: Path) -> None:
    session = still_session(tmp_path, settings=replace(SETTINGS, survival_file="home.yaml"))
    old = r.sheet("photos", "wiki")
    path = session.options.repository / "home.yaml"
    path.write_text(sheet_text(old))
    session.outlook.known = Surroundings(Checkout(), sheet=SheetFile("home.yaml", written=w.NOW, content=old))
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        last = Walkthrough("recover", "Recover", (report_step(session.settings),))
        app.push_screen(WalkthroughScreen(session, app.operator, last, app.overview.header, clock))
        screen = await read(app, pilot)
        assert screen.view is not None
        assert screen.view.state is StepState.READY
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, QuestionScreen) and is_focused(app, "cancel"))
        assert "is the sheet of another cluster" in "\n".join(screen_text(app))
        await pilot.press("enter")  # which cancels
        await until(lambda: app.screen is screen)
        assert read_sheet(path.read_text()) == old
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, QuestionScreen) and is_focused(app, "cancel"))
        await pilot.press("tab", "enter")
        await until(lambda: path.with_name(f"home.yaml.{old.cluster.uid[:8]}").exists() and path.exists())
    assert read_sheet(path.read_text()).cluster.uid == HOME.uid
    assert read_sheet(path.with_name(f"home.yaml.{old.cluster.uid[:8]}").read_text()) == old


SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=lambda size: str(size[0]))


@SIZES
def test_recover(size: tuple[int, int], dead: StillSession, snap_compare: Compare) -> None:
    app = BedplateApp(dead, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await opened(app, pilot)

    assert snap_compare(app, terminal_size=size, run_before=run_before)


@SIZES
def test_which_disks(size: tuple[int, int], dead: StillSession, snap_compare: Compare) -> None:
    app = BedplateApp(dead, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        screen = await opened(app, pilot)
        await pilot.press("enter")
        await until(lambda: screen.view is not None and screen.view.step.id == "disks")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoosingScreen) and app.focused is not None)

    assert snap_compare(app, terminal_size=size, run_before=run_before)


async def test_keys_that_come_at_once_mean_the_line_that_they_would_one_by_one(dead: StillSession) -> None:
    offered = [Option(name, name) for name in ("apps/photos", "apps/wiki", "media/library")]
    app = BedplateApp(dead, clock)
    taken: list[tuple[Option, ...] | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        app.push_screen(SelectingScreen("volumes", offered), taken.append)
        await until(lambda: isinstance(app.screen, SelectingScreen) and app.focused is not None)
        for key, character in (("down", None), ("space", " "), ("enter", "\r")):  # as a slow line delivers them
            app.post_message(events.Key(key, character))
        await until(lambda: bool(taken))
    assert taken == [(offered[0], offered[2])]


def test_which_volumes(dead: StillSession, snap_compare: Compare) -> None:
    names = ("apps/photos", "databases/postgres-cluster-with-a-long-name-1-data", "media/library")
    offered = [Option(name, name, "100.0 GiB of 2026-11-24 03:00 UTC") for name in names]
    app = BedplateApp(dead, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        app.push_screen(SelectingScreen("volumes: 3 have a backup", offered))
        await until(lambda: isinstance(app.screen, SelectingScreen) and app.focused is not None)
        await pilot.press("down", "space")
        await until(lambda: "▸ [ ] databases" in "\n".join(screen_text(app)))

    assert snap_compare(app, terminal_size=(80, 24), run_before=run_before)
