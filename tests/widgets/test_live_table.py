from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App
from textual.message import Message

from runners.layers.freshness import LIVE, LOADING, Freshness, Reach
from runners.layers.kinds.events import EVENTS
from runners.layers.kinds.pods import PODS as KIND
from runners.layers.kinds.pods import Pod
from tests.widgets.fixtures import NOW, PODS, Stage, pod, screen_text, until
from widgets.table import LiveTable

pytestmark = pytest.mark.anyio


PODS_WITHOUT_AGE = tuple(column for column in KIND.columns if column.title != "AGE")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def table(**more: object) -> LiveTable:
    return LiveTable(KIND.columns, KIND.tone, clock=lambda: NOW, **more)  # type: ignore[arg-type]


def names(app: App[None]) -> list[str]:
    """The names on the screen, top down."""
    return [line[3:].split()[1] for line in screen_text(app)[1:] if len(line.split()) > 4]


def selected(app: App[None]) -> list[str]:
    return [line for line in screen_text(app) if line.startswith("▶")]


class Heard(Stage):
    """A stage that remembers what its widgets said."""

    def __init__(self, *widgets: LiveTable) -> None:
        super().__init__(*widgets)
        self.heard: list[Message] = []

    @property
    def counted(self) -> list[tuple[int, int]]:
        """How many rows were shown of how many, each time that it was said."""
        return [(each.shown, each.total) for each in self.heard if isinstance(each, LiveTable.Counted)]

    def on_live_table_row_opened(self, message: LiveTable.RowOpened) -> None:
        self.heard.append(message)

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        self.heard.append(message)

    def on_live_table_counted(self, message: LiveTable.Counted) -> None:
        self.heard.append(message)


async def test_keys_move_a_cursor_that_is_seen_without_colour() -> None:
    live = table()
    async with Stage(live).run_test(size=(120, 8)) as pilot:
        live.replace(PODS)
        for key, name in (
            ("j", "webhook-ⅷ-日本語-pod"),
            ("down", "csi-attacher-7744ffbd5-9sxqc"),
            ("k", "webhook-ⅷ-日本語-pod"),
            ("G", "minio-tenant-pool-0-10"),
            ("pageup", "instance-manager-8f2c7e5b1d0a9c4e6f3b2a1d"),
            ("g", "cert-manager-startupapicheck-8xkzr"),
            ("ctrl+f", "longhorn-ui-6d7c9b8f4-mmq2d"),
            ("ctrl+b", "cert-manager-startupapicheck-8xkzr"),
            ("end", "minio-tenant-pool-0-10"),
            ("home", "cert-manager-startupapicheck-8xkzr"),
        ):
            await pilot.press(key)
            assert live.row is not None
            assert live.row.name == name, key
            assert [name in line for line in selected(pilot.app)] == [True], key


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    live = table()
    async with Stage(live).run_test(size=(100, 20)) as pilot:
        live.replace(PODS)
        await pilot.press("j", "j", "j")
        before = live.row
        assert before is not None
        live.apply([pod("a-new-one", "aaa")], [PODS[4].key])
        await pilot.pause()
        assert live.row == before
        live.apply([], [before.key])
        await pilot.pause()
        assert live.row is not None
        assert live.row.name == "longhorn-manager-nz8qt"
        live.replace(())
        await pilot.pause()
        assert live.row is None


async def test_a_row_keeps_its_line_while_others_come_above_it() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test(size=(100, 6)) as pilot:
        live.replace([pod(f"pod-{number}") for number in range(40)])
        await pilot.press("G", "k", "k")
        await pilot.pause()
        before = selected(app)
        line = screen_text(app).index(before[0])
        live.apply([pod(f"new-{number}", "aaa") for number in range(7)])
        await until(lambda: screen_text(app).index(selected(app)[0]) == line)
        assert "pod-37" in selected(app)[0]


