"""Holds a value against a JSON Schema, as far as ours go: an unknown keyword is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "null": type(None),
}
_WORDS = {"$schema", "$id", "$defs", "title", "description"}
_RULES = {"$ref", "anyOf", "const", "enum", "type", "required", "additionalProperties", "properties", "items"}


def mistakes(value: Any, schema: Any, root: Any = None, place: str = "") -> Iterator[str]:
    """What is wrong with a value, each with its place."""
    root = root or schema
    assert schema.keys() <= _WORDS | _RULES, schema.keys() - _WORDS - _RULES
    if "$ref" in schema:
        yield from mistakes(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, place)
    if "anyOf" in schema and all(any(mistakes(value, one, root, place)) for one in schema["anyOf"]):
        yield f"{place} is none of what it may be"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{place} can't be {value!r}"
    if "type" in schema and not _is_of(value, schema["type"]):
        yield f"{place} is no {schema['type']}"
    elif isinstance(value, dict):
        yield from _object(value, schema, root, place)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from mistakes(item, schema["items"], root, f"{place}[{at}]")


def _is_of(value: Any, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(isinstance(value, _TYPES[name]) for name in names) and not isinstance(value, bool)


def _object(value: dict[str, Any], schema: Any, root: Any, place: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{place}.{name} is missing"
    for name, item in value.items():
        if name in properties:
            yield from mistakes(item, properties[name], root, f"{place}.{name}")
        elif schema.get("additionalProperties", True) is False:
            yield f"{place}.{name} is not described"
