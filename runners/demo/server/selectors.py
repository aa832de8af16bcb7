"""Label and field selectors: their text parsed into what an object must fulfil."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runners.layers.jsons import Json, dig, mapping, text

_KEY = r"(?:[A-Za-z0-9.\-]+/)?[A-Za-z0-9](?:[A-Za-z0-9_.\-]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.\-]*[A-Za-z0-9])?)?"
_EQUALITY = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})")
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(\s*({_VALUE}(?:\s*,\s*{_VALUE})*)\s*\)")
_EXISTS = re.compile(rf"(!?)\s*({_KEY})")
_COMMA = re.compile(r",(?![^(]*\))")
"""A comma that isn't inside of parentheses."""


class SelectorError(ValueError):
    """A selector can't be parsed; the text says which part."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one label or field must be."""

    key: str
    values: frozenset[str] = frozenset()
    negated: bool = False
    exists: bool = False
    """Only whether it is there counts."""

    def met(self, value: str | None) -> bool:
        """Is it fulfilled by a value, None where there is none?"""
        found = value is not None if self.exists else value in self.values
        return found != self.negated


@dataclass(frozen=True, slots=True)
class Selector:
    """Requirements on labels and on fields, all of which must be met."""

    labels: tuple[Requirement, ...] = ()
    fields: tuple[Requirement, ...] = ()

    def __bool__(self) -> bool:
        """Does it ask for anything?"""
        return bool(self.labels or self.fields)

    def matches(self, obj: Json) -> bool:
        """Does an object fulfil all of it?"""
        if self.labels:
            have = mapping(obj, "metadata", "labels")
            if not all(item.met(_known(have, item.key)) for item in self.labels):
                return False
        return all(item.met(field_of(obj, item.key)) for item in self.fields)


def selector(query: Mapping[str, str]) -> Selector:
    """The selector of a request's query.

    Raises:
        SelectorError: one of its two parts can't be parsed.
    """
    return Selector(parse_labels(query.get("labelSelector", "")), parse_fields(query.get("fieldSelector", "")))


def parse_labels(written: str) -> tuple[Requirement, ...]:
    """The requirements of a label selector: ``a=b,c!=d,e in (f,g),h,!i``.

    Raises:
        SelectorError: it can't be parsed.
    """
    return _parts(written, _COMMA, _label)


def parse_fields(written: str) -> tuple[Requirement, ...]:
    r"""The requirements of a field selector: ``metadata.name=a,status.phase!=Running``.

    Commas, equals signs and backslashes of values are written with a backslash.

    Raises:
        SelectorError: it can't be parsed.
    """
    return _parts(written, re.compile(r"(?<!\\),"), _field)


def field_of(obj: Json, path: str) -> str:
    """The text at a path of keys; empty where there is none, as the API sees it."""
    found = dig(obj, *path.split("."))
    return str(found).lower() if isinstance(found, bool) else text({"": found}, "")


def _parts(written: str, comma: re.Pattern[str], parse: Callable[[str], Requirement | None]) -> tuple[Requirement, ...]:
    if not written.strip():
        return ()
    found: list[Requirement] = []
    for part in comma.split(written):
        requirement = parse(part.strip())
        if requirement is None:
            raise SelectorError(f"unable to parse requirement: {part.strip()!r}")
        found.append(requirement)
    return tuple(found)


def _label(part: str) -> Requirement | None:
    if match := _EQUALITY.fullmatch(part):
        return Requirement(match[1], frozenset({match[3]}), negated=match[2] == "!=")
    if match := _SET.fullmatch(part):
        values = frozenset(value.strip() for value in match[3].split(","))
        return Requirement(match[1], values, negated=match[2] == "notin")
    if match := _EXISTS.fullmatch(part):
        return Requirement(match[2], negated=bool(match[1]), exists=True)
    return None


def _field(part: str) -> Requirement | None:
    match = re.fullmatch(r"([A-Za-z0-9_.\-]+)(==|=|!=)((?:[^=\\]|\\[,=\\])*)", part)
    if match is None:
        return None
    return Requirement(match[1], frozenset({re.sub(r"\\(.)", r"\1", match[3])}), negated=match[2] == "!=")


def _known(labels: Json, key: str) -> str | None:
    return text(labels, key) if key in labels else None
