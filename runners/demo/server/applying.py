"""Server-side apply: what a manager wants is merged in, and what it no longer wants, and nobody else does, goes.

Lists merge by the table of strategic merges, for built-in kinds and for metadata; others are replaced as a whole.
Fields belong to the managers that applied them; what was written otherwise is nobody's, and an apply takes it over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from runners.demo.server.strategic import MERGE_KEYS, SETS, key_of
from runners.layers.jsons import Json, mapping, sequence

_NOT_OWNED = ("apiVersion", "kind")
_NOT_OWNED_OF_METADATA = (
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
)


def applied(current: Json, wanted: Json, before: Json, others: Sequence[Json], *, by_item: bool) -> Json:
    """The object with a manager's wishes.

    Args:
        current: the object as it is.
        wanted: what the manager applies now.
        before: the fields of its last apply.
        others: the fields of other managers.
        by_item: lists merge item by item; a custom resource's don't.
    """
    merged = mapping(_merge("", current, wanted, by_item=by_item))
    return mapping(_pruned("", merged, before, fields_of(wanted, by_item=by_item), others))


def fields_of(wanted: Json, *, by_item: bool) -> Json:
    """The fields of an object, as managed fields write them (FieldsV1)."""
    own = {key: value for key, value in wanted.items() if key not in _NOT_OWNED}
    metadata = {key: value for key, value in mapping(own, "metadata").items() if key not in _NOT_OWNED_OF_METADATA}
    return _fields("", {**own, **({"metadata": metadata} if "metadata" in own else {})}, by_item=by_item)


def disputes(current: Json, wanted: Json, others: Mapping[str, Json], *, by_item: bool) -> Iterator[tuple[str, str]]:
    """The managers that have applied another value of a field that is wanted, each with the field's path."""
    changed = fields_of(_changes(current, wanted), by_item=by_item)
    for manager, fields in others.items():
        for path in _shared(changed, fields):
            yield manager, path


def _changes(current: Json, wanted: Json) -> dict[str, object]:
    """What of the wishes isn't so yet."""
    found: dict[str, object] = {}
    for key, value in wanted.items():
        if isinstance(value, Mapping) and isinstance(current.get(key), Mapping):
            inner = _changes(mapping(current, key), value)
            if inner:
                found[key] = inner
        elif current.get(key) != value:
            found[key] = value
    return found


def _shared(one: Json, other: Json, path: str = "") -> Iterator[str]:
    for key in one.keys() & other.keys() - {"."}:
        inner = f"{path}.{key.removeprefix('f:')}"
        below = list(_shared(mapping(one, key), mapping(other, key), inner))
        if below:
            yield from below
        elif not mapping(one, key):
            yield inner


def _merge(field: str, current: object, wanted: object, *, by_item: bool) -> object:
    if isinstance(wanted, Mapping):
        merged = dict(mapping(current))
        for key, value in wanted.items():
            deeper = by_item or key == "metadata" or field == "metadata"
            merged[key] = _merge(key, merged.get(key), value, by_item=deeper)
        return merged
    if not isinstance(wanted, list) or not by_item:
        return wanted
    have = list(sequence(current))
    if field in SETS:
        return [*have, *(item for item in wanted if item not in have)]
    if field not in MERGE_KEYS or not all(key_of(field, item) for item in wanted):
        return wanted
    for item in wanted:
        place = next((at for at, known in enumerate(have) if key_of(field, known) == key_of(field, item)), len(have))
        have[place : place + 1] = [_merge("", have[place] if place < len(have) else None, item, by_item=True)]
    return have


def _fields(field: str, value: object, *, by_item: bool) -> Json:
    found: dict[str, object] = {}
    if isinstance(value, Mapping):
        for key, inner in value.items():
            deeper = by_item or key == "metadata" or field == "metadata"
            found[f"f:{key}"] = _fields(key, inner, by_item=deeper)
    elif isinstance(value, list) and by_item:
        for item in value:
            if field in SETS:
                found[f"v:{json.dumps(item)}"] = {}
            elif key := key_of(field, item):
                found[_item(key)] = {".": {}, **_fields("", item, by_item=True)}
    return found


def _item(key: tuple[str, object]) -> str:
    return f"k:{json.dumps({key[0]: key[1]}, separators=(',', ':'))}"


def _pruned(field: str, value: object, before: Json, now: Json, others: Sequence[Json]) -> object:
    """A value without the fields that were applied before, aren't any more, and are nobody else's."""
    if isinstance(value, Mapping):
        kept: dict[str, object] = {}
        for key, inner in value.items():
            mark = f"f:{key}"
            if _goes(mark, before, now, others):
                continue
            left = _pruned(key, inner, *_below(mark, before, now, others))
            if left or not inner or mark in now:
                kept[key] = left
        return kept
    if isinstance(value, list):
        items: list[object] = []
        for item in value:
            key_ = key_of(field, item)
            mark = _item(key_) if key_ else f"v:{json.dumps(item)}"
            if not _goes(mark, before, now, others):
                items.append(_pruned("", item, *_below(mark, before, now, others)))
        return items
    return value


def _goes(mark: str, before: Json, now: Json, others: Sequence[Json]) -> bool:
    """Was it applied itself before (not only something inside of it), isn't it any more, and is it nobody else's?"""
    if mark not in before or mark in now or any(mark in other for other in others):
        return False
    inside = mapping(before, mark)
    return not inside or "." in inside


def _below(mark: str, before: Json, now: Json, others: Sequence[Json]) -> tuple[Json, Json, Sequence[Json]]:
    return mapping(before, mark), mapping(now, mark), [mapping(other, mark) for other in others if mark in other]
