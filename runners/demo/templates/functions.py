"""The functions that the demo's charts call, as Helm has them."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Mapping

import yaml

Value = object


def shown(value: Value) -> str:
    """A value as a template prints it; Helm prints nothing for what isn't there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
    raise ValueError("prints a whole map or list: use toYaml")


def true(value: Value) -> bool:
    """Does ``if`` take a value for true?"""
    return bool(value)


def _quote(*values: Value) -> str:
    return " ".join(json.dumps(shown(value), ensure_ascii=False) for value in values if value is not None)


def _dict(*pairs: Value) -> dict[str, Value]:
    return {shown(key): value for key, value in zip(pairs[::2], pairs[1::2], strict=True)}


def _int(value: Value) -> int:
    try:
        return int(float(shown(value)))
    except ValueError:
        return 0


def _default(fallback: Value, value: Value = None) -> Value:
    return value if true(value) else fallback


def _items(value: Value) -> list[Value]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("asks for an item of what is no list, or empty")
    return list(value)


def _to_yaml(value: Value) -> str:
    return yaml.safe_dump(value, sort_keys=True, allow_unicode=True).removesuffix("...\n").rstrip("\n")


def _indent(width: Value, value: Value) -> str:
    return "\n".join(" " * _int(width) + line for line in shown(value).split("\n"))


def _random(length: Value) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_int(length)))


def _and(*values: Value) -> Value:
    return next((value for value in values if not true(value)), values[-1])


def _or(*values: Value) -> Value:
    return next((value for value in values if true(value)), values[-1])


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "and": _and,
    "default": _default,
    "dict": _dict,
    "eq": lambda value, *others: value in others,
    "first": lambda value: _items(value)[0],
    "indent": _indent,
    "int": _int,
    "last": lambda value: _items(value)[-1],
    "list": lambda *values: list(values),
    "lower": lambda value: shown(value).lower(),
    "ne": lambda value, other: value != other,
    "nindent": lambda width, value: f"\n{_indent(width, value)}",
    "not": lambda value: not true(value),
    "or": _or,
    "quote": _quote,
    "randAlphaNum": _random,
    "replace": lambda old, new, value: shown(value).replace(shown(old), shown(new)),
    "toYaml": _to_yaml,
}
