from __future__ import annotations

import pytest

from tests.widgets.fixtures import Stage, screen_text, until
from widgets.log import LogPane
from widgets.theme import ANSI_DARK

pytestmark = pytest.mark.anyio


def inside(app: Stage) -> list[str]:
    """The lines between the borders, without the scrollbar."""
    return [line[1:-2].rstrip() for line in screen_text(app)[1:-1]]


def numbered(first: int, last: int) -> str:
    return "".join(f"line {number}\n" for number in range(first, last))


class Heard(Stage):
    """A stage that remembers whether its log followed."""

    def __init__(self, log: LogPane) -> None:
        super().__init__(log)
        self.heard: list[bool] = []

    def on_log_pane_follow_changed(self, message: LogPane.FollowChanged) -> None:
        self.heard.append(message.following)


async def test_it_follows_until_someone_scrolls_up_and_says_what_is_new() -> None:
    log = LogPane("run")
    app = Heard(log)
    async with app.run_test(size=(60, 7)) as pilot:
        log.append(numbered(0, 20))
        await until(lambda: inside(app)[-1] == "line 19")
        await pilot.press("k")
        log.append(numbered(20, 31))
        await until(lambda: "paused · 11 new lines · s follows" in screen_text(app)[-1])
        assert inside(app)[-1] == "line 18"
        await pilot.press("s")
        await until(lambda: "paused" not in screen_text(app)[-1])
        assert inside(app)[-1] == "line 30"
        await pilot.press("pageup", "G")
        log.append("last\n")
        await until(lambda: inside(app)[-1] == "last")
        assert app.heard == [False, True, False, True]


async def test_scrolling_back_to_the_end_follows_again() -> None:
    log = LogPane()
    async with Stage(log).run_test(size=(60, 7)) as pilot:
        log.append(numbered(0, 20))
        await pilot.press("up", "up")
        assert not log.following
        await pilot.press("down")
        assert not log.following
        await pilot.press("down")
        assert log.following


async def test_colours_and_wrapping_reach_the_screen_and_nothing_else_does() -> None:
    log = LogPane("[b]\x1b[31m7f3a")
    app = Stage(log)
    async with app.run_test(size=(23, 8)) as pilot:
        log.append("\x1b[32m+ image: 日本:1\x1b[0m\x1b[2J\x1b]0;x\x07 and more\n10%\r100%\r\n".encode())
        await pilot.pause()
        assert "[b]␛[31m7f3a" in screen_text(app)[0]
        assert inside(app)[:2] == ["+ image: 日本:1 and›", "100%"]
        colors = {
            segment.style.color.triplet
            for strip in app.screen._compositor.render_strips(app.size)
            for segment in strip
            if segment.style and segment.style.color and "image" in segment.text
        }
        assert colors == {ANSI_DARK.ansi_colors[2]}
        await pilot.press("w")
        await until(lambda: inside(app)[:3] == ["+ image: 日本:1 and", "more", "100%"])


async def test_long_lines_scroll_sideways() -> None:
    log = LogPane()
    app = Stage(log)
    async with app.run_test(size=(40, 5)) as pilot:
        log.append("".join(f"{number:<8}" for number in range(20)) + "\n")
        await pilot.press("right")
        await until(lambda: inside(app)[0].startswith("2       3"))
        await pilot.press("left")
        await until(lambda: inside(app)[0].startswith("0       1"))


async def test_search_goes_from_match_to_match() -> None:
    log = LogPane()
    app = Stage(log)
    async with app.run_test(size=(60, 9)) as pilot:
        log.append(numbered(0, 40))
        assert log.search("LINE 2")
        await until(lambda: "“LINE 2” in line 3" in screen_text(app)[-1])
        assert not log.following
        await pilot.press("n")
        await until(lambda: "in line 21" in screen_text(app)[-1])
        assert "line 20" in inside(app)
        await pilot.press("N", "N")
        await until(lambda: "in line 30" in screen_text(app)[-1])
        assert not log.search("nowhere")
        await until(lambda: "no “nowhere”" in screen_text(app)[-1])
        assert log.search("")
        await until(lambda: "nowhere" not in screen_text(app)[-1])


async def test_another_text_is_shown_from_its_beginning() -> None:
    log = LogPane()
    app = Stage(log)
    async with app.run_test(size=(60, 7)):
        log.append(numbered(0, 20))
        log.show(numbered(100, 130), "yaml of pod x")
        await until(lambda: inside(app)[0] == "line 100")
        assert "yaml of pod x" in screen_text(app)[0]
        assert "paused" not in screen_text(app)[-1]
        log.clear()
        log.append("new\n")
        await until(lambda: inside(app)[0] == "new")
        assert log.following


def test_the_text_is_there_for_copying_without_its_colours() -> None:
    log = LogPane()
    log.append("\x1b[31mred\x1b[0m\n10%\r20%\nlast")
    assert log.text == "red\n20%\nlast\n"


async def test_a_text_may_be_given_before_the_pane_is_shown() -> None:
    log = LogPane()
    log.append(numbered(0, 3))
    app = Stage(log)
    async with app.run_test(size=(60, 7)):
        await until(lambda: inside(app)[:3] == ["line 0", "line 1", "line 2"])
