from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Key, Row
from widgets.columns import AnyColumn
from widgets.ordering import Ordering, matches, natural, rank


@dataclass(frozen=True, slots=True)
class Thing(Row):
    status: str
    count: int


COLUMNS: tuple[AnyColumn, ...] = (
    NAMESPACE,
    NAME,
    Column("STATUS", lambda row, _now: row.status),
    Column("COUNT", lambda row, _now: str(row.count), sort=lambda row: row.count, right=True),
    AGE,
)

things = st.builds(
    Thing,
    kind=st.just("things"),
    namespace=st.sampled_from(["", "a", "b"]),
    name=st.sampled_from(["n-1", "n-2", "n-10", "Ü", "x9", "x10"]),
    uid=st.just(""),
    created=st.sampled_from([0.0, 1.0, 2.5]),
    status=st.sampled_from(["ready", "failed", "…", "10%", "9%"]),
    count=st.integers(-2, 12),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("replace"), st.lists(things, max_size=8)),
        st.tuples(st.just("put"), things),
        st.tuples(st.just("remove"), things),
        st.tuples(
            st.just("arrange"),
            st.tuples(
                st.sampled_from([None, *COLUMNS]),
                st.booleans(),
                st.sampled_from(["", "n-1", "!n-1", "READY", "1", "!"]),
                st.booleans(),
            ),
        ),
    ),
    max_size=25,
)


def failed(row: Row) -> bool:
    return isinstance(row, Thing) and row.status == "failed"


class Naive:
    """What the ordering has to agree with: everything sorted and chosen anew each time."""

    def __init__(self) -> None:
        self.rows: dict[Key, Thing] = {}
        self.how: tuple[AnyColumn | None, bool, str, bool] = (None, False, "", False)

    def shown(self) -> list[Thing]:
        column, reverse, needle, only = self.how
        chosen = [row for row in self.rows.values() if matches(COLUMNS, row, needle) and (not only or failed(row))]
        return sorted(chosen, key=lambda row: (rank(column, row), row.key), reverse=reverse)


@given(steps)
def test_any_sequence_of_changes_gives_what_a_naive_sort_gives(sequence: list[tuple[str, object]]) -> None:
    ordering, naive = Ordering(), Naive()
    ordering.arrange(COLUMNS)
    for what, value in sequence:
        if what == "replace" and isinstance(value, list):
            ordering.replace(value)
            naive.rows = {row.key: row for row in value}
        elif what == "put" and isinstance(value, Thing):
            assert ordering.put(value) is (naive.rows.get(value.key) != value)
            naive.rows[value.key] = value
        elif what == "remove" and isinstance(value, Thing):
            assert ordering.remove(value.key) is (naive.rows.pop(value.key, None) is not None)
        elif isinstance(value, tuple):
            column, reverse, needle, only = naive.how = value
            ordering.arrange(COLUMNS, column, reverse=reverse, needle=needle, only=failed if only else None)
        shown = [ordering.at(index) for index in range(len(ordering))]
        assert shown == naive.shown()
        assert [ordering.index(row.key) for row in shown] == list(range(len(shown)))
        assert ordering.total == len(naive.rows)


def test_numbers_in_names_count_as_numbers() -> None:
    assert sorted(["node-10", "node-2", "Node-1", "node"], key=natural) == ["node", "Node-1", "node-2", "node-10"]


def test_a_very_long_number_is_ranked_too() -> None:
    assert natural("9" * 10_000)


def test_what_is_hidden_has_no_index() -> None:
    ordering = Ordering()
    row = Thing("things", "a", "n-1", "", 0.0, "ready", 1)
    ordering.arrange(COLUMNS, needle="other")
    ordering.put(row)
    assert ordering.index(row.key) is None
    assert ordering.get(row.key) == row
    assert (len(ordering), ordering.total) == (0, 1)


def test_ages_are_not_searched() -> None:
    row = Thing("things", "a", "n-1", "", 1.0, "ready", 1)
    assert not matches(COLUMNS, row, "0s")
    assert matches(COLUMNS, row, "REA")
    assert not matches(COLUMNS, row, "!rea")
