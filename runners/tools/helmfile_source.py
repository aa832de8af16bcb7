"""What can be known of a helmfile without running anything: its hooks, its contexts, and the files it names.

helmfile runs code also when it only reads: ``prepare`` and ``cleanup`` hooks on diff and template, and a template's
``exec`` on everything. So this looks before helmfile is asked at all. It is careful in one direction: in a template,
what might be a hook counts as one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from runners.layers.discovery.documents import is_too_deep, read
from runners.layers.hooks import EVENTS, READING_EVENTS, Hook, hooks_of
from runners.layers.jsons import integer, mapping, sequence, strings, text
from runners.layers.stuck import HELM_TIMEOUT
from runners.tools.calls import PlanError

EXEC = "exec"
"""Stands among the events for a template that runs a program while it is filled in."""

_FILES_AT_MOST = 500
_EVENT = re.compile(rf"\b(?:{'|'.join(EVENTS)})\b")
_EXEC = re.compile(r"\{\{[^}]*\b(?:exec|envExec|execOrEmpty)\b")
_CONTEXT = re.compile(r"\bkubeContext[\"']?[ \t]*:[ \t]*[\"']?([^\s\"'{},#]+)")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_TIMEOUT = re.compile(r"\btimeout[\"']?[ \t]*:[ \t]*[\"']?(\d+)")
_PATH = re.compile(r"[\w.@%+~*/-]+")
_HELMFILE = re.compile(
    r"^(?:releases|helmfiles|bases|environments|helmDefaults|templates|commonLabels)[ \t]*:", re.MULTILINE
)
_UNREADABLE = (
    "what helmfile build prints is not YAML, so its hooks and contexts are not known: let it print nothing else"
)
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Source:
    """What one helmfile, or several together, say of themselves."""

    events: tuple[str, ...] = ()
    """Events of hooks, and ``exec``."""
    contexts: tuple[str, ...] = ()
    """Every ``kubeContext`` that is written out."""
    paths: tuple[str, ...] = ()
    """What might be paths of files and folders, relative to the helmfile's folder."""
    timeout: int = 0
    """Seconds that the slowest of its releases may take; 0 where it has none."""
    hooks: tuple[Hook, ...] = ()
    """The hooks themselves, as far as they are written out; ``events`` may have more."""

    @property
    def on_reading(self) -> tuple[str, ...]:
        """What makes a plan run code: ``prepare``, ``cleanup``, ``exec``."""
        return tuple(event for event in self.events if event in (*READING_EVENTS, EXEC))

    def __or__(self, other: Source) -> Source:
        """Both together; each thing once."""
        return Source(
            in_order((*self.events, *other.events)),
            tuple(dict.fromkeys((*self.contexts, *other.contexts))),
            tuple(dict.fromkeys((*self.paths, *other.paths))),
            timeout=max(self.timeout, other.timeout),
            hooks=tuple(dict.fromkeys((*self.hooks, *other.hooks))),
        )


def scan(written: str, *, template: bool = False) -> Source:
    """What a helmfile's text says: as YAML where it is that, and otherwise by its words."""
    said = None if template else _described(written)
    if said is None:
        said = _by_words(written) | Source(hooks=_hooks(read(written).documents))
    return said | Source(events=(EXEC,)) if _EXEC.search(written) else said


def described(said: Iterable[object]) -> Source:
    """What a helmfile's YAML says."""
    documents = tuple(said)
    events: set[str] = set()
    contexts, paths = dict[str, None](), dict[str, None]()
    timeout = 0
    for node in documents:
        timeout = max([timeout, *_timeouts(node)])
        for key, value in _walk("", node):
            if key == "hooks":
                events |= set(strings(value, "events"))
            elif key == "kubeContext" and isinstance(value, str) and value:
                contexts[value] = None
            if isinstance(value, str) and _is_path(value):
                paths[value] = None
    return Source(in_order(events), tuple(contexts), tuple(paths), timeout, _hooks(documents))


def _hooks(documents: Iterable[object]) -> tuple[Hook, ...]:
    """Every hook, with the release that it stands in."""
    found = (value for document in documents for _key, value in _walk("", document))
    return tuple(hook for owner in found for hook in hooks_of(owner, _release(owner)))


def _release(owner: object) -> str:
    name = text(owner, "name")
    return f"{text(owner, 'namespace')}/{name}".removeprefix("/") if name else ""


def _timeouts(document: object) -> Iterator[int]:
    """What each release may take: its own timeout, the helmfile's default, or helm's."""
    default = integer(document, "helmDefaults", "timeout") or int(HELM_TIMEOUT)
    yield from (integer(release, "timeout") or default for release in sequence(document, "releases"))


def built(stdout: str) -> Source:
    """What ``helmfile build`` printed, helmfiles within helmfiles included.

    Its text holds passwords of repositories and values: it is not kept.

    Raises:
        PlanError: it isn't a helmfile's YAML.
    """
    try:
        return described(_documents(stdout))
    except RecursionError:
        raise PlanError(_UNREADABLE) from None