async def test_an_untouched_cursor_stays_at_the_top_while_rows_stream_in() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test(size=(100, 6)) as pilot:
        for number in range(20, 0, -1):
            live.apply([pod(f"pod-{number:02}")])
        await pilot.pause()
        assert live.row is not None
        assert live.row.name == "pod-01"
        await pilot.press("j")
        live.apply([pod(f"new-{number}", "aaa") for number in range(9)])
        await pilot.pause()
        assert live.row.name == "pod-02"
        assert "pod-02" in selected(app)[0], "it stays in view"


async def test_a_column_that_is_not_there_is_not_sorted_by() -> None:
    live = LiveTable(PODS_WITHOUT_AGE, KIND.tone, sort="NAME", clock=lambda: NOW)
    async with Stage(live).run_test() as pilot:
        await pilot.press("A")
        assert live.sorted_by == ("NAME", False)


async def test_sorting_again_reverses() -> None:
    live = table()
    async with Stage(live).run_test(size=(120, 20)) as pilot:
        live.replace(PODS[:4])
        await pilot.press("N")
        assert live.sorted_by == ("NAME", False)
        await until(lambda: names(pilot.app) == sorted(row.name for row in PODS[:4]))
        await pilot.press("N")
        await until(lambda: names(pilot.app) == sorted((row.name for row in PODS[:4]), reverse=True))
        await pilot.press("A")
        assert live.sorted_by == ("AGE", False)
        await until(lambda: names(pilot.app)[0] == "longhorn-ui-6d7c9b8f4-mmq2d")
        await pilot.press("S")
        assert live.sorted_by == ("STATUS", False)


async def test_a_kind_without_the_column_sorts_by_what_comes_nearest() -> None:
    live = LiveTable(EVENTS.columns, EVENTS.tone, clock=lambda: NOW)
    async with Stage(live).run_test() as pilot:
        await pilot.press("A")
        assert live.sorted_by == ("SEEN", False)
        await pilot.press("S")
        assert live.sorted_by == ("REASON", False)
        await pilot.press("N")
        assert live.sorted_by == ("OBJECT", False)


async def test_the_filter_counts_and_says_when_nothing_matches() -> None:
    live = table()
    app = Heard(live)
    async with app.run_test(size=(100, 20)) as pilot:
        live.replace(PODS)
        live.filter = "MINIO"
        await pilot.pause()
        assert live.counts == (3, 10)
        assert live.row is not None
        assert live.row.namespace == "minio-tenant"
        live.filter = "nowhere"
        await pilot.pause()
        assert "nothing of 10 matches “nowhere”" in screen_text(app)[1]
        live.filter = "!longhorn-system"
        live.faults_only = True
        await until(lambda: names(app) == ["webhook-ⅷ-日本語-pod", "minio-tenant-pool-0-1", "minio-tenant-pool-0-10"])
        await until(lambda: app.counted == [(10, 10), (3, 10), (0, 10), (5, 10), (3, 10)])
        live.filter = "nowhere"
        await until(lambda: "no fault of 10 matches “nowhere”" in screen_text(app)[1])


async def test_a_table_in_which_all_is_well_says_so() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test(size=(100, 20)):
        live.replace(PODS[:2])
        live.faults_only = True
        await until(lambda: screen_text(app)[1].strip() == "no faults: all 2 are well")


async def test_enter_opens_and_moving_is_told() -> None:
    live = table()
    app = Heard(live)
    async with app.run_test() as pilot:
        await pilot.press("enter")
        live.replace(PODS[:3])
        await pilot.press("j", "enter")
        opened = [each.row.name for each in app.heard if isinstance(each, LiveTable.RowOpened)]
        moved = [each.row and each.row.name for each in app.heard if isinstance(each, LiveTable.CursorMoved)]
        assert opened == ["longhorn-manager-x7k2p"]
        assert moved == ["longhorn-manager-nz8qt", "longhorn-manager-x7k2p"]


