"""Fills a template in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runners.demo.templates.functions import FUNCTIONS, Value, shown, true
from runners.demo.templates.syntax import (
    Block,
    Call,
    Field,
    Literal,
    Node,
    Operand,
    Output,
    Pipeline,
    TemplateError,
    Text,
    parse,
)


def render(name: str, written: str, data: Mapping[str, Value]) -> str:
    """A template filled in with data.

    Raises:
        TemplateError: it is no template, or asks for what isn't there or isn't known here.
    """
    return "".join(_Filling(name).nodes(parse(name, written), _Scope(data, {"$": data})))


@dataclass(slots=True)
class _Scope:
    """What the dot is, and the variables; an inner scope's own are forgotten at its end."""

    dot: Value
    variables: dict[str, Value] = field(default_factory=dict)

    def inner(self, dot: Value, **variables: Value) -> _Scope:
        return _Scope(dot, {**self.variables, **variables})


@dataclass(frozen=True, slots=True)
class _Filling:
    """Fills in one template; knows its name for errors."""

    name: str

    def nodes(self, nodes: Iterable[Node], scope: _Scope) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, Text):
                yield node.text
                continue
            try:
                parts = self._block(node, scope) if isinstance(node, Block) else self._output(node, scope)
            except (TypeError, ValueError) as error:
                raise TemplateError(f"{self.name}:{node.line}: {error}") from None
            yield from parts

    def _output(self, node: Output, scope: _Scope) -> list[str]:
        value = self._value(node.pipeline, scope)
        if node.variable:
            scope.variables[node.variable] = value
            return []
        return [shown(value)]

    def _block(self, node: Block, scope: _Scope) -> list[str]:
        value = self._value(node.pipeline, scope)
        if not true(value):
            return list(self.nodes(node.otherwise, scope.inner(scope.dot)))
        if node.word == "range":
            return [part for inner in _rounds(node, value, scope) for part in self.nodes(node.body, inner)]
        inner = scope.inner(value if node.word == "with" else scope.dot)
        return list(self.nodes(node.body, inner))

    def _value(self, operand: Operand, scope: _Scope) -> Value:
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Field):
            return _followed(operand, scope)
        if isinstance(operand, Call):
            return self._call(operand, scope)
        return self._piped(operand, scope)

    def _piped(self, pipeline: Pipeline, scope: _Scope) -> Value:
        first, *others = pipeline.commands
        value = self._value(first, scope)
        for command in others:
            if not isinstance(command, Call):
                raise TypeError("a value is piped into what is no function")
            value = self._call(command, scope, value)
        return value

    def _call(self, call: Call, scope: _Scope, *piped: Value) -> Value:
        function = FUNCTIONS.get(call.function)
        if function is None:
            raise ValueError(f"the demo's stand-in for helm does not know {call.function!r}")
        arguments = [self._value(argument, scope) for argument in call.arguments]
        try:
            return function(*arguments, *piped)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{call.function}: {error}") from None


def _followed(operand: Field, scope: _Scope) -> Value:
    if operand.variable and operand.variable not in scope.variables:
        raise ValueError(f"undefined variable {operand.variable!r}")
    value = scope.variables[operand.variable] if operand.variable else scope.dot
    for key in operand.path:
        if value is None:
            raise ValueError(f"nil pointer evaluating interface {{}}.{key}")
        if not isinstance(value, Mapping):
            raise TypeError(f"can't evaluate field {key} of a value that is no map")
        value = value.get(key)
    return value


def _rounds(node: Block, value: Value, scope: _Scope) -> Iterator[_Scope]:
    """The scope of each round: maps in the order of their keys, as Go has them."""
    if isinstance(value, Mapping):
        pairs: list[tuple[Value, Value]] = sorted(value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        pairs = list(enumerate(value))
    else:
        raise TypeError("range can't iterate over it")
    for key, item in pairs:
        named = (key, item)[-len(node.names) :] if node.names else ()
        yield scope.inner(item, **dict(zip(node.names, named, strict=True)))
