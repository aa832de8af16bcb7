from __future__ import annotations

import sys
import threading
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from runners.cluster.store import Delta, Store
from runners.layers.freshness import LIVE, LOADING, Freshness, Reach
from runners.layers.kinds.base import Key, Kind, Row
from runners.layers.rows import Rows
from tests.cluster.support import THINGS, Thing, until

OTHERS: Kind[Thing] = replace(THINGS, id="others")
"""A second kind in the same table."""


def row(name: str, namespace: str = "one", colour: str = "", kind: str = "things") -> Thing:
    return Thing(kind, namespace, name, f"uid-{name}", 0.0, colour)


def put(store: Store, *rows: Thing, kind: Kind[Thing] = THINGS) -> None:
    store.apply(kind, {item.key: item for item in rows})


_NAMES, _SPACES, _COLOURS = st.sampled_from("abc"), st.sampled_from(["one", "two", ""]), st.sampled_from(["", "red"])
_SET = st.builds(lambda n, s, c: ((("things", s, n)), row(n, s, c)), _NAMES, _SPACES, _COLOURS)
_GONE = st.builds(lambda n, s: (("things", s, n), None), _NAMES, _SPACES)
_STEPS = st.lists(
    st.one_of(
        st.lists(st.one_of(_SET, _GONE), max_size=4).map(lambda changes: ("apply", dict(changes))),
        st.sets(st.tuples(st.just("things"), _SPACES, _NAMES)).map(lambda keys: ("keep", keys)),
    ),
    max_size=12,
)


@given(_STEPS, st.integers(0, 12))
def test_rows_and_replayed_deltas_are_what_a_dict_would_be(steps: list[tuple[str, object]], attach_at: int) -> None:
    store, plain = Store(), dict[Key, Row]()
    shown: dict[Key, Row] = {}

    def show(delta: Delta) -> None:
        assert not delta.changed.keys() & delta.removed
        for key, new in delta.changed.items():
            assert shown.get(key) != new
            shown[key] = new
        for key in delta.removed:
            del shown[key]

    for number, (what, value) in enumerate([*steps, ("keep", None)]):
        if number == min(attach_at, len(steps)):
            shown.update(store.attach("things", show).rows)
        if what == "apply":
            assert isinstance(value, dict)
            store.apply(THINGS, value)
            plain = {key: new for key, new in {**plain, **value}.items() if new is not None}
        elif value is not None:
            assert isinstance(value, set)
            store.keep_only(THINGS, value)
            plain = {key: old for key, old in plain.items() if key in value}
        assert {found.key: found for found in store.all(THINGS)} == plain
        assert {found.key: found for found in store.table("things")} == plain
        for space in ("one", "two", ""):
            assert {found.key for found in store.within(THINGS, [space])} == {key for key in plain if key[1] == space}
    assert shown == plain


def test_it_is_what_the_rules_read() -> None:
    rows: Rows = Store()
    assert rows.all(THINGS) == []
    assert rows.freshness(THINGS) == LOADING


def test_an_equal_row_is_no_change() -> None:
    store = Store()
    told: list[Delta] = []
    store.subscribe(told.append)
    put(store, row("a"))
    put(store, row("a"))
    store.apply(THINGS, {("things", "one", "unknown"): None})
    assert [(set(delta.changed), delta.removed, delta.freshness) for delta in told] == [
        ({("things", "one", "a")}, frozenset(), None)
    ]
    assert told[0].kinds == {"things"}


def test_kinds_of_one_table_keep_their_own_rows() -> None:
    store = Store()
    put(store, row("a"))
    put(store, row("a", kind="others"), kind=OTHERS)
    store.keep_only(OTHERS, ())
    assert [found.name for found in store.all(THINGS)] == ["a"]
    assert store.all(OTHERS) == []
    assert store.get(("things", "one", "a")) == row("a")


def test_a_namespace_given_twice_counts_once() -> None:
    store = Store()
    put(store, row("a"), row("b", "two"))
    assert [found.name for found in store.within(THINGS, ["one", "one"])] == ["a"]


