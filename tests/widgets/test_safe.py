from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.safe import cut, fit, label, plain, wrapped


@given(st.text())
def test_plain_has_no_control_character_and_no_line_break(text: str) -> None:
    assert all(unicodedata.category(each) not in ("Cc", "Cs", "Zl", "Zp") for each in plain(text))


def test_plain_shows_what_it_took_away() -> None:
    assert plain("a\x1b[31mb\tc\nd\x9be") == "a␛[31mb c d�e"


def test_a_label_has_no_markup() -> None:
    assert label("[bold]x[/] $accent").plain == "[bold]x[/] $accent"
    assert label("[red]x").spans == []


@given(st.text().map(plain), st.integers(0, 40))
def test_cut_never_takes_more_than_its_cells(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width
    if cell_len(text) <= width:
        assert cut(text, width) == text


@given(st.text("ab日\u0301 ").map(plain), st.integers(1, 40), st.booleans())
def test_fit_takes_exactly_its_cells(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


def test_names_lose_their_middle_and_sentences_their_end() -> None:
    assert cut("longhorn-manager-nz8qt", 12) == "longho…nz8qt"
    assert cut("no address: metallb", 12) == "no address:…"


@given(st.text("ab日/- ").map(plain), st.integers(2, 40))
def test_wrapped_loses_nothing_and_keeps_to_its_cells(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert lines
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_are_kept_whole_and_a_long_one_is_parted_before_a_name() -> None:
    assert wrapped("look at the data0-minio", 16) == ["look at the", "data0-minio"]
    assert wrapped("claim minio-tenant/data0-minio-pool-0", 24) == ["claim minio-tenant/", "data0-minio-pool-0"]
    assert wrapped("--components=source-controller,kustomize-controller", 36) == [
        "--components=source-controller,",
        "kustomize-controller",
    ]
    assert wrapped("see https://git.home/you/homelab/tree", 24) == ["see https://git.home/", "you/homelab/tree"]
    assert wrapped("look at it https://git.home/you/homelab/tree", 22)[0] == "look at it"
    assert wrapped("x" * 20, 8) == ["x" * 8, "x" * 8, "x" * 4]
    assert wrapped("", 8) == [""]
    assert wrapped("  and 3 more   # of 9", 12) == ["  and 3 more", "# of 9"]
