"""Reads a YAML document against a shape, strictly, and says on which line each mistake is.

The document is kept as YAML nodes, since those still know their lines; what comes out is plain data.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml

from runners.layers.unusable import UnusableError


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a file."""

    line: int
    """From 1."""
    text: str


class DocumentError(UnusableError):
    """A document can't be used; one line a mistake, each ``file:line: what is wrong``."""

    def __init__(self, name: str, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(f"{name}:{mistake.line}: {mistake.text}" for mistake in mistakes))


def compose(source: str, name: str, error: type[DocumentError]) -> yaml.Node:
    """The nodes of a document that is not empty.

    Raises:
        DocumentError: of the kind that is given: it isn't YAML, or there is nothing in it.
    """
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as trouble:
        raise error(name, (_yaml_mistake(trouble),)) from None
    if node is None:
        raise error(name, (Mistake(1, "is empty; it needs at least version: 1"),))
    return node


def _yaml_mistake(error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "is not YAML"
    return Mistake(mark.line + 1 if mark is not None else 1, f"not valid YAML: {problem}")


@dataclass(frozen=True)
class Field:
    """What one key may hold."""

    type: type = str
    """``str``, ``bool``, ``int``, ``list`` (of ``item``) or ``dict`` (of ``keys``)."""
    required: bool = False
    choices: tuple[str, ...] = ()
    item: Field | None = None
    keys: Mapping[str, Field] = field(default_factory=dict)


_WORDS = {str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a group of keys"}
_TAGS = {str: "tag:yaml.org,2002:str", bool: "tag:yaml.org,2002:bool", int: "tag:yaml.org,2002:int"}


class Reader:
    """One pass over one document; collects every mistake instead of stopping at the first."""

    def __init__(self) -> None:
        """Starts without mistakes."""
        self.mistakes: list[Mistake] = []
        self.lines: dict[str, int] = {}
        """Place (``foundation[0].helmfile``) → line, for checks that come after the shape."""

    def read(self, node: yaml.Node, shape: Field, place: str = "") -> object:
        """The plain value of a node, as far as it has the shape; what hasn't is left out and noted."""
        self.lines[place] = node.start_mark.line + 1
        if shape.type is dict:
            return self._group(node, shape, place)
        if shape.type is list:
            return self._list(node, shape, place)
        return self._scalar(node, shape, place)

    def _group(self, node: yaml.Node, shape: Field, place: str) -> object:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, f"{place or 'the file'} must be {_WORDS[dict]}")
            return None
        found: dict[str, object] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if key not in shape.keys:
                self._wrong(key_node, f"unknown key {_in(place, key)}{nearest(key, shape.keys)}")
            elif key in found:
                self._wrong(key_node, f"{_in(place, key)} stands here twice")
            else:
                found[key] = self.read(value, shape.keys[key], _in(place, key))
        for key, wanted in shape.keys.items():
            if wanted.required and key not in found:
                self._wrong(node, f"{_in(place, key)} is missing")
        return {key: value for key, value in found.items() if value is not None}

    def _list(self, node: yaml.Node, shape: Field, place: str) -> object:
        if not isinstance(node, yaml.SequenceNode) or shape.item is None:
            self._wrong(node, f"{place} must be {_WORDS[list]}")
            return None
        values = [self.read(item, shape.item, f"{place}[{at}]") for at, item in enumerate(node.value)]
        return [value for value in values if value is not None]

    def _scalar(self, node: yaml.Node, shape: Field, place: str) -> object:
        # A version like 1.30 or a name like 007 is text wherever text is asked for, whatever YAML makes of it.
        fits = isinstance(node, yaml.ScalarNode) and (shape.type is str or node.tag == _TAGS[shape.type])
        if not fits or (shape.type is str and node.tag.endswith((":null", ":bool"))):
            self._wrong(node, f"{place} must be {_WORDS[shape.type]}")
            return None
        text = str(node.value)
        if shape.choices and text not in shape.choices:
            near = nearest(text, shape.choices) or f" (one of {', '.join(shape.choices)})"
            self._wrong(node, f"{place} can't be {text}{near}")
            return None
        if shape.type is bool:
            return text.lower() in ("true", "yes", "on")
        if shape.type is str:
            return text
        if text.isdecimal():
            return int(text)
        self._wrong(node, f"{place} must be {_WORDS[int]}")
        return None

    def _wrong(self, node: yaml.Node, text: str) -> None:
        self.mistakes.append(Mistake(node.start_mark.line + 1, text))


def _in(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def nearest(word: str, known: Iterable[str]) -> str:
    """``, did you mean X?`` where one of the known words is close; empty otherwise."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f", did you mean {near[0]}?" if near else ""
