"""The first frame's outlines: as pictures, and cell by cell beside the overview that takes their place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.color import Color
from rich.style import Style
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widget import Widget

from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import started
from tui.app import BedplateApp
from tui.outlines import Part, outlines

SIZES = [(36, 8), (40, 10), (63, 40), (64, 17), (81, 19), (80, 24), (120, 36), (200, 60)]
Cell = tuple[str, Style]


class Outlined(App[None]):
    """Shows nothing but the outlines."""

    CSS = "Screen { layout: vertical; }"

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label

    def compose(self) -> ComposeResult:
        size, label = self.size, self._label

        class Lines(Widget):
            def render(self) -> Content:
                lines = outlines(size.width, size.height, label)
                return Content("\n").join(Content.assemble(*map(_styled, line)) for line in lines)

        yield Lines()


def _styled(part: Part) -> tuple[str, str]:
    bold, reverse = "bold " if part.bold else "", "reverse " if part.reverse else ""
    return part.text, f"{bold}{reverse}{part.ink} on {part.ground}"


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 36), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_outlines(size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(Outlined(""), terminal_size=size)


def test_outlines_of_a_demo(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(Outlined("DEMO"), terminal_size=(80, 24))


@pytest.mark.parametrize("size", [*SIZES, (35, 20), (80, 7)])
def test_every_cell_is_there_once(size: tuple[int, int]) -> None:
    lines = outlines(*size, "DEMO")
    assert [sum(len(part.text) for part in line) for line in lines] == [size[0]] * size[1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.anyio
async def test_what_is_drawn_stays_when_the_overview_comes(session: StillSession, size: tuple[int, int]) -> None:
    app = BedplateApp(session, clock)
    async with app.run_test(size=size) as pilot:
        await started(app, pilot)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = [[(char, seg.style or Style()) for seg in strip for char in seg.text] for strip in strips]
    drawn = [[cell for part in line for cell in _cells(part)] for line in outlines(*size)]
    # What the header says depends on how much room is left beside the context's name.
    for y in range(0 if size[0] >= 80 else 1, size[1]):
        for (char, style), (there, its) in zip(drawn[y], shown[y], strict=True):
            if char != " ":
                assert (y, char, style.color, style.bgcolor, bool(style.bold)) == (
                    *(y, there, its.color, its.bgcolor, bool(its.bold)),
                )


def _cells(part: Part) -> list[Cell]:
    style = Style(color=Color.parse(part.ink), bgcolor=Color.parse(part.ground), bold=part.bold, reverse=part.reverse)
    return [(char, style) for char in part.text]
