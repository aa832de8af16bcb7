"""Command lines of the stand-ins: words and flags in any order, and one clear line for what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Unknown(Exception):  # noqa: N818  it says what is the case
    """The stand-in doesn't know a flag, a command or something in a file; the text is which."""


@dataclass(frozen=True, slots=True)
class Line:
    """A command line, taken apart."""

    words: tuple[str, ...] = ()
    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Every value of each flag; ``true`` for one that takes none."""

    def value(self, name: str, default: str = "") -> str:
        """The flag's last value."""
        found = self.flags.get(name)
        return found[-1] if found else default

    def on(self, name: str) -> bool:
        """Is a flag set, and not to ``false``?"""
        return self.value(name, "false") != "false"

    def all(self, name: str) -> Sequence[str]:
        """All values of a flag."""
        return self.flags.get(name, ())


@dataclass(frozen=True, slots=True)
class Grammar:
    """The flags that a tool has."""

    valued: Sequence[str]
    """Names of those that take a value, without dashes."""
    switches: Sequence[str]
    short: Mapping[str, str] = field(default_factory=dict)
    """What single letters stand for."""

    def read(self, argv: Sequence[str]) -> Line:
        """A command line taken apart.

        Raises:
            Unknown: a flag is not known, or has no value.
        """
        words: list[str] = []
        flags: dict[str, list[str]] = {}
        rest = list(argv)
        while rest:
            word = rest.pop(0)
            if not word.startswith("-") or word == "-":
                words.append(word)
                continue
            name, equals, value = word.lstrip("-").partition("=")
            name = name if word.startswith("--") else self.short.get(name, "")
            if name in self.switches:
                value = value or "true"
            elif name not in self.valued:
                raise Unknown(word.partition("=")[0])
            elif not equals:
                if not rest:
                    raise Unknown(f"{word} without a value")
                value = rest.pop(0)
            flags.setdefault(name, []).append(value)
        return Line(tuple(words), flags)
