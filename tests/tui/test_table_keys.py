"""The table by keyboard: tabs, namespaces, order, faults, and the lines for / and :, on a made-up cluster."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot

from runners.cluster.store import Attachment, Delta, Told
from runners.layers import commands as c
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Row
from tests.layers import worlds as w
from tests.tui.rows import pod
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import WORLD, started, top
from tests.tui.test_screen_pictures import PODS
from tests.widgets.fixtures import screen_text, until
from tui.app import BedplateApp
from tui.events import CommandChosen
from tui.screens.help import HelpScreen
from tui.tables import TablePane
from widgets.prompt import Prompt
from widgets.table import LiveTable
from widgets.tabs import TabStrip

pytestmark = pytest.mark.anyio

ALL: list[Row] = [*WORLD, *PODS]


class Person:
    """Presses keys in an app and looks at its table."""

    def __init__(self, app: BedplateApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.press = pilot.press
        self.pane = app.overview.query_one(TablePane)
        self.table = app.overview.query_one(LiveTable)
        self.prompt = app.overview.query_one(Prompt)
        self.strip = app.overview.query_one(TabStrip)

    async def line(self, text: str) -> None:
        """Pastes a line behind the colon, which is quicker than typing it, and presses enter."""
        await self.press("colon")
        assert self.app.focused is not None
        self.app.focused.post_message(events.Paste(text))
        await self.press("enter")

    @property
    def tab(self) -> str:
        """The text of the current tab."""
        return next(tab.text for tab in self.strip.tabs if tab.id == self.strip.current)

    @property
    def seen(self) -> str:
        """What stands on the screen."""
        return "\n".join(screen_text(self.app))


@pytest.fixture
def app(session: StillSession) -> BedplateApp:
    session.fill(ALL)
    return BedplateApp(session, clock)


async def test_kinds_are_shown_by_any_of_their_names(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        for line, tab in (
            ("po", "Pods 5"),
            ("pvc", "Claims 1"),
            ("STORAGECLASS", "StorageClasses 1"),
            ("flux", "Flux 2"),
            ("hr", "helmreleases 1"),
            ("ks", "kustomizations 1"),
            ("ds", "daemonsets 4"),
            ("lhv", "longhorn-volumes 0"),
            ("volumes.longhorn.io", "longhorn-volumes 0"),
            ("stor", "StorageClasses 1"),
        ):
            await me.line(line)
            await until(lambda: not me.prompt.asking)
            assert me.tab == tab, line
            assert app.focused is me.table


async def test_a_kind_without_a_tab_gets_one_and_it_goes_when_one_leaves(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.line("hr")
        assert [tab.id for tab in me.strip.tabs][-1] == "helmreleases"
        assert [row.name for row in [me.table.row] if row] == ["metallb"]
        assert app.overview.targets()[c.Scope.FLUX_ROW].name == "metallb"
        await me.press("left")
        assert me.tab.startswith("Runs")
        assert len(me.strip.tabs) == 8
        await me.press("minus")
        assert me.tab == "helmreleases 1"
        await me.press("1", "9")
        assert me.tab == "Pods 5"


async def test_a_namespace_narrows_every_table_until_0(session: StillSession, app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.line("ns minio-tenant")
        assert (me.strip.note, me.tab, me.table.counts) == ("ns minio-tenant", "Pods 2", (2, 2))
        assert "storageclasses 1" in [tab.text.casefold() for tab in me.strip.tabs], "is in no namespace"
        session.fill([*ALL, pod("new"), pod("newer", "minio-tenant")])
        await until(lambda: me.table.counts == (3, 3))
        await until(lambda: me.tab == "Pods 3")
        await me.press("slash", *"newer", "enter")
        await me.line("ns longhorn-s")
        assert (me.strip.note, me.table.counts) == ("ns longhorn-system · /newer", (0, 4)), "the filter stays"
        await me.press("0")
        assert (me.strip.note, me.table.counts) == ("/newer", (1, 7))
        await me.line("ns minio-operator")
        await me.press("3")
        await until(lambda: "no claims in namespace minio-operator" in me.seen)
        await me.press("2")
        assert me.tab == "StorageClasses 1"
        await me.line("po minio-tenant")
        assert (me.strip.note, me.tab) == ("ns minio-tenant", "Pods 3")
        await me.line("ns")
        assert me.strip.note == ""


async def test_namespaces_are_completed_from_what_is_there(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.press("colon", *"ns", "tab")
        await until(lambda: "minio-operator" in me.seen)
        await me.press(*"minio", "down", "down", "enter")
        assert me.pane.namespace == "minio-tenant"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pdos", "✖ nothing is called “pdos”, did you mean pods?"),
        ("p", "✖ “p” may be pods,"),
        ("ns minio-tenat", "✖ nothing is seen in a namespace “minio-tenat”, did you mean minio-tenant?"),
        ("nodes minio-tenant", "✖ nothing follows nodes"),
    ],
)
async def test_what_is_not_understood_is_said_in_place(app: BedplateApp, line: str, words: str) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.line(line)
        await until(lambda: words in me.seen)
        assert me.prompt.asking
        await me.press("escape")
        await until(lambda: not me.prompt.asking)
        assert app.focused is not None
        assert app.focused.id == "foundation", "back to where one was"


async def test_a_command_by_name_acts_on_what_is_selected(app: BedplateApp, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[tuple[str, str]] = []

    def note(_app: BedplateApp, event: CommandChosen) -> None:
        event.stop()
        chosen.append((event.command.name, event.target.component or event.target.name))

    monkeypatch.setattr(BedplateApp, "on_command_chosen", note)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.line("apply")
        await until(lambda: chosen == [("apply", "longhorn")])
        await me.line("hr")
        await me.line("reconcile with source")
        await until(lambda: chosen[1:] == [("reconcile with source", "metallb")])
        await me.line("interrupt")
        await until(lambda: "no run is going on" in me.seen)
        await me.line("ctx")
        await until(lambda: "bedplate --context NAME" in me.seen)
        await me.line("help")
        await until(lambda: isinstance(top(app), HelpScreen))
        await me.press("escape")
        await me.line("q")
    assert app.return_code == 0
    assert len(chosen) == 2


async def test_letters_typed_into_the_command_line_type(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.press("1", "colon", *"qaNs0", "minus", "slash", "question_mark", "colon", "left", "left")
        assert top(app) is app.overview
        assert me.prompt.asking
        await until(lambda: ": qaNs0-/?:" in me.seen)


async def test_esc_closes_the_line_then_clears_the_filter_then_goes_to_the_cards(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.press("1", "slash", *"minio", "enter", "slash", *"xyz", "escape")
        assert (me.prompt.asking, me.table.filter, app.focused) == (False, "minio", me.table)
        await me.press("colon", "p", "escape")
        assert (me.prompt.asking, me.table.filter) == (False, "minio")
        await me.press("escape")
        assert (me.table.filter, app.focused) == ("", me.table)
        await me.press("escape")
        assert app.focused is not None
        assert app.focused.id == "foundation"


async def test_a_filter_can_be_turned_round_and_counts_while_it_is_typed(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.press("1", "slash", "exclamation_mark", *"MINIO")
        await until(lambda: "3 of 5" in me.seen)
        await me.press("enter")
        await until(lambda: me.tab == "Pods 3/5")
        assert me.strip.note == "/!MINIO"
        await me.press("2", "1")
        assert (me.table.filter, me.strip.note) == ("", "")


async def test_each_tab_keeps_its_order(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.press("1", "S", "S")
        await until(lambda: "STATUS▼" in me.seen)
        await me.press("2", "A", "1")
        assert me.table.sorted_by == ("STATUS", True)
        await me.press("minus")
        assert me.table.sorted_by == ("AGE", False)
        await me.press("7")
        assert me.table.sorted_by == ("SEEN", False)


async def test_faults_only_and_back(app: BedplateApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.press("1", "ctrl+z")
        await until(lambda: (me.tab, me.strip.note) == ("Pods 2/5", "faults only"))
        assert "CrashLoopBackOff" in me.seen
        assert "Running" not in me.seen
        await me.press("ctrl+z")
        await until(lambda: (me.tab, me.strip.note) == ("Pods 5", ""))
        await me.press("ctrl+z", "2")
        assert me.strip.note == "", "it is not carried to another tab"


async def test_a_kind_that_is_not_served_or_not_allowed_says_so(session: StillSession) -> None:
    forbidden = Freshness(Reach.FORBIDDEN, w.NOW, "list helmreleases")
    session.fill(
        [row for row in WORLD if row.kind not in ("longhorn-volumes", "helmreleases")],
        {"longhorn-volumes": Freshness(Reach.ABSENT), "helmreleases": forbidden},
    )
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        me = Person(app, pilot)
        await me.line("lhv")
        await until(lambda: "no longhorn-volumes: this cluster does not serve them" in me.seen)
        await me.line("hr")
        await until(lambda: "forbidden: this user may not list helmreleases" in me.seen)
        assert me.tab == "helmreleases ✖"
        await me.line("ks")
        assert me.tab == "kustomizations 1"
        session.fill(WORLD, {"kustomizations": Freshness(Reach.STALE, w.NOW - 95, "timed out")})
        await until(lambda: "stale for 1m35s: timed out" in me.seen)


async def test_what_was_on_its_way_to_the_table_of_before_comes_too_late(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Told] = []
    attach = session.store.attach

    def remembered(table: str, call: Told) -> Attachment:
        told.append(call)
        return attach(table, call)

    monkeypatch.setattr(session.store, "attach", remembered)
    session.fill(ALL)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        person = Person(app, pilot)
        await pilot.press("2", "1")
        before, gone = person.table.counts, pod("gone-since")
        told[0](Delta(gone.kind, {gone.key: gone}))
        await pilot.pause()
        assert person.table.counts == before
        told[-1](Delta(gone.kind, {gone.key: gone}))
        while person.table.counts == before:
            await pilot.pause()
