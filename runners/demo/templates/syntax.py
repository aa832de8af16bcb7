"""Reads a template: its text, its actions, and what is nested in what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class TemplateError(Exception):
    """A template can't be read or filled in; the text names file and line, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, a number, a boolean or nil."""

    value: object


@dataclass(frozen=True, slots=True)
class Field:
    """``.a.b`` or ``$x.a.b``: a path from the dot (no variable) or from a variable."""

    variable: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each of which gets what the one before it made as its last argument."""

    commands: tuple[Operand, ...]


Operand = Literal | Field | Call | Pipeline


@dataclass(frozen=True, slots=True)
class Text:
    """What is printed as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """What prints a value, or keeps it under a name."""

    line: int
    pipeline: Pipeline
    variable: str = ""


@dataclass(slots=True)
class Block:
    """``if``, ``with`` or ``range``, with what is inside of it and what follows its ``else``."""

    line: int
    word: str
    pipeline: Pipeline
    names: tuple[str, ...] = ()
    """The variables of a ``range``: of the value, or of key and value."""
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)
    chained: bool = False
    """It is the ``else if`` of another, and ends with it."""


Node = Text | Output | Block


class _Token(NamedTuple):
    kind: str
    text: str


_ACTION = re.compile(
    r"\{\{(?P<trim>-(?=\s))?(?P<inside>(?:\s*/\*.*?\*/\s*)|.*?)(?P<trim_after>(?<=\s)-)?\}\}", re.DOTALL
)
_TOKENS = re.compile(
    r"""(?P<space>\s+)
    | (?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<variable>\$\w*(?:\.\w+)*)
    | (?P<field>(?:\.\w+)+|\.)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>:=|[|(),])""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "nil": None}


def parse(name: str, written: str) -> list[Node]:
    """The nodes of a template.

    Raises:
        TemplateError: it is not one, or uses what is not known here.
    """
    return _Reader(name, written).read()


class _Reader:
    """Goes through a template once, with the blocks that are open."""

    def __init__(self, name: str, written: str) -> None:
        self._name, self._written = name, written
        self._line = 1
        self._nodes: list[Node] = []
        self._open: list[Block] = []
        self._into: list[list[Node]] = [self._nodes]

    def read(self) -> list[Node]:
        """The nodes."""
        position, trimmed = 0, False
        for found in _ACTION.finditer(self._written):
            before = self._written[position : found.start()]
            self._add_text(before, before_trimmed=trimmed, after_trimmed=found["trim"] is not None)
            self._line = self._written.count("\n", 0, found.start()) + 1
            self._act(found["inside"].strip())
            position, trimmed = found.end(), found["trim_after"] is not None
        self._add_text(self._written[position:], before_trimmed=trimmed, after_trimmed=False)
        if self._open:
            raise TemplateError(f"{self._name}:{self._open[-1].line}: {self._open[-1].word} has no end")
        return self._nodes

    def _add_text(self, text: str, *, before_trimmed: bool, after_trimmed: bool) -> None:
        text = text.lstrip() if before_trimmed else text
        text = text.rstrip() if after_trimmed else text
        if text:
            self._into[-1].append(Text(text))

    def _act(self, inside: str) -> None:
        if inside.startswith("/*"):
            return
        tokens = list(self._tokens(inside))
        first = tokens[0].text if tokens and tokens[0].kind == "word" else ""
        if first in ("if", "with", "range"):
            self._begin(first, tokens[1:])
        elif first == "else":
            self._turn(tokens[1:])
        elif first == "end":
            self._end()
        else:
            names, rest = self._names(tokens)
            if len(names) > 1:
                raise self._error(f"unexpected {inside!r}")
            self._into[-1].append(Output(self._line, self._pipeline(rest), *names))

    def _begin(self, word: str, tokens: Sequence[_Token], *, chained: bool = False) -> None:
        names, rest = self._names(tokens) if word == "range" else ((), tokens)
        block = Block(self._line, word, self._pipeline(rest), names, chained=chained)
        self._into[-1].append(block)
        self._open.append(block)
        self._into.append(block.body)

    def _turn(self, tokens: Sequence[_Token]) -> None:
        if not self._open:
            raise self._error("unexpected {{else}}")
        self._into[-1] = self._open[-1].otherwise
        if tokens:
            if tokens[0].text != "if" or self._open[-1].word != "if":
                raise self._error(f"does not know {{{{else {tokens[0].text}}}}} here")
            self._begin("if", tokens[1:], chained=True)

    def _end(self) -> None:
        if not self._open:
            raise self._error("unexpected {{end}}")
        while True:
            self._into.pop()
            if not self._open.pop().chained:
                return

    def _names(self, tokens: Sequence[_Token]) -> tuple[tuple[str, ...], Sequence[_Token]]:
        """``$a := …`` and ``$a, $b := …``: the names, and what follows."""
        marks = [token.text for token in tokens[:4]]
        for length in (1, 2):
            if len(marks) > 2 * length - 1 and marks[2 * length - 1] == ":=":
                names = tokens[: 2 * length - 1 : 2]
                if all(token.kind == "variable" for token in names):
                    return tuple(token.text for token in names), tokens[2 * length :]
        return (), tokens

    def _tokens(self, inside: str) -> Iterator[_Token]:
        position = 0
        while position < len(inside):
            found = _TOKENS.match(inside, position)
            if found is None or found.lastgroup is None:
                raise self._error(f"does not know {inside[position:].split()[0]!r}")
            if found.lastgroup != "space":
                yield _Token(found.lastgroup, found[0])
            position = found.end()

    def _pipeline(self, tokens: Sequence[_Token]) -> Pipeline:
        pipeline, rest = self._piped(tokens)
        if rest:
            raise self._error(f"unexpected {rest[0].text!r}")
        return pipeline

    def _piped(self, tokens: Sequence[_Token]) -> tuple[Pipeline, Sequence[_Token]]:
        commands: list[Operand] = []
        while True:
            command, tokens = self._command(tokens)
            commands.append(command)
            if not tokens or tokens[0].text != "|":
                return Pipeline(tuple(commands)), tokens
            tokens = tokens[1:]

    def _command(self, tokens: Sequence[_Token]) -> tuple[Operand, Sequence[_Token]]:
        operands: list[Operand] = []
        while tokens and not (tokens[0].kind == "mark" and tokens[0].text in "|)"):
            operand, tokens = self._operand(tokens)
            operands.append(operand)
        if not operands:
            raise self._error("a value is missing")
        first = operands[0]
        if isinstance(first, Call):
            return Call(first.function, tuple(operands[1:])), tokens
        if len(operands) > 1:
            raise self._error("a value is followed by another, and is no function")
        return first, tokens

    def _operand(self, tokens: Sequence[_Token]) -> tuple[Operand, Sequence[_Token]]:
        token, rest = tokens[0], tokens[1:]
        if token.text == "(" and token.kind == "mark":
            inner, rest = self._piped(rest)
            if not rest or rest[0].text != ")":
                raise self._error("a bracket is not closed")
            return inner, rest[1:]
        if token.kind == "mark":
            raise self._error(f"unexpected {token.text!r}")
        return self._atom(token), rest

    def _atom(self, token: _Token) -> Operand:
        if token.kind == "string":
            return Literal(token.text[1:-1] if token.text[0] == "`" else self._string(token.text))
        if token.kind == "number":
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "word":
            return Literal(_WORDS[token.text]) if token.text in _WORDS else Call(token.text)
        variable, *path = token.text.split(".")
        return Field(variable, tuple(part for part in path if part))

    def _string(self, written: str) -> str:
        try:
            return str(json.loads(written))
        except ValueError:
            raise self._error(f"does not know the escapes in {written}") from None

    def _error(self, problem: str) -> TemplateError:
        return TemplateError(f"{self._name}:{self._line}: {problem}")
