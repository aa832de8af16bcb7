"""The sheet as YAML: written for people to read on a bad day, and read back strictly."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from typing import Any, TypeVar

import yaml

from runners.layers.config_nodes import DocumentError, Field, Mistake, Reader, compose
from runners.layers.kinds.base import timestamp
from runners.layers.survival.sheet import VERSION, Sheet

T = TypeVar("T")

_MOMENTS = ("written", "last_rehearsed", "backup_of")
"""Keys whose text is a moment, or empty."""


class SheetError(DocumentError):
    """A survival sheet can't be used; one line a mistake, each ``file:line: what is wrong``."""

    @property
    def words(self) -> str:
        """What is wrong, in one line that goes after the file's path."""
        return f"is no survival sheet, or a damaged one: {self.mistakes[0].text}"


def sheet_text(sheet: Sheet) -> str:
    """The sheet, with a head that says what it is."""
    head = (
        f"# What would come back if the cluster {_printable(sheet.cluster.context)} died, and what recovery needs.\n"
        "# Written by Bedplate; keep it off the cluster. It has no secret in it: of keys there are fingerprints only.\n"
        "# Recovery reads it again, so change nothing but last_rehearsed.\n"
    )
    data = {"version": VERSION, **asdict(sheet)}
    return head + yaml.safe_dump(_lists(data), sort_keys=False, width=2**20)


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


def _lists(value: object) -> object:
    """Tuples as lists: YAML's own types only."""
    if isinstance(value, dict):
        return {name: _lists(item) for name, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, list | tuple) else value


def read_sheet(text: str, name: str = "survival sheet") -> Sheet:
    """The sheet that a text is.

    Args:
        text: all of the file.
        name: what to call it in errors.

    Raises:
        SheetError: it isn't YAML, or not a sheet of this version, or has an unknown key, a wrong type, or a gap.
    """
    node = compose(text, name, SheetError)
    reader = Reader()
    data = reader.read(node, _SHAPE)
    mistakes = reader.mistakes or list(_beyond_shape(data, reader.lines))
    if mistakes:
        raise SheetError(name, tuple(sorted(mistakes, key=lambda mistake: mistake.line)))
    assert isinstance(data, dict)
    return _made(Sheet, {key: value for key, value in data.items() if key != "version"})


def _shape(hint: Any) -> Field:
    """The shape of a field, from its type."""
    if typing.get_origin(hint) is tuple:
        return Field(list, item=_shape(typing.get_args(hint)[0]), required=True)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        shapes = {item.name: (_shape(hints[item.name]), item.default is MISSING) for item in fields(hint)}
        keys = {name: replace(shape, required=needed) for name, (shape, needed) in shapes.items()}
        return Field(dict, keys=keys, required=True)
    return Field(hint, required=True)


_SHAPE = Field(dict, keys={"version": Field(int, required=True), **_shape(Sheet).keys})


def _beyond_shape(data: object, lines: Mapping[str, int], place: str = "") -> Iterator[Mistake]:
    """What a shape can't say: the version that is known, and moments that are moments."""
    if isinstance(data, list):
        for at, item in enumerate(data):
            yield from _beyond_shape(item, lines, f"{place}[{at}]")
    if not isinstance(data, dict):
        return
    if not place and data["version"] != VERSION:
        yield Mistake(lines["version"], f"version must be {VERSION}, and is {data['version']}")
    for key, value in data.items():
        inner = f"{place}.{key}" if place else key
        if key in _MOMENTS and value and not timestamp(value):
            yield Mistake(lines[inner], f"{inner} must be a moment like 2026-11-24T18:00:00Z, and is {value}")
        yield from _beyond_shape(value, lines, inner)


def _made(kind: type[T], data: Mapping[str, Any]) -> T:
    """A value of a dataclass from data of its shape."""
    hints = typing.get_type_hints(kind)
    return kind(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        return tuple(_value(typing.get_args(hint)[0], item) for item in value)
    return _made(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value
