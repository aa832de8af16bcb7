from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.ansi import fold
from widgets.scrollback import Scrollback
from widgets.viewport import Place, Viewport


def all_rows(scrollback: Scrollback, width: int, *, wrap: bool) -> list[Place]:
    return [
        (number, row)
        for number in range(scrollback.first, scrollback.end)
        for row in range(len(fold(scrollback.line(number), width)) if wrap else 1)
    ]


moves = st.lists(
    st.one_of(
        st.integers(-30, 30),
        st.sampled_from(["start", "end"]),
        st.lists(st.text("ab日\x1b ", max_size=25), min_size=1, max_size=6),
    ),
    max_size=15,
)


@given(moves, st.integers(2, 12), st.integers(1, 8), st.booleans())
def test_it_moves_like_a_window_over_all_rows(sequence: list[object], width: int, height: int, wrap: bool) -> None:
    scrollback = Scrollback()
    view = Viewport(scrollback)
    view.resize(width, height)
    view.set_wrap(wrap)
    top, following = 0, True
    for step in sequence:
        if isinstance(step, list):
            scrollback.feed("".join(f"{line}\n" for line in step))
        rows = all_rows(scrollback, width, wrap=wrap)
        last = max(0, len(rows) - height)
        top = last if following else min(top, last)
        if step == "start":
            view.to_start()
            top, following = 0, False
        elif step == "end":
            view.to_end()
            top, following = last, True
        elif isinstance(step, int):
            view.scroll(step)
            top = max(0, min(top + step, last))
            following = step > 0 and top == last
        assert view.visible() == rows[top : top + height]
        assert view.following is following


def test_lines_that_are_trimmed_away_leave_the_view() -> None:
    scrollback = Scrollback(limit=10)
    view = Viewport(scrollback)
    view.resize(20, 3)
    scrollback.feed("a\n" * 10)
    view.to_start()
    scrollback.feed("b\n" * 10)
    assert view.visible()[0] == (scrollback.first, 0)


def test_find_goes_round_in_both_directions() -> None:
    scrollback = Scrollback()
    scrollback.feed("one\n\x1b[31mTwo\x1b[0m words\nthree\ntwo\n")
    view = Viewport(scrollback)
    assert view.find("two", -1, 1) == 1
    assert view.find("two words", 3, 1) == 1
    assert view.find("two", 1, 1) == 3
    assert view.find("two", 1, -1) == 3
    assert view.find("one", 0, 1) == 0
    assert view.find("31m", 0, 1) is None


def test_sideways_stays_within_what_is_there() -> None:
    scrollback = Scrollback()
    scrollback.feed("x" * 50 + "\nshort\n")
    view = Viewport(scrollback)
    view.resize(20, 5)
    for _ in range(5):
        view.sideways(16)
    assert view.left == 40
    view.sideways(-100)
    assert view.left == 0
