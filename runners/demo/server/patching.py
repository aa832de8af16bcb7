"""Patches as pure functions from a document to another: JSON merge patch (RFC 7386) and JSON patch (RFC 6902)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from runners.layers.jsons import Json, mapping, text


class PatchError(ValueError):
    """A patch can't be applied; the text says why."""


def merge_patch(document: object, patch: object) -> object:
    """The document with a merge patch applied: objects merge, None removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(document) if isinstance(document, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def json_patch(document: object, operations: object) -> object:
    """The document with the operations of a JSON patch applied, one after the other.

    Raises:
        PatchError: an operation is malformed, its path is not there, or its test fails.
    """
    if not isinstance(operations, Sequence) or isinstance(operations, str):
        raise PatchError("a JSON patch is a list of operations")
    for operation in operations:
        document = _operate(document, mapping(operation))
    return document


def _operate(document: object, operation: Json) -> object:
    verb, path = text(operation, "op"), _pointer(operation, "path")
    if verb in ("add", "replace", "test") and "value" not in operation:
        raise PatchError(f"{verb} operation without a value")
    if verb == "add":
        return _put(document, path, operation["value"], insert=True)
    if verb == "replace":
        _at(document, path)
        return _put(document, path, operation["value"], insert=False)
    if verb == "remove":
        return _remove(document, path)
    if verb == "test":
        if _at(document, path) != operation["value"]:
            raise PatchError(f"testing value {text(operation, 'path')} failed: test failed")
        return document
    if verb in ("move", "copy"):
        source = _pointer(operation, "from")
        moved = _at(document, source)
        return _put(_remove(document, source) if verb == "move" else document, path, moved, insert=True)
    raise PatchError(f"unexpected operation {verb!r}")


def _pointer(operation: Json, field: str) -> list[str]:
    written = operation.get(field)
    if not isinstance(written, str) or (written and not written.startswith("/")):
        raise PatchError(f"{field} is no JSON pointer: {json.dumps(written)}")
    return [part.replace("~1", "/").replace("~0", "~") for part in written.split("/")[1:]]


def _at(document: object, path: Sequence[str]) -> object:
    for step in path:
        if isinstance(document, Mapping) and step in document:
            document = document[step]
        elif isinstance(document, list):
            document = document[_index(document, step)]
        else:
            raise PatchError(f"the path /{'/'.join(path)} is missing")
    return document


def _put(document: object, path: Sequence[str], value: object, *, insert: bool) -> object:
    """The document with a value at a path; a list's items move aside when it is inserted."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(document, list):
        position = len(document) if step == "-" and insert and not rest else _index(document, step, one_more=insert)
        if rest:
            inner = _put(document[_index(document, step)], rest, value, insert=insert)
            return [*document[:position], inner, *document[position + 1 :]]
        return [*document[:position], value, *document[position + (0 if insert else 1) :]]
    if not isinstance(document, Mapping) or (rest and step not in document):
        raise PatchError(f"the path at {step!r} is missing")
    return {**document, step: _put(document.get(step), rest, value, insert=insert)}


def _remove(document: object, path: Sequence[str]) -> object:
    _at(document, path)
    if not path:
        return None
    step, rest = path[0], path[1:]
    if isinstance(document, list):
        position = _index(document, step)
        inner = [_remove(document[position], rest)] if rest else []
        return [*document[:position], *inner, *document[position + 1 :]]
    found = dict(mapping(document))
    if rest:
        found[step] = _remove(found[step], rest)
    else:
        del found[step]
    return found


def _index(items: Sequence[object], step: str, *, one_more: bool = False) -> int:
    if not (step.isascii() and step.isdigit()) or int(step) >= len(items) + one_more:
        raise PatchError(f"there is no item {step!r} in a list of {len(items)}")
    return int(step)
