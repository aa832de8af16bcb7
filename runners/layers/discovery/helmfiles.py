"""The helmfiles of a repository: which files are some, what they include, and the releases that they ask for.

Pure, and nothing is run: what only helmfile itself could tell (a value behind a template, a release inside a condition)
is said to be unknown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runners.layers.discovery.documents import Files, Reading, is_known, line_of, read
from runners.layers.discovery.paths import folder_of, matching
from runners.layers.discovery.releases import Release, releases_in, with_full_needs
from runners.layers.hooks import Hook, hooks_of
from runners.layers.jsons import Json, mapping, sequence, strings, text

_NAMES = re.compile(r"^helmfile\.ya?ml(\.gotmpl)?$")
_YAML = (".yaml", ".yml", ".gotmpl")
_ASKS = re.compile(r"^[\"']?(?:releases|helmfiles)[\"']?[ \t]*:", re.MULTILINE)
_TELLING = re.compile(r"^[ \t]*-?[ \t]*[{]?[\"']?(?:chart|inherit|path)[\"']?[ \t]*:", re.MULTILINE)
_REQUIRED = re.compile(r"\brequiredEnv[ \t]+[\\\"'`]+(\w+)")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one place in a file."""

    file: str
    line: int
    """From 1; 0 where it is about the file as a whole."""
    text: str

    @property
    def place(self) -> str:
        """``longhorn/helmfile.yaml:12``."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Include:
    """Another helmfile that a helmfile calls."""

    path: str
    selectors: tuple[str, ...]
    told: bool
    """It is told something (values, selectors) that it would miss when it is called by itself."""


@dataclass(frozen=True, slots=True)
class Helmfile:
    """One file that helmfile can be called with."""

    path: str
    releases: tuple[Release, ...] = ()
    """Those that stand in it; what it includes is not among them."""
    includes: tuple[Include, ...] = ()
    bases: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    """Those that are named; empty where it has none."""
    hooks: tuple[Hook, ...] = ()
    """Its own; a release's are the release's."""
    contexts: tuple[Remark, ...] = ()
    """Every ``kubeContext`` that is written for all of its releases."""
    variables: tuple[Remark, ...] = ()
    """Environment variables without which helmfile refuses to read it, each once."""
    template_only: Remark | None = None
    """Why it is for ``helmfile template`` and can't be applied."""
    mistakes: tuple[Remark, ...] = ()
    """What could not be read."""
    missing: tuple[Remark, ...] = ()
    """What it includes, or is based on, and what can't be found."""
    unknown: tuple[Remark, ...] = ()
    """What only helmfile itself can tell."""


def looks_like_helmfile(path: str, words: str) -> bool:
    """Is a file a helmfile, by its name or by what stands in it?"""
    name = posixpath.basename(path)
    if _NAMES.match(name):
        return True
    if not name.endswith(_YAML) or not _ASKS.search(words):
        return False
    return posixpath.basename(folder_of(path)) in ("helmfile.d", "helmfile") or bool(_TELLING.search(words))


def helmfiles(files: Files) -> tuple[Helmfile, ...]:
    """Every helmfile of a repository, by path; those that are only bases of others are none.

    Where a ``helmfile.yaml`` lies beside a ``helmfile.yaml.gotmpl``, helmfile takes the first.
    """
    waiting = sorted(path for path, words in files.items() if looks_like_helmfile(path, words))
    there = frozenset(waiting)
    waiting = [path for path in waiting if not (path.endswith(".gotmpl") and path.removesuffix(".gotmpl") in there)]
    found: dict[str, Helmfile] = {}
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = helmfile(files, path)
            waiting += [include.path for include in found[path].includes]
    bases = {base for one in found.values() for base in one.bases}
    return tuple(one for path, one in sorted(found.items()) if path not in bases)


def callable_helmfiles(found: Sequence[Helmfile]) -> tuple[Helmfile, ...]:
    """The helmfiles to call so that each release is asked for once, with those releases, in the order of includes.

    A helmfile that another one includes is called by itself, unless that one tells it something that it would miss.
    What is for ``helmfile template`` alone is not among them.
    """
    by_path = {one.path: one for one in found if one.template_only is None}
    told = {include.path for one in by_path.values() for include in one.includes if include.told}
    included = {include.path for one in by_path.values() for include in one.includes}
    order: dict[str, None] = {}
    covered: set[str] = set()
    # What is included comes last, so that it begins a way of its own only where nothing else leads to it: in a circle.
    for path in sorted(by_path, key=lambda path: (path in included, path)):
        if path not in covered:
            _follow(path, by_path, told, order, covered)
    callables = []
    for path in order:
        one = by_path[path]
        releases = with_full_needs(_asked_for(one, by_path, path, frozenset()))
        if releases or one.mistakes or one.unknown:
            callables.append(replace(one, releases=releases))
    return tuple(callables)


def _follow(
    path: str, by_path: Mapping[str, Helmfile], told: set[str], order: dict[str, None], covered: set[str]
) -> None:
    """Puts a helmfile into the order, and then those that it includes and that are called by themselves."""
    order[path] = None
    waiting = [path]
    while waiting:
        at = waiting.pop(0)
        if at in covered or at not in by_path:
            continue
        covered.add(at)
        for include in by_path[at].includes:
            if include.path not in told and include.path in by_path:
                order.setdefault(include.path)
            waiting.append(include.path)


