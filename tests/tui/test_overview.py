"""The overview by keyboard, on a made-up cluster: what is shown, and what a key would act on."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import anyio
import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from runners.asks import Ask, Refusal, Work
from runners.layers import commands as c
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.runs import RunRow
from runners.layers.plans import Danger
from runners.layers.runs import RunRecord
from runners.layers.verdicts import Verdict
from runners.operate import Operator
from runners.tools.runs import RunRequest
from tests.layers import worlds as w
from tests.tui.rows import pod
from tests.tui.still_session import HOME, StillSession, clock
from tests.widgets.fixtures import screen_text
from tui.app import BedplateApp
from tui.screens.change import ChangeScreen
from tui.screens.help import HelpScreen
from tui.screens.plan import PlanScreen
from tui.screens.question import QuestionScreen
from widgets.cards import LayerPane
from widgets.confirm import Confirm, Dialog, Readiness
from widgets.facts import FactsPane
from widgets.header import Header
from widgets.hints import HintBar
from widgets.log import LogPane
from widgets.table import LiveTable
from widgets.tabs import TabStrip

pytestmark = pytest.mark.anyio

WORLD = [
    *w.longhorn_world(),
    *w.minio_world(),
    w.workload("deployments", "flux-system", "kustomize-controller"),
    w.flux_object("Kustomization", "flux-system"),
    w.flux_object("HelmRelease", "metallb", suspended=True),
    *w.metallb_world(),
]


async def started(app: BedplateApp, pilot: Pilot[None]) -> None:
    """Waits until the overview follows its session."""
    while not app.overview.is_following or app.focused is None:
        await pilot.pause()


def top(app: BedplateApp) -> Screen[object]:
    """The screen in front."""
    return app.screen


def hint(app: BedplateApp, key: str) -> bool | None:
    """Is a key's hint lit? None when it isn't there."""
    bar = app.overview.query_one(HintBar)
    return next((item.enabled for group in bar.groups for item in group if item.key == key), None)


async def test_what_a_key_acts_on_follows_the_focus(session: StillSession) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        assert hint(app, "a") is not None
        assert hint(app, "b") is None
        await pilot.press("tab")
        assert (hint(app, "a"), hint(app, "b") is None) == (None, False)
        await pilot.press("4", "down")
        table = app.overview.query_one(LiveTable)
        assert table.row is not None
        assert app.overview.targets()[c.Scope.FLUX_ROW].name == table.row.name


async def test_hints_of_a_suspended_object_offer_resume_and_not_reconcile(session: StillSession) -> None:
    session.fill([w.flux_object("HelmRelease", "metallb", suspended=True)])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("4")
        await pilot.pause()
        assert (hint(app, "r"), hint(app, "R"), hint(app, "s")) == (True, False, False)
        session.fill([w.flux_object("HelmRelease", "metallb")])
        await pilot.pause()
        await pilot.pause()
        assert (hint(app, "r"), hint(app, "R"), hint(app, "s")) == (False, True, True)


async def test_a_deleted_object_shows_on_card_and_table(session: StillSession) -> None:
    session.fill([*WORLD, pod("longhorn-manager-1")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        table = app.overview.query_one(LiveTable)
        assert table.counts == (1, 1)
        session.fill(w.without(WORLD, "longhorn-manager"))
        await pilot.pause()
        await pilot.pause()
        assert table.counts == (0, 0)
        card = app.overview.query_one("#foundation", LayerPane).component
        assert card is not None
        assert card.verdict is Verdict.FAILED


async def test_a_denial_never_looks_like_emptiness(session: StillSession) -> None:
    session.fill(WORLD, {"pods": Freshness(Reach.FORBIDDEN, w.NOW, "list pods")})
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.pause()
        assert "forbidden: this user may not list pods" in "\n".join(screen_text(app))
        tabs = {tab.id: tab.count for tab in app.overview.query_one(TabStrip).tabs}
        assert (tabs["pods"], tabs["claims"]) == (None, 1)
        assert app.overview.query_one(Header).facts.freshness.reach is Reach.LIVE


async def test_the_filter_is_cleared_first_and_then_esc_goes_back(session: StillSession) -> None:
    session.fill([*WORLD, pod("one"), pod("two")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "slash", *"two", "enter")
        table = app.overview.query_one(LiveTable)
        assert table.counts == (1, 2)
        assert app.focused is table
        await pilot.press("escape")
        assert table.counts == (2, 2)
        assert app.focused is table
        await pilot.press("escape")
        assert app.focused is app.overview.query_one("#foundation")


async def test_letters_typed_into_the_filter_type(session: StillSession) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("slash", *"aqsrb")
        assert top(app) is app.overview
        assert app.overview.query_one(LiveTable).filter == "aqsrb"


async def test_a_card_of_flux_can_be_suspended_too(session: StillSession) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("tab", "down")
        target = app.overview.targets()[c.Scope.FLUX_ROW]
        assert (target.kind, target.name, target.suspended) == ("HelmRelease", "metallb", True)
        assert hint(app, "r") is True


async def test_enter_shows_all_that_is_said_and_nothing_cut(session: StillSession) -> None:
    session.fill([*w.without(WORLD, "longhorn-manager"), pod("one")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        await pilot.press("enter")
        text = top(app).query_one(FactsPane).text
        assert "DaemonSet longhorn-manager: is missing, although its release is deployed" in text
        assert "→ repair longhorn" in text
        await pilot.press("escape", "1", "enter")
        assert "NODE       node-1" in top(app).query_one(LogPane).text
        await pilot.press("escape", "escape")
        assert top(app) is app.overview


async def test_a_filter_shows_on_its_tab_and_stays_there(session: StillSession) -> None:
    session.fill([*WORLD, pod("one"), pod("two")])
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "slash", *"two", "enter")
        await pilot.pause()
        strip = app.overview.query_one(TabStrip)
        assert (next(tab.text for tab in strip.tabs if tab.id == "pods"), strip.note) == ("Pods 1/2", "/two")
        await pilot.press("right")
        assert app.overview.query_one(LiveTable).filter == ""


async def test_a_dialog_answers_once(session: StillSession) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        screen = QuestionScreen(Dialog("Leave?", (), "Leave"))
        app.push_screen(screen)
        await pilot.pause()
        dialog = screen.query_one(Confirm)
        dialog.post_message(Confirm.Cancelled(dialog))
        dialog.post_message(Confirm.Cancelled(dialog))
        await pilot.pause()
        await pilot.pause()
        assert top(app) is app.overview


async def test_help_and_back(session: StillSession) -> None:
    app = BedplateApp(session, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        await pilot.press("question_mark")
        assert isinstance(top(app), HelpScreen)
        await pilot.press("escape")
        assert top(app) is app.overview


async def test_a_closed_gate_says_why_in_the_dialog_and_can_only_be_left(session: StillSession) -> None:
    session.fill(WORLD, {"nodes": Freshness(Reach.STALE, w.NOW - 30, "timed out")})
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        session.identity = None
        await pilot.press("a")
        assert isinstance(top(app), ChangeScreen)
        dialog = app.screen.query_one(Confirm)
        while dialog.dialog.readiness is Readiness.CHECKING:
            await pilot.pause()
        assert dialog.dialog.readiness is Readiness.REFUSED
        assert any("has not answered yet" in reason for reason in dialog.dialog.reasons)
        await pilot.press("tab")
        assert app.focused is not None
        assert app.focused.id == "cancel"
        await pilot.press("escape")
        assert top(app) is app.overview
    assert '"event": "refused"' in session.journal.path.read_text()


async def test_read_only_closes_every_change_and_says_so(session: StillSession) -> None:
    session.options = replace(session.options, read_only=True)
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        assert app.overview.query_one(Header).facts.read_only
        assert (hint(app, "i"), hint(app, "a"), hint(app, "f")) == (True, False, False)
        await pilot.press("a")
        dialog = app.screen.query_one(Confirm)
        while dialog.dialog.readiness is Readiness.CHECKING:
            await pilot.pause()
        assert any("this session changes nothing" in reason for reason in dialog.dialog.reasons)


async def test_planning_without_helmfile_is_refused_in_one_line(session: StillSession) -> None:
    session.fill(WORLD)
    session.identity = session.picture.identity
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("i")
        assert isinstance(top(app), PlanScreen)
        await pilot.press("escape")
        assert top(app) is app.overview


async def test_planning_that_runs_hooks_asks_first(session: StillSession) -> None:
    session.fill(WORLD)
    (session.options.repository / "longhorn").mkdir()
    hooks = "hooks: [{events: [prepare], command: kubectl}]\nreleases: []\n"
    (session.options.repository / "longhorn" / "helmfile.yaml").write_text(hooks)
    session.renew()
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        for key in ("i", "a"):
            await pilot.press(key)
            assert isinstance(top(app), QuestionScreen)
            assert "prepare" in str(top(app).query_one(Confirm).dialog.rows)
            await pilot.press("escape")
            assert top(app) is app.overview
        await pilot.press("i", "tab", "enter")
        await pilot.pause()
        assert isinstance(top(app), PlanScreen)


async def test_a_second_enter_does_not_confirm_twice(session: StillSession, monkeypatch: pytest.MonkeyPatch) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    confirmed: list[str] = []

    async def ask(_self: Operator, command: c.Command, target: c.Target, **_more: object) -> Ask:
        return Ask(command, target, HOME, GateAnswer(), Danger.CHANGES, Work(("flux", "suspend")))

    async def confirm(_self: Operator, asked: Ask, *_more: object) -> RunRecord:
        confirmed.append(asked.title)
        await anyio.sleep_forever()
        raise AssertionError

    monkeypatch.setattr(Operator, "ask", ask)
    monkeypatch.setattr(Operator, "confirm", confirm)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("4", "s")
        dialog = top(app).query_one(Confirm)
        while not dialog.confirmable:
            await pilot.pause()
        dialog.post_message(Confirm.Confirmed(dialog, dialog.dialog))
        dialog.post_message(Confirm.Confirmed(dialog, dialog.dialog))
        await pilot.pause()
        await pilot.pause()
        assert len(confirmed) == 1


async def test_the_choke_point_is_told_what_was_typed_and_not_what_should_have_been(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    doubt = GateAnswer((Finding("longhorn", Severity.BLOCKER, "is faulted"),))
    given: list[str] = []

    async def ask(_self: Operator, command: c.Command, target: c.Target, **_more: object) -> Ask:
        return Ask(command, target, HOME, doubt, Danger.CHANGES, Work(("flux", "suspend")))

    async def confirm(_self: Operator, _asked: Ask, typed: str, *_more: object) -> RunRecord:
        given.append(typed)
        raise Refusal(Finding("word", Severity.BLOCKER, "was seen"))

    monkeypatch.setattr(Operator, "ask", ask)
    monkeypatch.setattr(Operator, "confirm", confirm)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("4", "s")
        dialog = top(app).query_one(Confirm)
        while dialog.dialog.readiness is not Readiness.READY:
            await pilot.pause()
        await pilot.press(*"hom")
        dialog.post_message(Confirm.Confirmed(dialog, dialog.dialog, "hom"))
        while not given:
            await pilot.pause()
    assert given == ["hom"]


async def test_what_nobody_foresaw_while_planning_is_said(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(*_args: object, **_more: object) -> Ask:
        raise OSError("disk full")

    monkeypatch.setattr(Operator, "ask", ask)
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("i")
        pane = top(app).query_one(LogPane)
        while "failed" not in pane.text:
            await pilot.pause()
        assert pane.text.startswith("Bedplate itself failed: OSError in plan")


async def test_a_run_that_another_pushed_off_the_screen_is_concluded_too(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def conclude(_self: Operator, run: RunRecord) -> tuple[Finding, ...]:
        asked.append(run.id)
        return (Finding(run.title, Severity.OK, "ended 0"),)

    monkeypatch.setattr(Operator, "conclude", conclude)
    session.fill(WORLD)
    for run_id, title in (("20270115-080000-7f3a", "apply longhorn"), ("20270115-080100-9b1c", "suspend apps")):
        folder = session.runs.root / run_id
        folder.mkdir()
        words = {"title": title, "argv": ["x"], "started": 1799999958.0, "cluster": session.cluster_words}
        (folder / "request.json").write_text(json.dumps(words))
        (folder / "ended.json").write_text('{"ended": 1799999970.0, "code": 0}')
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        session.renew()
        while len(asked) < 2:
            await pilot.pause()
        while app.overview.run is None:
            await pilot.pause()
        assert app.overview.run.title == "suspend apps"
        await pilot.press("l")
        assert app.overview.run.title == "apply longhorn"
    assert sorted(asked) == ["20270115-080000-7f3a", "20270115-080100-9b1c"]


async def test_q_quits_when_nothing_runs(session: StillSession) -> None:
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("q")
    assert app.return_code == 0


async def test_runs_are_a_tab_and_enter_shows_the_log_of_one(session: StillSession) -> None:
    session.fill(WORLD)
    say = RunRequest(
        title="apply longhorn",
        argv=(sys.executable, "-c", "print('Upgrading release=longhorn')"),
        cwd=session.options.repository,
        environ={},
        cluster=session.cluster_words,
    )
    run = session.runs.start(say)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        while not session.runs.record(run.id).state.ended:
            await pilot.pause()
        session.changed()
        session.renew()
        await pilot.press("8")
        row = app.overview.query_one(LiveTable).row
        assert isinstance(row, RunRow)
        assert row.record.title == "apply longhorn"
        await pilot.press("enter")
        assert app.overview.run is not None
        assert app.overview.run.id == run.id
        log = app.overview.query_one(LogPane)
        while "Upgrading release=longhorn" not in log.text:
            await pilot.pause()
