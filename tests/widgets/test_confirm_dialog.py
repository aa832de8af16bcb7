from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from runners.layers.kinds.base import Tone
from tests.widgets.fixtures import APPLY, Stage, screen_text, until
from widgets.confirm import Confirm, Dialog, DialogRow, Readiness, dialog_content

pytestmark = pytest.mark.anyio


class Heard(Stage):
    def __init__(self, confirm: Confirm) -> None:
        super().__init__(confirm)
        self.heard: list[str] = []

    def on_confirm_confirmed(self, message: Confirm.Confirmed) -> None:
        self.heard.append(f"confirmed {message.dialog.title}")

    def on_confirm_cancelled(self) -> None:
        self.heard.append("cancelled")


def said(app: Stage) -> str:
    return "\n".join(screen_text(app))


async def pressed(confirm: Confirm, *keys: str) -> list[str]:
    app = Heard(confirm)
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
    return app.heard


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        (["enter"], ["cancelled"]),
        (["escape"], ["cancelled"]),
        (["tab", "enter"], ["confirmed Apply longhorn"]),
        (["right", "enter"], ["confirmed Apply longhorn"]),
        (["right", "left", "enter"], ["cancelled"]),
        (["tab", "space"], ["confirmed Apply longhorn"]),
        (["tab", "escape"], ["cancelled"]),
        (["y"], []),
        (["tab", "tab", "enter"], ["cancelled"]),
    ],
)
async def test_cancel_has_the_focus_and_tab_then_enter_confirms(keys: list[str], heard: list[str]) -> None:
    assert await pressed(Confirm(APPLY), *keys) == heard


async def test_what_destroys_wants_a_word_typed_and_the_button_pressed() -> None:
    destroys = replace(APPLY, typed="home")
    assert await pressed(Confirm(destroys), "tab", *"hom", "enter", "tab", "enter") == ["cancelled"]
    assert await pressed(Confirm(destroys), "tab", *"home", "enter") == []
    assert await pressed(Confirm(destroys), "tab", *"home", "enter", "enter") == ["confirmed Apply longhorn"]
    assert await pressed(Confirm(destroys), "tab", *"home", "tab", "tab", "enter") == ["confirmed Apply longhorn"]
    assert await pressed(Confirm(destroys), "tab", *"HOME", "enter", "enter") == []
    assert await pressed(Confirm(destroys), "tab", *"home", "escape") == ["cancelled"]


async def test_while_it_is_looked_at_nothing_can_be_confirmed_and_the_focus_stays() -> None:
    confirm = Confirm(APPLY)
    app = Heard(confirm)
    async with app.run_test(size=(90, 24)) as pilot:
        confirm.dialog = replace(APPLY, readiness=Readiness.CHECKING)
        await pilot.press("tab", "enter", "enter")
        await pilot.click("#go")
        assert app.heard == []
        confirm.dialog = replace(APPLY, readiness=Readiness.REFUSED, reasons=("revision is 8 and was 7",))
        await until(lambda: "✖ refused" in said(app) and "revision is 8 and was 7" in said(app))
        await pilot.press("tab", "enter")
        assert app.heard == ["cancelled"]
        confirm.dialog = APPLY
        await pilot.pause()
        await pilot.click("#go")
        assert app.heard == ["cancelled", "confirmed Apply longhorn"]


async def test_a_yes_that_was_pressed_ahead_counts_only_once_it_could_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    confirm = Confirm(replace(APPLY, readiness=Readiness.CHECKING))
    app = Heard(confirm)
    timers: list[tuple[float, Callable[[], None]]] = []
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press("tab")
        monkeypatch.setattr(confirm, "set_timer", lambda seconds, then: timers.append((seconds, then)))
        confirm.dialog = APPLY
        await pilot.press("enter")
        await until(lambda: "[▸Apply ]" in said(app))
        assert app.heard == []
        await until(lambda: "this has just appeared: read it, and press again" in said(app))
        ((seconds, settles),) = timers
        assert seconds >= 0.5
        settles()
        await pilot.press("enter")
        await until(lambda: app.heard == ["confirmed Apply longhorn"])


