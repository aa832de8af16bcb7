from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runners.layers.kinds.base import Column
from runners.layers.kinds.pods import PODS
from widgets.columns import GAP, AnyColumn, arrange

WANTED = [15, 38, 5, 16, 8, 5, 6]
TITLES = [column.title for column in PODS.columns]


def placed(width: int) -> dict[str, int]:
    return {TITLES[slot.column]: slot.width for slot in arrange(PODS.columns, WANTED, width)}


def test_everything_is_shown_in_full_where_there_is_room() -> None:
    assert placed(120) == dict(zip(TITLES, WANTED, strict=True))


def test_what_can_be_missed_goes_first_and_the_name_is_cut_before() -> None:
    assert placed(100)["NAME"] < 38
    assert len(placed(100)) == 7
    assert list(placed(77)) == ["NAMESPACE", "NAME", "READY", "STATUS", "AGE"]


def test_the_widest_are_cut_where_nothing_more_can_be_missed() -> None:
    narrow = placed(50)
    assert list(narrow) == ["NAMESPACE", "NAME", "READY", "STATUS", "AGE"]
    assert narrow["READY"] == 5
    assert narrow["AGE"] == 5


drawn_columns: st.SearchStrategy[list[AnyColumn]] = st.lists(
    st.builds(
        lambda title, drop, grows: Column(title, lambda _row, _now: "", drop=drop, grows=grows),
        st.text("ABC", min_size=1, max_size=9),
        st.integers(0, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(drawn_columns, st.data())
def test_what_is_placed_always_fits(columns: list[AnyColumn], data: st.DataObject) -> None:
    wanted = [data.draw(st.integers(len(column.title), 80)) for column in columns]
    width = data.draw(st.integers(1, 200))
    slots = arrange(columns, wanted, width)
    assert slots
    assert sum(slot.width for slot in slots) + GAP * (len(slots) - 1) <= width
    assert [slot.column for slot in slots] == sorted(slot.column for slot in slots)
    assert all(1 <= slot.width <= wanted[slot.column] for slot in slots)
