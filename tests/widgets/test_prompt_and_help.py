from __future__ import annotations

import pytest

from tests.widgets.fixtures import HELP, Stage, screen_text, until
from widgets.candidates import Candidate
from widgets.help import HelpEntry, HelpGroup, HelpPane, help_lines
from widgets.prompt import Complete, Prompt

pytestmark = pytest.mark.anyio


class Heard(Stage):
    def __init__(self, prompt: Prompt) -> None:
        super().__init__(HelpPane(HELP), prompt)
        self.heard: list[tuple[str, str, str]] = []

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        self.heard.append(("typed", message.sign, message.text))

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        self.heard.append(("submitted", message.sign, message.text))

    def on_prompt_cancelled(self, message: Prompt.Cancelled) -> None:
        self.heard.append(("cancelled", message.sign, message.text))


async def test_what_is_typed_is_told_letter_by_letter() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test(size=(60, 10)) as pilot:
        assert not prompt.asking
        prompt.ask("/", "a")
        await pilot.press("j", "?")
        prompt.note("12 of 41")
        await pilot.pause()
        assert "/ aj?" in screen_text(app)[-1]
        assert "12 of 41" in screen_text(app)[-1]
        await pilot.press("enter")
        assert not prompt.asking
        assert app.heard == [("typed", "/", "aj"), ("typed", "/", "aj?"), ("submitted", "/", "aj?")]


async def test_escape_leaves_and_says_so() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test() as pilot:
        prompt.ask(":")
        await pilot.press("p", "o", "escape")
        assert app.heard[-1] == ("cancelled", ":", "po")
        assert not prompt.asking


async def test_what_was_typed_before_comes_back() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test() as pilot:
        for text in ("pods", "nodes"):
            prompt.ask(":")
            await pilot.press(*text, "enter")
        prompt.ask("/")
        await pilot.press("up", "enter")
        assert app.heard[-1] == ("submitted", "/", "")
        prompt.ask(":")
        await pilot.press("up", "up", "up", "down", "enter")
        assert app.heard[-1] == ("submitted", ":", "nodes")


def names(*texts: str) -> Complete:
    return lambda typed: [Candidate(text, note="a kind") for text in texts if text.startswith(typed)]


async def test_candidates_are_seen_walked_completed_and_taken() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test(size=(60, 12)) as pilot:
        for keys, taken in (
            (("s", "tab", "enter"), "statefulsets"),
            (("s", "right", "enter"), "statefulsets"),
            (("down", "down", "enter"), "statefulsets"),
            (("up", "enter"), "storageclasses"),
            (("down", "up", "enter"), ""),
            (("s", "t", "down", "down", "tab", "x", "enter"), "storageclassesx"),
        ):
            prompt.ask(":", complete=names("pods", "statefulsets", "storageclasses"))
            await pilot.press(*keys)
            await until(lambda: not prompt.asking)
            assert app.heard[-1] == ("submitted", ":", taken), keys
        prompt.ask(":", complete=names("pods", "statefulsets", "storageclasses"))
        await pilot.press("s", "down")
        await until(lambda: any(line.startswith(" ▶ statefulsets") for line in screen_text(app)))
        assert not any("pods" in line for line in screen_text(app))


async def test_what_can_not_be_taken_is_said_beside_it_and_nothing_closes() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test(size=(60, 10)) as pilot:
        prompt.ask(":", check=lambda text: "" if text == "pods" else f"what is “{text}”?")
        await pilot.press("p", "enter")
        await until(lambda: "✖ what is “p”?" in screen_text(app)[-2])
        assert prompt.asking
        await pilot.press("o")
        await until(lambda: "✖" not in screen_text(app)[-2])
        await pilot.press("d", "s", "enter")
        await until(lambda: not prompt.asking)
        assert app.heard[-1] == ("submitted", ":", "pods")


async def test_where_something_has_to_be_entered_nothing_is_no_answer() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test(size=(60, 10)) as pilot:
        prompt.ask("why", demand="a reason is needed")
        await pilot.press("space", "enter")
        await until(lambda: "✖ a reason is needed" in screen_text(app)[-2])
        assert prompt.asking
        await pilot.press("x", "enter")
        await until(lambda: not prompt.asking)
        assert app.heard[-1] == ("submitted", "why", "x")


async def test_many_candidates_scroll_and_are_counted() -> None:
    prompt = Prompt()
    app = Heard(prompt)
    async with app.run_test(size=(60, 12)) as pilot:
        prompt.ask(":", complete=names(*(f"kind-{number}" for number in range(9))))
        await until(lambda: "5/9" in "\n".join(screen_text(app)))
        await pilot.press("up")
        await until(lambda: "▶ kind-8" in "\n".join(screen_text(app)))
        assert "9/9" in "\n".join(screen_text(app))


def test_help_uses_the_columns_there_are() -> None:
    def texts(width: int) -> list[str]:
        return ["".join(text for _ink, text in line.parts) for line in help_lines(HELP, width)]

    assert all(len(line) <= 120 for line in texts(120))
    assert len(texts(190)) < len(texts(120)) < len(texts(80))
    assert any("apply – read-only" in line for line in texts(120))


def test_help_goes_on_below_where_a_line_ends() -> None:
    said = [
        HelpGroup("On a release", (HelpEntry("x", "Delete the record of a change that is stuck, and nothing else"),))
    ]
    assert ["".join(text for _ink, text in line.parts) for line in help_lines(said, 30)] == [
        " On a release",
        " x  Delete the record of a",
        "    change that is stuck, and",
        "    nothing else",
    ]


async def test_help_scrolls() -> None:
    pane = HelpPane()
    app = Stage(pane)
    async with app.run_test(size=(40, 5)) as pilot:
        pane.show(HELP)
        await pilot.press("G")
        await pilot.pause()
        assert "sort by name" in screen_text(app)[-1]
        await pilot.press("g", "j")
        await pilot.pause()
        assert "down" in screen_text(app)[0]
