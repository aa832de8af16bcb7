"""YAML of a repository, read tolerantly: every document that can be read, with the line of each group in it.

Go templates are not filled in: a line that is nothing but template goes, and a template inside a line stays as a mark
that says that the value is not known. Scalars stay text, as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass

import yaml

from runners.layers.jsons import Json

Files = Mapping[str, str]
"""A repository's files: path relative to its root, with forward slashes, and text."""

MARK = "‹"
"""Stands in a value where a template was: the value is not known before helmfile fills it in."""
_CLOSE = "›"

_TEMPLATE = re.compile(r"\{\{-?((?:(?!\{\{).)*?)-?\}\}", re.DOTALL)
_ESCAPED = re.compile(r"\{\{-?\s*`([^`]*)`\s*-?\}\}")
"""A template that stands for another one: helmfile's first pass leaves it to the second."""
_CONTROL = re.compile(r"^\s*(if|range|with|define|block|else|end)\b")
_DEEPEST = 500
"""Brackets within brackets at which reading ends before it begins: the YAML library's C would end the whole process."""
_TOO_DEEP = "not YAML that can be read: it nests too deeply"
_BRACKET = re.compile(r"[\[\]{}]")
_COMPACT = re.compile(r"(?:[-?][ \t]+){100}")
_ODD = re.compile(r"[^\w.$ -]")


class Group(dict[str, object]):
    """A mapping that knows on which line it begins."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file holds."""

    documents: tuple[Group, ...] = ()
    mistake: str = ""
    """Why the rest could not be read, in words for people; empty when everything was."""
    line: int = 0
    """Where that is, from 1."""
    conditional: frozenset[int] = frozenset()
    """Lines inside a template's ``if``, ``range`` or ``with``: whether they count is not known."""


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]  # the base is chosen at run time
    """Reads every scalar as text."""


def _group(loader: yaml.BaseLoader, node: yaml.MappingNode) -> Generator[Group, None, None]:
    group = Group()
    group.line = node.start_mark.line + 1
    yield group
    merged: list[object] = []
    for key_node, value_node in node.value:
        value = loader.construct_object(value_node, deep=True)
        if key_node.value == "<<":
            merged += value if isinstance(value, list) else [value]
        elif isinstance(key_node.value, str):
            group[key_node.value] = value
    for other in merged:
        if isinstance(other, dict):
            for key, value in other.items():
                group.setdefault(key, value)


_Loader.add_constructor("tag:yaml.org,2002:map", _group)
_Loader.add_constructor(None, lambda loader, node: _plain(loader, node))


def _plain(loader: yaml.BaseLoader, node: yaml.Node) -> object:
    """A value with a tag of its own: what stands behind the tag."""
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return Group()


def read(text: str) -> Reading:
    """Every document of a text that can be read; documents before a mistake count, and what is no group does not."""
    conditional: frozenset[int] = frozenset()
    if "{{" in text:
        text, conditional = _without_templates(text)
    if is_too_deep(text):
        return Reading(mistake=_TOO_DEEP, line=1)
    found: list[Group] = []
    try:
        for document in yaml.load_all(text, Loader=_Loader):
            if isinstance(document, Group):
                found.append(document)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "is not YAML"
        return Reading(tuple(found), f"not valid YAML: {problem}", mark.line + 1 if mark else 1, conditional)
    except (RecursionError, ValueError):
        return Reading(tuple(found), _TOO_DEEP, 1, conditional)
    if "&" in text and not all(map(_ends, found)):
        return Reading(mistake="not YAML that can be read: it refers to itself", line=1)
    return Reading(tuple(found), conditional=conditional)


def is_too_deep(text: str) -> bool:
    """Does a text nest more deeply than anybody writes, as far as its brackets and dashes show?"""
    if _COMPACT.search(text):
        return True
    if text.count("[") + text.count("{") <= _DEEPEST:
        return False
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            return True
    return False


def _ends(document: object) -> bool:
    """Does a document end, although it has aliases? One that stands in itself does not."""
    above: set[int] = set()
    done: set[int] = set()
    waiting: list[tuple[object, bool]] = [(document, False)]
    while waiting:
        node, left = waiting.pop()
        if not isinstance(node, dict | list) or id(node) in done:
            continue
        if left:
            above.discard(id(node))
            done.add(id(node))
        elif id(node) in above:
            return False
        else:
            above.add(id(node))
            inside = node.values() if isinstance(node, dict) else node
            waiting += [(node, True), *((item, False) for item in inside)]
    return True


def _without_templates(text: str) -> tuple[str, frozenset[int]]:
    """The text with each template as a mark, lines kept; and the lines on which it depends whether they count."""
    text = _ESCAPED.sub(r"\1", text)
    depth, opened, conditional = 0, 0, set[int]()
    pieces: list[str] = []
    at, line = 0, 1
    for match in _TEMPLATE.finditer(text):
        before = text[at : match.start()]
        pieces.append(before)
        line += before.count("\n")
        control = _CONTROL.match(match[1])
        if control and control[1] in ("if", "range", "with", "define", "block"):
            opened = line if depth == 0 else opened
            depth += 1
        elif control and control[1] == "end" and depth:
            depth -= 1
            if depth == 0:
                conditional.update(range(opened, line + 1))
        pieces.append(_instead(text, match, control=control is not None))
        line += match[0].count("\n")
        at = match.end()
    pieces.append(text[at:])
    return "".join(pieces), frozenset(conditional)


def _instead(text: str, match: re.Match[str], *, control: bool) -> str:
    """What stands for one template: nothing where it is all that its lines have, or else a mark with its words."""
    begins = text.rfind("\n", 0, match.start()) + 1
    ends = text.find("\n", match.end())
    rest = text[match.end() : ends if ends >= 0 else len(text)]
    alone = not text[begins : match.start()].strip() and not rest.strip()
    lines = "\n" * match[0].count("\n")
    if control or alone or match[1].lstrip().startswith("/*"):
        return lines
    return f"{MARK}{_ODD.sub('', ' '.join(match[1].split()))}{_CLOSE}"


def is_known(value: str) -> bool:
    """Is a value written out, without a template in it?"""
    return MARK not in value and "${" not in value


def filled(value: str, names: Mapping[str, str]) -> str:
    """A value with the marks of templates that are known by name (``.Environment.Name``) filled in."""
    for name, known in names.items():
        value = value.replace(f"{MARK}{name}{_CLOSE}", known)
    return value


def line_of(value: Json | object) -> int:
    """The line on which a group begins; 0 for what is none."""
    return value.line if isinstance(value, Group) else 0