def contexts_for(stdout: str, environment: str) -> tuple[str, ...]:
    """Every ``kubeContext`` that ``helmfile build`` shows to count in one environment.

    Raises:
        PlanError: it isn't a helmfile's YAML.
    """
    found = dict[str, None]()
    for document in _documents(stdout):
        found[text(document, "kubeContext")] = None
        found[text(document, "helmDefaults", "kubeContext")] = None
        found[text(document, "environments", environment or "default", "kubeContext")] = None
        found |= {text(release, "kubeContext"): None for release in sequence(document, "releases")}
    return tuple(context for context in found if context)


def _documents(stdout: str) -> list[object]:
    """The documents of ``helmfile build``; without a single mapping among them it is not its answer."""
    if is_too_deep(stdout):
        raise PlanError(_UNREADABLE)
    try:
        documents = list(yaml.load_all(stdout, Loader=_Loader))
    except (yaml.YAMLError, ValueError, RecursionError):
        # What is wrong with it may quote a password.
        raise PlanError(_UNREADABLE) from None
    if not any(mapping(document) for document in documents):
        raise PlanError(_UNREADABLE)
    return documents


def _described(written: str) -> Source | None:
    if is_too_deep(written):
        return None
    try:
        return described(yaml.load_all(written, Loader=_Loader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _by_words(written: str) -> Source:
    written = _COMMENT.sub("", written)
    events = set(_EVENT.findall(written)) if re.search(r"\bhooks\b", written) else set()
    if re.search(r"\bhooks\b", written) and not events:
        events = set(READING_EVENTS)
    paths = dict.fromkeys(word for word in _PATH.findall(written) if _is_path(word))
    # Which release a timeout in a template is of can't be told: at least one may do without.
    timeout = max([int(HELM_TIMEOUT), *map(int, _TIMEOUT.findall(written))])
    return Source(in_order(events), tuple(dict.fromkeys(_CONTEXT.findall(written))), tuple(paths), timeout)


def _is_path(value: str) -> bool:
    """Could it be a path? A single word is one only where it has an extension."""
    if len(value) > 512 or not _PATH.fullmatch(value):
        return False
    return ("/" in value or "." in value.strip(".")) and bool(value.strip("./*"))


def _walk(key: str, node: object) -> Iterator[tuple[str, object]]:
    """Every mapping and scalar below a node, with the key that leads to it; a list's items have the list's."""
    if isinstance(node, list):
        for item in node:
            yield from _walk(key, item)
        return
    yield key, node
    for name, value in mapping(node).items():
        yield from _walk(str(name), value)


def in_order(events: Iterable[str]) -> tuple[str, ...]:
    """Events in the order of an apply, each once; those that nobody knows come last."""
    known = (*EVENTS, EXEC)
    return tuple(sorted(set(events), key=lambda event: (known.index(event) if event in known else len(known), event)))


def read_source(helmfile: Path) -> tuple[Source, tuple[Path, ...]]:
    """Reads a helmfile (or a folder of them), and every helmfile and template that it names.

    Returns:
        What they say together, and the files and chart folders that they name and that are there, themselves
        included. What can't be read is left out: helmfile will say so when it is asked.
    """
    source = Source()
    found: dict[Path, None] = {}
    waiting = _helmfiles(helmfile)
    own = frozenset(waiting)
    while waiting and len(found) < _FILES_AT_MOST:
        path = waiting.pop(0)
        if path in found:
            continue
        found[path] = None
        said = _said_by(path, is_helmfile=path in own)
        source |= said
        waiting += [file for named in said.paths for file in named_files(path.parent, named)]
    return source, tuple(found)


def named_files(folder: Path, named: str) -> list[Path]:
    """The files and chart folders that a path in a helmfile means, as far as they are there."""
    try:
        found = sorted(folder.glob(named)) if "*" in named and not named.startswith("/") else [folder / named]
        return [file for path in found for file in _expanded(Path(os.path.normpath(path)))]
    except (OSError, ValueError, NotImplementedError):
        return []


def is_chart(path: Path) -> bool:
    """A folder that helmfile takes for a chart."""
    return any((path / name).is_file() for name in ("Chart.yaml", "kustomization.yaml", "kustomization.yml"))


def _expanded(path: Path) -> list[Path]:
    if path.is_dir() and not is_chart(path):
        return _helmfiles(path)
    return [path] if path.exists() else []


def _helmfiles(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for pattern in ("*.yaml", "*.yml", "*.gotmpl") for file in path.glob(pattern))
    return [path]


def _said_by(path: Path, *, is_helmfile: bool) -> Source:
    """What one named file adds: a helmfile all that it says, a template of values only what it reads and runs."""
    if path.suffix not in (".yaml", ".yml", ".gotmpl"):
        return Source()
    try:
        written = path.read_text(errors="replace")
    except OSError:
        return Source()
    template = path.suffix == ".gotmpl"
    if is_helmfile or _HELMFILE.search(written):
        return scan(written, template=template)
    if not template:
        return Source()
    return Source(events=(EXEC,) if _EXEC.search(written) else (), paths=_by_words(written).paths)
