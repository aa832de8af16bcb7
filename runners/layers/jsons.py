"""Safe reading of JSON from outside: a missing or odd field is a default, never an exception.

Objects from an API server are data that anyone can write; a crash on a missing field would take the whole screen along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Json = Mapping[str, object]
"""A decoded JSON object."""

_EMPTY: Json = {}
_OBJECT = (dict, Mapping)
"""What an object may be; the exact type is tried first, since asking an abstract class costs ten times as much."""


def dig(value: object, *path: str) -> object:
    """The value at a path of keys, or None where any step is missing or not an object."""
    for key in path:
        if not isinstance(value, _OBJECT):
            return None
        value = value.get(key)
    return value


def text(value: object, *path: str, default: str = "") -> str:
    """The string at a path; a number is written as one; anything else is the default."""
    found = dig(value, *path)
    if isinstance(found, str):
        return found
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    return default


def integer(value: object, *path: str, default: int = 0) -> int:
    """The whole number at a path (a decimal string counts), or the default."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return default
    try:
        return int(found)
    except (ValueError, OverflowError):
        return default


def truth(value: object, *path: str, default: bool = False) -> bool:
    """The boolean at a path (the strings True and False, as conditions write them, count)."""
    found = dig(value, *path)
    if isinstance(found, bool):
        return found
    if isinstance(found, str) and found.lower() in ("true", "false"):
        return found.lower() == "true"
    return default


def mapping(value: object, *path: str) -> Json:
    """The object at a path, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, _OBJECT) else _EMPTY


def sequence(value: object, *path: str) -> Sequence[object]:
    """The list at a path, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, list | tuple) else ()


def strings(value: object, *path: str) -> tuple[str, ...]:
    """The strings of the list at a path; whatever else stands in it is left out."""
    return tuple(item for item in sequence(value, *path) if isinstance(item, str))
