"""Which cells of a line are written anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.strips import changed_cells

RED, PLAIN = Style(color="red"), Style()
WIDTH = 12


def strip(*parts: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


def line(text: str) -> Strip:
    return strip((text, PLAIN))


@pytest.mark.parametrize(
    ("before", "now", "cells"),
    [
        (line("longhorn 3m41s"), line("longhorn 3m42s"), (12, 13)),
        (line("longhorn 3m41s"), line("longhorn 3m41s"), (14, 14)),
        (line("abc"), line("xbc"), (0, 1)),
        (line("abc"), line("xby"), (0, 3)),
        (strip(("ab", PLAIN), ("c", RED)), strip(("a", PLAIN), ("bc", RED)), (1, 2)),
        (strip(("ab", PLAIN), ("c", PLAIN)), line("abc"), (3, 3)),
        (line("aa"), line("aaa"), (0, 3)),
        (line("日本 1"), line("日本 2"), (0, 6)),
        (line("e\u0301 1"), line("e\u0300 1"), (0, 3)),
    ],
)
def test_what_differs(before: Strip, now: Strip, cells: tuple[int, int]) -> None:
    assert changed_cells(before, now) == cells


cells = st.lists(st.tuples(st.sampled_from("ab● "), st.sampled_from([PLAIN, RED])), min_size=WIDTH, max_size=WIDTH)


@given(before=cells, now=cells)
def test_writing_only_what_differs_makes_the_same_line(
    before: list[tuple[str, Style]], now: list[tuple[str, Style]]
) -> None:
    start, end = changed_cells(strip(*before), strip(*now))
    assert [*before[:start], *now[start:end], *before[end:]] == now
    assert start == end or (before[start] != now[start] and before[end - 1] != now[end - 1])