async def test_the_mouse_selects_sorts_scrolls_and_opens() -> None:
    live = table()
    app = Heard(live)
    async with app.run_test(size=(120, 6)) as pilot:
        live.replace(PODS)
        await pilot.pause()
        await pilot.click(live, offset=(10, 2))
        assert live.row is not None
        assert live.row.name == "webhook-ⅷ-日本語-pod"
        await pilot.click(live, offset=(10, 2), times=2)
        assert any(isinstance(each, LiveTable.RowOpened) for each in app.heard)
        live.scroll_view(3)
        await until(lambda: names(app)[0] == "instance-manager-8f2c7e5b1d0a9c4e6f3b2a1d")
        assert live.row.name == "webhook-ⅷ-日本語-pod"
        await pilot.click(live, offset=(5, 0))
        assert live.sorted_by == ("NAMESPACE", False)


async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    live = LiveTable(KIND.columns, KIND.tone, clock=clock)
    async with Stage(live).run_test(size=(120, 20)) as pilot:
        live.replace(PODS)
        await pilot.pause()
        painted: list[list[int]] = []
        monkeypatch.setattr(live, "refresh", lambda *regions, **_more: painted.append([each.y for each in regions]))
        changed = PODS[0]
        assert isinstance(changed, Pod)
        live.apply([replace(changed, restarts=3)])
        live.update_lines()
        assert painted == [[5]]
        live.apply([replace(changed, restarts=3)])
        live.update_lines()
        assert painted == [[5]], "nothing that is seen changed"
        asked: list[int] = []
        monkeypatch.setattr(live, "changed", lambda: asked.append(1))
        live.filter = "longhorn"
        assert asked.pop()
        live.update_lines()
        live.apply([pod("minio-tenant-pool-0-0", "minio-tenant", status="Failed")])
        assert not asked, "what isn't shown needs no look"
        live.filter = ""
        live.update_lines()
        painted.clear()
        clock.now += 1
        live.update_lines()
        assert painted == [[2, 7, 10]], "only young rows look older after a second"


async def test_a_table_says_why_it_is_empty() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test():
        live.empty = "no pods"
        for freshness, words in (
            (LOADING, "◐ loading…"),
            (Freshness(Reach.LOADING, NOW, "refused"), "◐ not loaded yet: refused"),
            (Freshness(Reach.FORBIDDEN, NOW, "list \x1b[31mpods"), "✖ forbidden: this user may not list ␛[31mpods"),
            (Freshness(Reach.STALE, NOW - 95, "refused"), "▲ stale for 1m35s: refused"),
            (Freshness(Reach.ABSENT), "no pods"),
            (LIVE, "no pods"),
        ):
            live.freshness = freshness
            await until(lambda: screen_text(app)[1].strip() == words)  # noqa: B023 - awaited before it changes


async def test_rows_that_are_not_live_say_so_below_them_and_none_is_hidden_by_it() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test(size=(100, 6)) as pilot:
        live.replace(PODS)
        live.freshness = Freshness(Reach.RECONNECTING, NOW - 12, "timed out")
        await pilot.press("G")
        assert screen_text(app)[-1].strip(" ┃│") == "◐ reconnecting for 12s: timed out"
        assert "minio-tenant-pool-0-10" in screen_text(app)[-2]
        assert screen_text(app)[-2].startswith("▶")


async def test_another_kind_takes_over() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test(size=(100, 10)) as pilot:
        live.replace(PODS)
        await pilot.press("G", "N")
        live.show(EVENTS.columns, EVENTS.tone, (), sort="SEEN", empty="no warnings")
        await until(
            lambda: screen_text(app)[0].split() == ["SEEN▲", "NAMESPACE", "REASON", "OBJECT", "COUNT", "MESSAGE"]
        )
        assert screen_text(app)[1].strip() == "no warnings"
        assert live.row is None


async def test_text_from_the_cluster_is_data() -> None:
    live = table()
    app = Stage(live)
    async with app.run_test(size=(100, 10)) as pilot:
        live.replace([pod("[bold]x[/]\x1b[2J\x9b31m\ny", status="[red]\x07")])
        await pilot.pause()
        assert "[bold]x[/]␛[2J�31m y" in screen_text(app)[1]
        assert "[red]␇" in screen_text(app)[1]
