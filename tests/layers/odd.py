"""Objects that differ from what their schema promises: a field that is missing, or of an odd type or value."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Obj = dict[str, Any]
Path = tuple[str | int, ...]
_MISSING = object()
_ODD = st.one_of(
    st.just(_MISSING),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["", "Odd", "-1", "9999-99-99T99:99:99Z", "{", "://"]),
    st.just([]),
    st.just([None, 3, {"type": 4}]),
    st.just({}),
    st.just({"odd": ["x"]}),
)


def _paths(value: object, at: Path = ()) -> Iterator[Path]:
    """The place of everything below a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*at, key)
        yield from _paths(item, (*at, key))


@st.composite
def changed_somewhere(draw: st.DrawFn, obj: Obj) -> Obj:
    """An object with up to three fields missing, or of an odd type or value."""
    changed = copy.deepcopy(obj)
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(list(_paths(changed)) or [("metadata",)]))
        inside: Any = changed
        for key in above:
            inside = inside[key]
        odd = draw(_ODD)
        if odd is _MISSING:
            inside.pop(last)
        else:
            inside[last] = copy.deepcopy(odd)
    return changed