def test_a_table_is_as_fresh_as_its_least_fresh_kind_that_is_served() -> None:
    store = Store()
    told: list[Freshness | None] = []
    store.attach("things", lambda delta: told.append(delta.freshness))
    store.set_freshness(THINGS, LIVE)
    store.set_freshness(THINGS, LIVE)
    store.set_freshness(OTHERS, Freshness(Reach.ABSENT, 1.0))
    assert store.table_freshness("things") == LIVE
    store.set_freshness(OTHERS, Freshness(Reach.FORBIDDEN, 2.0, "list others"))
    assert store.table_freshness("things").reach is Reach.FORBIDDEN
    store.set_freshness(THINGS, Freshness(Reach.ABSENT, 3.0))
    store.set_freshness(OTHERS, Freshness(Reach.ABSENT, 3.0))
    assert store.table_freshness("things").reach is Reach.ABSENT
    assert [fresh.reach for fresh in told if fresh] == [
        Reach.LIVE,
        Reach.LIVE,
        Reach.FORBIDDEN,
        Reach.FORBIDDEN,
        Reach.ABSENT,
    ]


def test_who_leaves_is_told_no_more() -> None:
    store = Store()
    told: list[Delta] = []
    leave, attached = store.subscribe(told.append), store.attach("things", told.append)
    leave()
    attached.detach()
    put(store, row("a"))
    assert told == []


def test_a_listener_that_fails_costs_the_others_nothing() -> None:
    store = Store()
    told: list[Delta] = []

    def broken(delta: Delta) -> None:
        raise RuntimeError(delta.table)

    store.subscribe(broken)
    store.subscribe(told.append)
    put(store, row("a"))
    assert len(told) == 1


def test_a_listener_may_read_and_write_the_store() -> None:
    store = Store()
    seen: list[int] = []

    def counting(delta: Delta) -> None:
        seen.append(len(store.table("things")))
        if len(seen) == 1:
            put(store, row("b"))

    store.subscribe(counting)
    put(store, row("a"))
    assert seen == [1, 2]


def test_readers_and_newcomers_do_not_wait_for_listeners() -> None:
    store = Store()
    inside, leave = threading.Event(), threading.Event()

    def slow(delta: Delta) -> None:
        inside.set()
        assert leave.wait(20)

    store.subscribe(slow)
    writer = threading.Thread(target=put, args=(store, row("a")))
    writer.start()
    assert inside.wait(20)
    assert [found.name for found in store.all(THINGS)] == ["a"]
    assert [found.name for found in store.attach("things", slow).rows.values()] == ["a"]
    leave.set()
    writer.join(20)


def test_whoever_attaches_in_the_middle_of_writes_misses_nothing_and_is_told_nothing_twice() -> None:
    store = Store()
    enough = threading.Event()

    def write(space: str) -> None:
        number = 0
        while not enough.is_set():
            number += 1
            put(store, row("busy", space, str(number)))

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    writers = [threading.Thread(target=write, args=(space,)) for space in ("one", "two")]
    try:
        for writer in writers:
            writer.start()
        for _ in range(120):
            later: list[Delta] = []
            attached = store.attach("things", later.append)
            counts = {key: int(found.colour) for key, found in attached.rows.items() if isinstance(found, Thing)}
            until(lambda later=later: len(later) > 2)  # type: ignore[misc]
            attached.detach()
            for delta in list(later):
                for key, new in delta.changed.items():
                    assert isinstance(new, Thing)
                    assert int(new.colour) == counts.get(key, int(new.colour) - 1) + 1
                    counts[key] = int(new.colour)
    finally:
        enough.set()
        sys.setswitchinterval(usual)
        for writer in writers:
            writer.join(10)


def test_rows_are_counted_by_kind_and_namespace() -> None:
    store = Store()
    put(store, row("a"), row("b", "two"), row("c", ""))
    put(store, row("d", kind="others"), kind=OTHERS)
    assert store.count("things") == 4
    assert store.count("things", kind="things") == 3
    assert store.count("things", namespace="one") == 3, "what is in no namespace is in each"
    assert store.count("things", kind="others", namespace="two") == 0
    assert store.namespaces() == {"one", "two"}
    store.apply(THINGS, {row("b", "two").key: None})
    assert store.namespaces() == {"one"}
