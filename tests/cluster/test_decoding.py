from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.cluster.decoding import decode
from runners.layers.jsons import dig

_KEYS = st.one_of(
    st.text(max_size=8), st.sampled_from(["managedFields", "}]", '"}]', '"managedFields":[{', "f:}],", '}]},"', "\\"])
)
_VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.booleans(), _KEYS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=12,
)
_FIELDS = st.recursive(
    st.just(dict[str, Any]()), lambda inner: st.dictionaries(_KEYS, inner, min_size=1, max_size=3), max_leaves=6
)


def emptied(value: Any) -> Any:
    """The same value with every non-empty list of objects under managedFields emptied, as the decoder may do."""
    if isinstance(value, dict):
        return {key: [] if key == "managedFields" and isinstance(v, list) else emptied(v) for key, v in value.items()}
    return [emptied(item) for item in value] if isinstance(value, list) else value


@given(_VALUES, st.lists(_FIELDS, max_size=3), st.booleans())
def test_nothing_but_managed_fields_is_lost_whatever_their_keys_hold(rest: Any, fields: Any, compact: bool) -> None:
    entries = [{"manager": "m", "fieldsV1": field, "operation": "Update"} for field in fields]
    obj = {"metadata": {"name": "x", "managedFields": entries, "z": 1}, "spec": rest}
    raw = json.dumps(obj, separators=(",", ":") if compact else None, ensure_ascii=False).encode()
    assert emptied(decode(raw)) == emptied(obj)


def test_managed_fields_are_not_decoded() -> None:
    entry = {"manager": "kubectl", "fieldsV1": {"f:spec": {'k:{"type":"Ready"}': {}}}}
    raw = json.dumps({"metadata": {"managedFields": [entry], "name": "x"}}, separators=(",", ":")).encode()
    assert decode(raw) == {"metadata": {"managedFields": [], "name": "x"}}


def test_a_list_has_those_of_every_item_left_out() -> None:
    item = {"metadata": {"managedFields": [{"manager": "m"}], "name": "x"}}
    raw = json.dumps({"items": [item, item, {"metadata": {"managedFields": []}}]}, separators=(",", ":")).encode()
    items: Any = dig(decode(raw), "items")
    assert [item["metadata"]["managedFields"] for item in items] == [[], [], []]


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[1]", b"\xff", b'{"a":', b"3"])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a JSON object"):
        decode(raw)
