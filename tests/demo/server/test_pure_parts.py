"""The parts that know nothing of a server: selectors, patches, JSONPath, and what a history says."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.demo.server.applying import applied, fields_of
from runners.demo.server.jsonpath import found
from runners.demo.server.patching import PatchError, json_patch, merge_patch
from runners.demo.server.selectors import SelectorError, parse_fields, parse_labels, selector
from runners.demo.server.storage import Store, TooOldError
from runners.demo.server.strategic import strategic_merge

KEYS = st.sampled_from(["a", "b", "c", "name", "x/y", "m~n"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "text"])
DOCUMENTS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
OBJECTS = st.dictionaries(KEYS, DOCUMENTS, max_size=4)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return value


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_is_applied_once_and_leaves_no_null(document: dict[str, Any], patch: dict[str, Any]) -> None:
    document = without_nulls(document)
    once = merge_patch(document, patch)
    assert merge_patch(once, patch) == once
    assert merge_patch(document, {}) == document
    assert merge_patch({}, document) == document
    assert without_nulls(once) == once


@given(OBJECTS, OBJECTS)
def test_a_strategic_merge_of_maps_is_a_merge_patch(document: dict[str, Any], patch: dict[str, Any]) -> None:
    document = without_nulls(document)
    assert strategic_merge(document, patch) == merge_patch(document, patch)


ENV = [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]


@pytest.mark.parametrize(
    ("patch", "wanted"),
    [
        ({"ports": [{"containerPort": 80, "name": "http"}]}, {"ports": [{"containerPort": 80, "name": "http"}]}),
        ({"env": [{"name": "A", "value": "2"}]}, {"env": [{"name": "A", "value": "2"}, {"name": "B", "value": "1"}]}),
        ({"env": [{"name": "A", "$patch": "delete"}]}, {"env": [{"name": "B", "value": "1"}]}),
        ({"env": [{"$patch": "replace"}, {"name": "C"}]}, {"env": [{"name": "C"}]}),
        ({"env": [{"name": "C"}], "$setElementOrder/env": [{"name": "C"}]}, {"env": [*ENV, {"name": "C"}]}),
        ({"args": ["y"]}, {"args": ["y"]}),
        ({"finalizers": ["b"]}, {"finalizers": ["a", "b"]}),
        ({"$deleteFromPrimitiveList/finalizers": ["a"]}, {"finalizers": []}),
        ({"$retainKeys": ["env"]}, {"args": None, "finalizers": None, "ports": None}),
        ({"$patch": "replace", "args": []}, {"args": [], "env": None, "finalizers": None, "ports": None}),
    ],
)  # fmt: skip
def test_a_strategic_merge_knows_the_items_of_lists(patch: dict[str, Any], wanted: dict[str, Any]) -> None:
    document = {"env": ENV, "args": ["x"], "finalizers": ["a"], "ports": [{"containerPort": 80}]}
    expected = {key: value for key, value in {**document, **wanted}.items() if value is not None}
    assert strategic_merge(document, patch) == expected


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ({"op": "add", "path": "/l/1", "value": 9}, {"l": [1, 9, 2], "o": {"a/b": 1}}),
        ({"op": "add", "path": "/l/-", "value": 9}, {"l": [1, 2, 9], "o": {"a/b": 1}}),
        ({"op": "replace", "path": "/l/0", "value": 9}, {"l": [9, 2], "o": {"a/b": 1}}),
        ({"op": "remove", "path": "/o/a~1b"}, {"l": [1, 2], "o": {}}),
        ({"op": "move", "from": "/l/0", "path": "/o/x"}, {"l": [2], "o": {"a/b": 1, "x": 1}}),
        ({"op": "copy", "from": "/o", "path": "/p"}, {"l": [1, 2], "o": {"a/b": 1}, "p": {"a/b": 1}}),
        ({"op": "test", "path": "/l", "value": [1, 2]}, {"l": [1, 2], "o": {"a/b": 1}}),
        ({"op": "replace", "path": "", "value": {}}, {}),
    ],
)
def test_a_json_patch_does_what_it_says(operation: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert json_patch({"l": [1, 2], "o": {"a/b": 1}}, [operation]) == wanted


OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "what"])},
    optional={
        "path": st.sampled_from(["", "/", "/a", "/a/b", "/a/0", "/a/-", "/x~1y", "a"]) | DOCUMENTS,
        "from": st.sampled_from(["", "/a", "/b/c", "/a/0"]),
        "value": DOCUMENTS,
    },
)


@given(DOCUMENTS, st.lists(OPERATIONS, max_size=4) | DOCUMENTS)
def test_a_json_patch_fails_in_one_way_and_changes_nothing_in_place(document: Any, operations: Any) -> None:
    before = repr(document)
    with suppress(PatchError):
        json_patch(document, operations)
    assert repr(document) == before


@given(st.text(alphabet="ab=!, ()innot.-/_\\", max_size=20))
def test_a_selector_is_understood_or_refused(written: str) -> None:
    for parse in (parse_labels, parse_fields):
        try:
            requirements = parse(written)
        except SelectorError:
            continue
        assert all(isinstance(item.met(None), bool) for item in requirements)


LABELS = st.dictionaries(st.sampled_from(["a", "b", "c.d/e"]), st.sampled_from(["", "x", "y"]), max_size=3)


@given(LABELS, st.sampled_from(["a", "b", "c.d/e"]), st.sampled_from(["", "x", "y"]))
def test_a_selector_and_its_opposite_divide_all_objects(labels: dict[str, str], key: str, value: str) -> None:
    obj = {"metadata": {"labels": labels}}
    pairs = (
        (f"{key}={value}", f"{key}!={value}"),
        (f"{key} in ({value})", f"{key} notin ({value})"),
        (key, f"!{key}"),
    )
    for one, other in pairs:
        assert selector({"labelSelector": one}).matches(obj) != selector({"labelSelector": other}).matches(obj)
    assert selector({"labelSelector": f"{key} in ({value})"}).matches(obj) == (labels.get(key) == value)


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ("metadata.name=a", True),
        ("metadata.name==a,status.phase!=Running", True),
        ("spec.nodeName=", True),
        ("spec.nodeName=n", False),
        (r"involvedObject.name=x\,y\=z", True),
        ("spec.unschedulable=true", True),
        ("metadata.generation=3", True),
    ],
)
def test_fields_are_compared_as_texts(fields: str, matches: bool) -> None:
    obj = {
        "metadata": {"name": "a", "generation": 3},
        "status": {"phase": "Pending"},
        "spec": {"unschedulable": True},
        "involvedObject": {"name": "x,y=z"},
    }
    assert selector({"fieldSelector": fields}).matches(obj) is matches


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".status.state", "up"),
        ("{.status.state}", "up"),
        ('.status.conditions[?(@.type=="Ready")].status', "True"),
        (".status.conditions[1].type", "Other"),
        (".metadata.labels.a\\.b/c", "d"),
        (".metadata.labels['a.b/c']", "d"),
        (".status.conditions[9].type", None),
        ('.status.conditions[?(@.type=="None")].status', None),
        (".status[", None),
    ],
)
def test_printer_columns_find_their_values(path: str, value: object) -> None:
    conditions = [{"type": "Ready", "status": "True"}, {"type": "Other"}]
    obj = {"metadata": {"labels": {"a.b/c": "d"}}, "status": {"state": "up", "conditions": conditions}}
    assert found(obj, path) == value


@given(OBJECTS, OBJECTS)
def test_what_is_applied_and_taken_back_leaves_what_others_wrote(
    current: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """Wherever the wish touches nothing that is there: else it took that over."""
    current, wanted = without_nulls(current), without_nulls({f"own{key}": value for key, value in wanted.items()})
    there = applied(current, wanted, {}, [], by_item=True)
    assert merge_patch(there, wanted) == there
    back = applied(there, {}, fields_of(wanted, by_item=True), [], by_item=True)
    left = {key: value for key, value in back.items() if value not in ({}, [])}
    assert left == {key: value for key, value in current.items() if value not in ({}, [])}


WRITES = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=30)


@given(WRITES, st.integers(1, 40))
def test_every_version_is_remembered_as_it_was_or_not_at_all(writes: list[tuple[str, bool]], remembered: int) -> None:
    store = Store(remembered)
    store.open("things")
    collection = store.collection("things")
    assert collection is not None
    states = {store.version: dict(collection.objects)}
    for name, keeps in writes:
        if keeps:
            store.put(("things", "", name), {"metadata": {"name": name}})
        elif store.get(("things", "", name)) is not None:
            store.remove(("things", "", name))
        states[store.version] = dict(collection.objects)
    for version, state in states.items():
        try:
            assert collection.at(version) == state
        except TooOldError:
            assert len([later for later in states if later > version]) > remembered
            continue
        replayed = dict(state)
        for change in collection.since(version):
            if change.after is None:
                del replayed[change.place]
            else:
                replayed[change.place] = change.after
        assert replayed == collection.objects
