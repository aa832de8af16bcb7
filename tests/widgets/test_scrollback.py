from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.scrollback import LINE_LIMIT, Scrollback


def lines_of(scrollback: Scrollback) -> list[str]:
    return [scrollback.line(number) for number in range(scrollback.first, scrollback.end)]


@given(st.text("aé日\n"), st.integers(1, 5))
def test_chunks_may_be_cut_anywhere(text: str, size: int) -> None:
    scrollback = Scrollback()
    raw = text.encode()
    for start in range(0, len(raw), size):
        scrollback.feed(raw[start : start + size])
    expected = text.split("\n")
    assert lines_of(scrollback) == (expected if expected[-1] else expected[:-1])


@given(st.lists(st.integers(0, 40), max_size=12))
def test_it_is_bounded_and_numbers_stay(counts: list[int]) -> None:
    scrollback = Scrollback(limit=20)
    total = 0
    for count in counts:
        scrollback.feed("".join(f"{total + index}\n" for index in range(count)))
        total += count
        assert scrollback.end == total
        assert scrollback.end - scrollback.first <= 22
        assert lines_of(scrollback) == [str(number) for number in range(scrollback.first, total)]


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    scrollback = Scrollback()
    scrollback.feed(b"a\xffb\n")
    assert lines_of(scrollback) == ["a\ufffdb"]


def test_a_progress_bar_without_an_end_takes_little() -> None:
    scrollback = Scrollback()
    for percent in range(5000):
        scrollback.feed(f"\r{percent} % of it is done")
    assert scrollback.end == 1
    assert len(scrollback.line(0)) < 5000
    assert scrollback.line(0).endswith("\r4999 % of it is done")


def test_a_line_without_an_end_is_broken() -> None:
    scrollback = Scrollback()
    scrollback.feed("x" * (LINE_LIMIT * 2 + 5))
    assert [len(line) for line in lines_of(scrollback)] == [LINE_LIMIT, LINE_LIMIT, 5]


def test_clear_forgets_half_a_character_too() -> None:
    scrollback = Scrollback()
    scrollback.feed("é".encode()[:1])
    scrollback.clear()
    scrollback.feed("ok")
    assert lines_of(scrollback) == ["ok"]
