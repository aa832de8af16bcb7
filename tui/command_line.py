"""What a person may type after ``:``: kinds, commands, namespaces and a few words; pure, from the records of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from runners.layers.commands import COMMANDS, Command
from runners.layers.config_nodes import nearest
from runners.layers.kinds import CORE, CUSTOM, AnyTable
from runners.layers.kinds.base import Kind
from runners.layers.kinds.flux import ALIASES
from runners.layers.kinds.runs import RUNS
from tui.keys import shown_key
from tui.views import VIEWS, View, view_of
from widgets.candidates import Candidate

_NAMED = 4
"""So many of the things that an ambiguous word may mean are named."""


class Word(Enum):
    """A word that is neither a kind nor a command."""

    CONTEXT = "ctx"
    BOUNDARY = "boundary"
    PREFLIGHT = "preflight"
    SURVIVAL = "survival"
    RECOVER = "recover"
    HELP = "help"
    QUIT = "q"
    UPGRADE = "upgrade"
    FIRST_DAY = "first-day"


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn to a table."""

    view: View
    namespace: str | None = None
    """And to a namespace, or to all of them (empty); None: to the one of before."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Show only what is in a namespace; empty: everything."""

    namespace: str


@dataclass(frozen=True, slots=True)
class Act:
    """Do what a command's key does."""

    command: Command


