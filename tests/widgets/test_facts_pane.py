"""Facts are read by scrolling; those that are about an object have a cursor, and open."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.binding import Binding, BindingType

from runners.layers.kinds.base import Key
from tests.widgets.fixtures import Stage, until
from widgets.facts import Fact, FactsPane, fact_lines
from widgets.lines import PartsLine

pytestmark = pytest.mark.anyio


def key(name: str) -> Key:
    return ("pods", "apps", name)


def marked(pane: FactsPane) -> list[str]:
    shown = pane.visible_lines(40, pane.content_size.height)
    lines = ["".join(part for _ink, part in line.parts) for line in shown if isinstance(line, PartsLine)]
    return [line for line in lines if line.startswith("▶")]


def shown(pane: FactsPane) -> list[str]:
    lines = pane.visible_lines(40, pane.content_size.height)
    return ["".join(part for _ink, part in line.parts).strip() for line in lines if isinstance(line, PartsLine)]


async def test_the_cursor_goes_to_what_opens_and_the_rest_is_scrolled() -> None:
    opened: list[Key] = []

    class Opening(Stage):
        def on_facts_pane_fact_opened(self, event: FactsPane.FactOpened) -> None:
            opened.append(event.about)

    pane = FactsPane("longhorn")
    app = Opening(pane)
    async with app.run_test(size=(44, 7)) as pilot:
        facts = [Fact("healthy"), Fact("first", about=key("a")), Fact("second", about=key("b"))]
        facts += [Fact(f"further {at}") for at in range(6)]
        pane.show([*facts, Fact("last", about=key("z"))], "longhorn")
        await pilot.pause()
        pane.focus()
        await pilot.pause()
        assert marked(pane) == ["▶first"]
        await pilot.press("down", "enter")
        assert (marked(pane), opened) == (["▶second"], [key("b")])
        pane.show(facts[2:], "longhorn")
        assert marked(pane) == ["▶second"]
        pane.show([*facts, Fact("last", about=key("z"))], "longhorn")
        for _press in range(12):
            await pilot.press("down")
        await pilot.press("enter")
        assert (marked(pane), opened) == (["▶last"], [key("b"), key("z")])


async def test_what_is_read_under_another_heading_is_read_from_its_beginning() -> None:
    pane = FactsPane("one")
    pane.styles.height = 6
    async with Stage(pane).run_test(size=(44, 7)) as pilot:
        facts = [Fact(f"line {at}") for at in range(20)]
        pane.show(facts, "one")
        await pilot.pause()
        pane.move_by(9)
        pane.show([Fact("before it"), *facts], "one")
        assert shown(pane)[0] == "line 8"
        pane.show(facts, "another")
        assert shown(pane)[0] == "line 0"
        pane.move_by(9)
        pane.show(facts, "another", anew=True)
        assert shown(pane)[0] == "line 0"


async def test_it_says_when_there_is_more_below_and_how_it_is_come_to() -> None:
    pane = FactsPane("one")
    pane.styles.height = 6
    async with Stage(pane).run_test(size=(44, 7)) as pilot:
        pane.show([Fact(f"line {at}") for at in range(20)], "one")
        await pilot.pause()
        pane.screen.set_focus(None)
        await pilot.pause()
        assert pane.border_subtitle == "⇥ ↓ more"
        pane.focus()
        await pilot.pause()
        assert pane.border_subtitle == "↓ more"
        pane.move_to_edge(1)
        await until(lambda: pane.border_subtitle == "")


async def test_nothing_old_is_drawn_under_a_new_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = FactsPane("one")
    async with Stage(pane).run_test(size=(44, 7)) as pilot:
        pane.show([Fact("old")], "one")
        await pilot.pause()
        drawn: list[str] = []
        monkeypatch.setattr(pane, "changed", lambda: drawn.append(pane.text))
        pane.show([Fact("new")], "another")
        pane.show([Fact("new")], "a third")
        assert drawn == ["new", "new"]


async def test_without_anything_to_open_there_is_no_cursor_and_enter_is_the_screens() -> None:
    heard: list[str] = []

    class Waiting(Stage):
        BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on")]

        def action_go_on(self) -> None:
            heard.append("go on")

    pane = FactsPane("longhorn")
    app = Waiting(pane)
    async with app.run_test(size=(44, 7)) as pilot:
        pane.show([Fact("healthy"), Fact("nothing to say")], "longhorn")
        pane.focus()
        await pilot.press("down", "enter")
        assert (marked(pane), heard) == ([], ["go on"])


def test_a_wrapped_fact_has_its_symbol_once() -> None:
    lines = fact_lines([Fact("a word after a word", symbol="✖")], 16)
    assert ["".join(part for _ink, part in line.parts) for _index, line in lines] == [" ✖ a word after", "   a word"]


def test_a_name_is_broken_only_where_it_has_to_be() -> None:
    lines = [line for _at, line in fact_lines([Fact("$ kubectl get recurringjob weekly-of-the-house")], 26)]
    said = ["".join(part for _ink, part in line.parts).strip() for line in lines]
    assert said == ["$ kubectl get", "recurringjob", "weekly-of-the-house"]
