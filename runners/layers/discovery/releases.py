"""The releases that one helmfile's documents ask for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from runners.layers.discovery.documents import filled, line_of
from runners.layers.hooks import Hook, hooks_of
from runners.layers.jsons import Json, mapping, sequence, strings, text, truth

_SELECTS = re.compile(r"^([\w./-]+)(!?=)([\w./-]*)$")


@dataclass(frozen=True, slots=True)
class Release:
    """One release that a helmfile asks for."""

    name: str
    namespace: str
    """Empty where none is written. Like the name it may hold a template's mark (``documents.is_known``)."""
    chart: str
    version: str
    needs: tuple[str, ...]
    """``namespace/name`` of the releases that come first."""
    wait: bool
    hooks: tuple[Hook, ...]
    installed: bool
    """False where it is written that it shall not be there."""
    file: str
    """The file that it stands in."""
    line: int
    helmfile: str
    """The helmfile that is called to get it: the same file, or one that includes it."""
    conditional: bool = False
    """It stands in a template's condition: whether it is there only ``helmfile list`` can tell."""
    context: str = ""
    """The ``kubeContext`` that it is meant for; empty where none is written."""
    labels: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    """Names of files of values, as they are written."""
    inline: tuple[Json, ...] = ()
    """Values that are written in the helmfile itself."""

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    def selected_by(self, selectors: Sequence[str]) -> bool:
        """Does one of the selectors (``name=x,tier!=y``) choose it? Without any, all are chosen."""
        return not selectors or any(self._meets(selector) for selector in selectors)

    def _meets(self, selector: str) -> bool:
        own = {**self.labels, "name": self.name, "namespace": self.namespace, "chart": self.chart}
        for part in selector.split(","):
            match = _SELECTS.match(part.strip())
            if match and (own.get(match[1]) == match[3]) != (match[2] == "="):
                return False
        return True


def releases_in(state: Json, file: str, conditional: frozenset[int] = frozenset()) -> Iterator[Release]:
    """The releases of one helmfile's state: its documents, laid over those of its bases.

    Args:
        state: the documents as one group.
        file: the helmfile's path.
        conditional: the lines inside a template's condition.
    """
    for item in sequence(state, "releases"):
        whole = _inherited(item, mapping(state, "templates"))
        if text(whole, "name"):
            line = line_of(item)
            yield _release(whole, state, file, line, conditional=line in conditional)


def _inherited(item: object, templates: Json) -> Json:
    whole: dict[str, object] = {}
    for one in sequence(item, "inherit"):
        whole |= mapping(templates, text(one, "template"))
    return {**whole, **mapping(item)}


def _release(whole: Json, state: Json, file: str, line: int, *, conditional: bool) -> Release:
    name, namespace = text(whole, "name"), text(whole, "namespace") or text(state, "namespace")
    known = {".Release.Name": name, ".Release.Namespace": namespace}
    values = sequence(whole, "values")
    return Release(
        name=name,
        namespace=namespace,
        chart=filled(text(whole, "chart"), known),
        version=text(whole, "version"),
        needs=strings(whole, "needs"),
        wait=truth(whole, "wait", default=truth(state, "helmDefaults", "wait")),
        hooks=tuple(
            replace(hook, command=filled(hook.command, known)) for hook in hooks_of(whole, f"{namespace}/{name}")
        ),
        installed=truth(whole, "installed", default=True),
        file=file,
        line=line,
        helmfile=file,
        conditional=conditional,
        context=text(whole, "kubeContext"),
        labels={**_labels(state, "commonLabels"), **_labels(whole, "labels")},
        values=tuple(filled(value, known) for value in values if isinstance(value, str)),
        inline=tuple(mapping(value) for value in values if mapping(value)),
    )


def _labels(value: Json, key: str) -> Mapping[str, str]:
    return {name: text(label) for name, label in mapping(value, key).items()}


def with_full_needs(releases: Iterable[Release]) -> tuple[Release, ...]:
    """The same releases, each need as ``namespace/name``, whether it was written with its namespace or without."""
    found = tuple(releases)
    places: dict[str, list[str]] = {}
    for release in found:
        places.setdefault(release.name, []).append(release.namespace)
    return tuple(replace(one, needs=tuple(_full(need, one.namespace, places) for need in one.needs)) for one in found)


def _full(need: str, own: str, places: Mapping[str, Sequence[str]]) -> str:
    if "/" in need:
        return "/".join(need.split("/")[-2:])  # a context may stand before the namespace
    there = places.get(need, ())
    return f"{there[0] if len(there) == 1 else own}/{need}"