def helmfile_releases(files: Files) -> tuple[Release, ...]:
    """Every release that the repository's helmfiles ask for, once each, with the helmfile that is called for it."""
    return tuple(release for one in callable_helmfiles(helmfiles(files)) for release in one.releases)


def _asked_for(one: Helmfile, by_path: Mapping[str, Helmfile], called: str, seen: frozenset[str]) -> Iterator[Release]:
    yield from (replace(release, helmfile=called) for release in one.releases)
    seen = seen | {one.path}
    for include in one.includes:
        below = by_path.get(include.path)
        if include.told and below is not None and below.path not in seen:
            found = _asked_for(below, by_path, called, seen)
            yield from (release for release in found if release.selected_by(include.selectors))


def helmfile(files: Files, path: str) -> Helmfile:
    """What one helmfile says."""
    words = files[path]
    reading = read(words)
    bases, not_there = _bases(files, path, reading.documents)
    layers = [document for base in bases for document in read(files[base]).documents]
    state = _laid_over((*layers, *reading.documents))
    releases = tuple(releases_in(state, path, reading.conditional))
    includes, missing = _includes(files, path, state)
    return Helmfile(
        path=path,
        releases=releases,
        includes=includes,
        bases=bases,
        environments=tuple(mapping(state, "environments")),
        hooks=tuple(hooks_of(state)),
        contexts=tuple(_contexts(state, path)),
        variables=tuple(_variables(files, (path, *bases))),
        template_only=_template_only(state, path),
        mistakes=tuple(_mistake(reading, path)),
        missing=(*not_there, *missing),
        unknown=tuple(_unknown(state, releases, path)),
    )


def _mistake(reading: Reading, path: str) -> Iterator[Remark]:
    if reading.mistake:
        yield Remark(path, reading.line, reading.mistake)


def _bases(files: Files, path: str, documents: Iterable[Json]) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    found: list[str] = []
    missing: list[Remark] = []
    for document in documents:
        for name in strings(document, "bases"):
            there = [base for base in matching(files, folder_of(path), name) if base != path]
            found += there
            if not there:
                missing.append(Remark(path, line_of(document), f"is based on {name}, and {_where(name)}"))
    return tuple(found), tuple(missing)


def _where(name: str) -> str:
    return "only helmfile can tell where that is" if not is_known(name) or "::" in name else "it is not there"


def _laid_over(documents: Iterable[Json]) -> Json:
    """Documents as helmfile merges them: lists of releases and includes grow, groups are laid over each other."""
    state: dict[str, object] = {}
    for document in documents:
        for key, value in document.items():
            before = state.get(key)
            if isinstance(before, list) and isinstance(value, list):
                state[key] = [*before, *value]
            elif isinstance(before, dict) and isinstance(value, dict):
                state[key] = {**before, **value}
            else:
                state[key] = value
    return state


def _includes(files: Files, path: str, state: Json) -> tuple[tuple[Include, ...], tuple[Remark, ...]]:
    found: list[Include] = []
    missing: list[Remark] = []
    for item in sequence(state, "helmfiles"):
        name = item if isinstance(item, str) else text(item, "path")
        told = bool(mapping(item).keys() & {"values", "selectors", "selectorsInherited", "environment"})
        there = matching(files, folder_of(path), name)
        found += [Include(one, strings(item, "selectors"), told) for one in there if one != path]
        if path in there:
            missing.append(Remark(path, line_of(item), "includes itself"))
        elif not there and name:
            missing.append(Remark(path, line_of(item), f"includes {name}, and {_where(name)}"))
    return tuple(found), tuple(missing)


def _contexts(state: Json, path: str) -> Iterator[Remark]:
    for owner in (state, mapping(state, "helmDefaults"), *mapping(state, "environments").values()):
        context = text(owner, "kubeContext")
        if context:
            yield Remark(path, line_of(owner), context)


def _variables(files: Files, paths: Iterable[str]) -> Iterator[Remark]:
    seen = set[str]()
    for path in paths:
        words = _COMMENT.sub("", files[path])
        for match in _REQUIRED.finditer(words):
            if match[1] not in seen:
                seen.add(match[1])
                yield Remark(path, words.count("\n", 0, match.start()) + 1, match[1])


def _template_only(state: Json, path: str) -> Remark | None:
    defaults = mapping(state, "helmDefaults")
    if any("--include-crds" in argument for argument in strings(defaults, "args")):
        return Remark(path, line_of(defaults), "passes --include-crds, which helm knows on template alone")
    return None


def _unknown(state: Json, releases: Iterable[Release], path: str) -> Iterator[Remark]:
    for release in releases:
        if not (is_known(release.name) and is_known(release.namespace)):
            yield Remark(path, release.line, "names a release by a template")
        elif release.conditional:
            words = f"asks for {release.id} under a condition"
            yield Remark(path, release.line, words)
    for key in ("releases", "helmfiles"):
        value = state.get(key)
        listed = value if isinstance(value, list) else [value] if value else []
        if any(isinstance(item, str) and not is_known(item) for item in listed):
            yield Remark(path, 0, f"makes its {key} by a template")