Order = Turn | Narrow | Act | Word


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a line means nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be named."""

    words: tuple[str, ...]
    """What it is called; the first is what a line is completed to."""
    order: Order
    also: str
    note: str

    def begins(self, text: str) -> bool:
        """Does one of its words begin so?"""
        return any(word.startswith(text) for word in self.words)

    @property
    def takes_namespace(self) -> bool:
        """May a namespace follow?"""
        return isinstance(self.order, Narrow) or (isinstance(self.order, Turn) and self.order.view.is_namespaced)


class CommandLine:
    """The words of one moment: what is served and which namespaces there are changes while the program runs."""

    def __init__(self, served: Iterable[AnyTable], namespaces: Collection[str]) -> None:
        """Takes the kinds that are watched now, and the namespaces in which something is."""
        self._namespaces = sorted(namespaces)
        self._entries = (*_kind_entries(served), *map(_command_entry, COMMANDS), *_WORDS)

    def candidates(self, text: str) -> Sequence[Candidate]:
        """What may be meant by a line that is typed so far, what is likeliest first."""
        text = text.lstrip().casefold()
        head, blank, rest = text.partition(" ")
        entry = self._named(head)
        if blank and entry is not None and entry.takes_namespace:
            names = [name for name in self._namespaces if name.startswith(rest)]
            names = names or get_close_matches(rest, self._namespaces, cutoff=0.5)
            return [Candidate(f"{head} {name}", note="namespace") for name in names]
        found = sorted((each for each in self._entries if each.begins(text)), key=lambda each: text not in each.words)
        if not found:
            near = get_close_matches(text, [word for each in self._entries for word in each.words], cutoff=0.5)
            found = [each for each in self._entries if any(word in near for word in each.words)]
        return [
            Candidate(each.words[0] + (" " if isinstance(each.order, Narrow) else ""), each.also, each.note)
            for each in found
        ]

    def order(self, text: str) -> Order | Mistake:
        """What a line means: a name, or what only one thing begins with, and perhaps a namespace."""
        text = " ".join(text.split()).casefold()
        found = self._meant(text)
        if isinstance(found, Entry):
            return found.order
        head, _blank, rest = text.partition(" ")
        entry = self._meant(head)
        if not rest or isinstance(entry, Mistake):
            return found
        if not entry.takes_namespace:
            return found if isinstance(entry.order, Act) else Mistake(f"nothing follows {entry.words[0]}")
        namespace = self._namespace(rest)
        if isinstance(namespace, Mistake):
            return namespace
        return Turn(entry.order.view, namespace) if isinstance(entry.order, Turn) else Narrow(namespace)

    def _named(self, text: str) -> Entry | None:
        return next((each for each in self._entries if text in each.words), None)

    def _meant(self, text: str) -> Entry | Mistake:
        named = self._named(text)
        found = [named] if named else [each for each in self._entries if each.begins(text)]
        if len(found) == 1:
            return found[0]
        if found:
            names = [each.words[0] for each in found[:_NAMED]]
            return Mistake(f"“{text}” may be {', '.join(names)}{' …' if len(found) > _NAMED else ''}")
        unserved = next((plural for plural, aliases in ALIASES.items() if text in (plural, *aliases)), "")
        if unserved:
            return Mistake(f"this cluster does not serve {unserved}: Flux is not installed, or without them")
        return Mistake(f"nothing is called “{text}”{nearest(text, [w for each in self._entries for w in each.words])}")

    def _namespace(self, text: str) -> str | Mistake:
        found = [name for name in self._namespaces if name.startswith(text)]
        if text in found or len(found) == 1:
            return text if text in found else found[0]
        if text == "all":
            return ""
        if found:
            return Mistake(f"“{text}” may be {', '.join(found[:_NAMED])}{' …' if len(found) > _NAMED else ''}")
        return Mistake(f"nothing is seen in a namespace “{text}”{nearest(text, self._namespaces)}")


_WORDS = (
    Entry(
        ("ns", "namespace", "namespaces"), Narrow(""), "0 shows all", "only what is in a namespace; alone: everything"
    ),
    Entry(("ctx", "context", "contexts"), Word.CONTEXT, "", "which cluster this is, and how to see another"),
    Entry(("boundary",), Word.BOUNDARY, "", "what one layer has of the other"),
    Entry(("preflight",), Word.PREFLIGHT, "", "what stands in the way of the next change"),
    Entry(("survival",), Word.SURVIVAL, "v", "what would come back if the cluster died now"),
    Entry(("recover",), Word.RECOVER, "w", "the walkthrough of the worst day"),
    Entry(("help", "?"), Word.HELP, "?", "every key"),
    Entry(("upgrade",), Word.UPGRADE, "w", "the walkthrough of an upgrade, of what is under the cursor"),
    Entry(("first-day",), Word.FIRST_DAY, "", "the walkthrough of the first day"),
    Entry(("q", "quit", "exit", "q!"), Word.QUIT, "q", "close the screen; runs go on"),
)


def _kind_entries(served: Iterable[AnyTable]) -> Iterable[Entry]:
    """Kinds with a tab first; where two go by one word, it is the first one's."""
    flux = next(view for view in VIEWS if view.id == "flux")
    kinds: dict[str, AnyTable] = {
        kind.id: kind for kind in (*(view.kind for view in VIEWS), *CORE, *CUSTOM, RUNS, *served)
    }
    taken: set[str] = set()
    yield Entry((flux.id,), Turn(flux), "", "every Flux object")
    for kind in kinds.values():
        view = view_of(kind)
        words = tuple(word for word in dict.fromkeys((view.id, *_names(kind))) if word not in taken)
        taken.update(words)
        short = " ".join(word for word in words[1:] if word in kind.aliases)
        yield Entry(words, Turn(view), short, _what(kind))


def _names(kind: AnyTable) -> Iterable[str]:
    """A kind's own words, and the API's where it shows all that the API calls so."""
    yield from (kind.id, *kind.aliases)
    if isinstance(kind, Kind) and not (kind.labels or kind.fields):
        yield from (kind.plural, kind.singular.casefold(), f"{kind.plural}.{kind.group}".rstrip("."))


def _what(kind: AnyTable) -> str:
    """The API's kind; with its group where it isn't Kubernetes' own."""
    if not isinstance(kind, Kind) or kind.labels:
        return ""
    return (
        f"{kind.singular}  {kind.group}" if "." in kind.group and not kind.group.endswith(".k8s.io") else kind.singular
    )


def _command_entry(command: Command) -> Entry:
    return Entry((command.name,), Act(command), shown_key(command), command.help)