async def test_what_was_said_before_does_not_lie_over_the_buttons() -> None:
    app = Heard(Confirm(APPLY))
    async with app.run_test(size=(90, 24)) as pilot:
        app.notify("copied, where the terminal allows it", timeout=60)
        await app.mount(Confirm(APPLY))
        await until(lambda: not len(app._notifications))
        app.notify("nothing was decided", severity="warning", timeout=60)
        await app.mount(Confirm(APPLY))
        await pilot.pause()
        assert len(app._notifications) == 1


async def test_who_pressed_ahead_is_led_to_the_word_that_is_asked_for() -> None:
    asks = replace(APPLY, typed="home")
    confirm = Confirm(replace(asks, readiness=Readiness.CHECKING))
    app = Heard(confirm)
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press("tab")
        confirm.dialog = asks
        await pilot.pause()
        await pilot.press("enter", *"home", "enter", "enter")
        assert app.heard == ["confirmed Apply longhorn"]


async def test_the_focused_button_is_marked() -> None:
    app = Heard(Confirm(APPLY))
    async with app.run_test(size=(90, 24)) as pilot:
        await until(lambda: "[▸Cancel ]  [ Apply ]" in said(app))
        await pilot.press("tab")
        await until(lambda: "[ Cancel ]  [▸Apply ]" in said(app))


@pytest.mark.parametrize("readiness", [Readiness.REFUSED, Readiness.NOTHING])
async def test_what_can_not_be_done_has_no_button(readiness: Readiness) -> None:
    confirm = Confirm(replace(APPLY, readiness=Readiness.CHECKING))
    app = Heard(confirm)
    async with app.run_test(size=(90, 24)) as pilot:
        await until(lambda: "[ Apply ]" in said(app))
        await pilot.press("tab")
        confirm.dialog = replace(APPLY, readiness=readiness, reasons=("nothing is held",))
        await until(lambda: "[▸Cancel ]" in said(app) and "Apply ]" not in said(app) and "⇥ next" not in said(app))
        await pilot.press("enter")
    assert app.heard == ["cancelled"]


def test_lines_are_wrapped_beside_their_word_and_are_data() -> None:
    row = DialogRow("command", (("[red]helmfile\x1b[31m --kube-context home apply", Tone.MUTED),))
    assert dialog_content(replace(APPLY, rows=(row,)), 34).plain.split("\n") == [
        "command  [red]helmfile␛[31m",
        "         --kube-context home apply",
    ]


@pytest.mark.parametrize("typed", ["", "home"])
@pytest.mark.parametrize("readiness", [Readiness.READY, Readiness.REFUSED])
async def test_the_buttons_are_in_view_however_long_the_text_is(typed: str, readiness: Readiness) -> None:
    rows = tuple(DialogRow("plan", ((f"line {at}", Tone.PLAIN),)) for at in range(40))
    dialog = Dialog("Repair longhorn", rows, "Repair", typed=typed, readiness=readiness, reasons=("it moved",))
    app = Stage(Confirm(dialog))
    async with app.run_test(size=(60, 14)) as pilot:
        await until(lambda: "[▸Cancel ]" in said(app))
        assert "line 39" not in said(app)
        for _page in range(8):
            await pilot.press("pagedown")
        await until(lambda: "line 39" in said(app))
        assert "[▸Cancel ]" in said(app)


@pytest.mark.parametrize("keys", [("tab", *"home"), tuple("home")])
async def test_a_word_that_comes_at_once_is_typed_whole_and_enter_goes_on(keys: tuple[str, ...]) -> None:
    app = Heard(Confirm(replace(APPLY, typed="home")))
    async with app.run_test(size=(90, 24)) as pilot:
        for key in keys:  # as a slow line delivers them
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: app.query_one("#word", Input).value == "home")
        await pilot.press("enter", "enter")
        await pilot.pause()
    assert app.heard == ["confirmed Apply longhorn"]
