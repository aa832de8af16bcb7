from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from widgets.ansi import fold, segments, text_of, window

SHARDS = (
    *("\x1b", "\x1b[", "\x1b[31m", "\x1b[0m", "\x1b[38;5;200m", "\x1b[38;2;1;2;3m", "\x1b[999999999m", "\x1b[2J"),
    *("\x1b[1;1H", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1bP", "\x1b(B", "\x9b31m", "\x9d0;t\x9c", "\x90"),
    *("\r", "\t", "\x00", "\x07", "\x08", "\x7f", "\x85", "\u202e", "日", "e\u0301", "👩\u200d👧"),
    *("plain", "[31m", ";", "m"),
)
raw_lines = st.lists(st.one_of(st.sampled_from(SHARDS), st.text(max_size=6)), max_size=20).map(
    lambda parts: "".join(parts).replace("\n", "")
)


def is_harmless(text: str) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in text)


@given(raw_lines, st.integers(1, 30))
@example("\x1b[31mred\x1b", 5)
@example("\x9b31mred", 5)
@example("\x1b]0;never ended", 5)
def test_no_control_character_comes_out(raw: str, width: int) -> None:
    rows = fold(raw, width)
    assert all(is_harmless(segment.text) for row in rows for segment in row)
    assert all(is_harmless(segment.text) for segment in segments(raw))
    assert all(is_harmless(segment.text) for segment in window(raw, 3, width))
    assert is_harmless(text_of(raw))


@given(raw_lines, st.integers(2, 30))
@example("👩\u200d👧000000\x1b00", 2)
@example("\u200d0漢\x1b漢", 2)
def test_rows_and_windows_keep_their_width_and_lose_nothing(raw: str, width: int) -> None:
    rows = fold(raw, width)
    assert all(sum(cell_len(segment.text) for segment in row) <= width for row in rows)
    assert "".join(part.text for row in rows for part in row) == "".join(part.text for part in segments(raw))
    for left in (0, 1, 7):
        assert sum(cell_len(segment.text) for segment in window(raw, left, width)) <= width


def styled(raw: str) -> list[tuple[str, Style | None]]:
    return [(segment.text, segment.style) for segment in segments(raw)]


def test_colours_are_honoured() -> None:
    assert styled("\x1b[1;31mbad\x1b[22m soft\x1b[0m plain") == [
        ("bad", Style.parse("bold color(1)")),
        (" soft", Style.parse("not bold not dim color(1)")),
        (" plain", Style.null()),
    ]
    assert styled("\x1b[38;5;208mx\x1b[48;2;1;2;3my")[1] == ("y", Style.parse("color(208) on #010203"))
    assert styled("\x1b[94mx\x1b[39my\x1b[mz") == [
        ("x", Style.parse("color(12)")),
        ("y", Style.parse("default")),
        ("z", Style.null()),
    ]


def test_a_broken_colour_changes_nothing() -> None:
    assert styled("\x1b[38;5mx") == [("x", Style.null())]
    assert styled("\x1b[77mx") == [("x", Style.null())]


def test_what_moves_the_cursor_or_sets_a_title_is_gone() -> None:
    assert text_of("\x1b[2J\x1b[10;10Ha\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c\x1b[Kd") == "abcd"


def test_of_a_progress_bar_the_last_state_is_shown() -> None:
    assert text_of("10%\r50%\r100%") == "100%"
    assert text_of("100%\r") == "100%"
    assert fold("done\r", 10) == [[Segment("done", Style.null())]]


def test_wide_characters_are_never_cut_in_half() -> None:
    assert [row[0].text for row in fold("日本語", 5)] == ["日本", "語"]
    assert "".join(part.text for part in window("日本語", 1, 4)) == " 本 "


def test_a_row_too_narrow_for_a_character_ends() -> None:
    assert fold("日本", 1) == [[]]


def test_a_line_of_316_kilobytes_is_cut_where_the_pane_ends() -> None:
    raw = "x" * 316_000
    assert window(raw, 300_000, 40)[0].text == "x" * 40
    assert len(fold(raw, 100)) == 3160
