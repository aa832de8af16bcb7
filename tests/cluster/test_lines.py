from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runners.cluster.lines import LineSplitter


@given(st.binary(max_size=200).map(lambda data: data.replace(b"a", b"\n")), st.lists(st.integers(0, 200), max_size=20))
def test_the_lines_are_the_same_wherever_the_chunks_are_cut(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    splitter = LineSplitter()
    lines = [line for begin, end in pairwise(edges) for line in splitter.feed(data[begin:end])]
    whole = data.split(b"\n")
    assert lines == [line for line in whole[:-1] if line]
    assert splitter.rest() == whole[-1]


def test_a_long_line_costs_no_more_for_coming_in_small_pieces() -> None:
    splitter = LineSplitter()
    for _ in range(20_000):
        assert splitter.feed(b"x" * 64) == []
    assert splitter.feed(b"\n") == [b"x" * 64 * 20_000]
