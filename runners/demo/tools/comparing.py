"""What helm-diff says: which objects of a release an upgrade would add, change or remove, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from runners.demo.templates.charts import Document, documents_of
from runners.demo.tools.objects import NoSuchKind, Objects, difference, merged_patch, stored
from runners.demo.tools.records import Release
from runners.demo.tools.releases import is_kept, marked
from runners.layers.jsons import Json, mapping, text

THREE_WAY = "Enabled three way merge via the envvar"
ABSENT = """\
********************

\tRelease was not present in Helm.  Diff will show entire contents as new.

********************
"""

_SERVERS_OWN = ("managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink")
_CHANGES = ("changed", "added", "removed")
_COLOURS = {"added": "32", "changed": "33", "removed": "31"}


class _Readable(yaml.SafeDumper):
    """Writes texts of several lines as such, so that a changed line of them is one changed line."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """A scalar in block style where it has lines."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Readable.add_representer(str, _Readable.represent_str)


@dataclass(frozen=True, slots=True)
class Compared:
    """One object that differs."""

    name: str
    """As helm-diff writes it: ``namespace, name, Kind (group)``."""
    change: str
    """``added``, ``changed`` or ``removed``."""
    kind: str
    before: str
    after: str
    """Both as text; empty where there is none."""


def compared(
    objects: Objects | None, before: Release | None, documents: Sequence[Document], namespace: str
) -> tuple[Compared, ...]:
    """What differs from the cluster's objects, or without them from Helm's record: changed, added, removed, by name.

    Raises:
        NoSuchKind: the cluster is compared with, and doesn't serve a kind.
    """
    old = _by_name(documents_of(before.manifest) if before else (), namespace)
    new = _by_name(documents, namespace)
    if objects is None:
        pairs = _with_record(old, new)
    else:
        release = before.name if before else ""
        pairs = _with_cluster(objects, old, new, (release, namespace))
    return tuple(sorted(pairs, key=lambda item: (_CHANGES.index(item.change), item.name)))


def simple(differing: Sequence[Compared]) -> Iterator[str]:
    """A line an object, and their number: ``--output simple``."""
    for item in differing:
        yield f"{item.name} to be {item.change}."
    count = {word: sum(item.change == word for item in differing) for word in ("added", "changed", "removed")}
    yield f"Plan: {count['added']} to add, {count['changed']} to change, {count['removed']} to destroy."


def full(
    differing: Iterable[Compared], *, context: int = -1, colour: bool = False, suppressed: Sequence[str] = ()
) -> Iterator[str]:
    """The text of each object before and after, with so many lines around what changed (-1: all of them)."""
    for item in differing:
        verb = "has changed" if item.change == "changed" else f"has been {item.change}"
        yield _shade(f"{item.name} {verb}:", _COLOURS[item.change], colour)
        if item.kind in suppressed:
            yield _shade(f"+ Changes suppressed on sensitive content of type {item.kind}", "33", colour)
        else:
            yield from _lines(item, context, colour)


def _lines(item: Compared, context: int, colour: bool) -> Iterator[str]:
    found = list(_marked_lines(item.before.rstrip("\n").split("\n"), item.after.rstrip("\n").split("\n")))
    changed = [at for at, line in enumerate(found) if line[0] != " "]
    omitting = False
    for at, line in enumerate(found):
        if context >= 0 and not any(abs(at - other) <= context for other in changed):
            if not omitting:
                yield "..."
            omitting = True
            continue
        omitting = False
        yield _shade(line, "32" if line[0] == "+" else "31", colour and line[0] != " ") if line.strip() else ""


def _marked_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    import difflib  # only where a person wants to read it

    for what, old, old_end, new, new_end in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if what == "equal":
            yield from (f"  {line}" for line in before[old:old_end])
        else:
            yield from (f"- {line}" for line in before[old:old_end])
            yield from (f"+ {line}" for line in after[new:new_end])


def _shade(line: str, code: str, colour: bool) -> str:
    return f"\x1b[0;{code}m{line}\x1b[0m" if colour else line


def _with_record(old: Mapping[str, Document], new: Mapping[str, Document]) -> Iterator[Compared]:
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        if after is None:
            assert before is not None
            if not is_kept(before.obj):
                yield Compared(name, "removed", text(before.obj, "kind"), before.text, "")
        elif before is None or before.text != after.text:
            change = "changed" if before else "added"
            yield Compared(name, change, text(after.obj, "kind"), before.text if before else "", after.text)


def _with_cluster(
    objects: Objects, old: Mapping[str, Document], new: Mapping[str, Document], release: tuple[str, str]
) -> Iterator[Compared]:
    for name, document in new.items():
        live = objects.live(objects.place(document.obj, release[1]))
        kind = text(document.obj, "kind")
        if live is None:
            yield Compared(name, "added", kind, "", _written(document.obj))
            continue
        before = marked(old[name].obj, *release) if name in old else {}
        patch = difference(before, marked(document.obj, *release), live)
        if patch:
            yield Compared(name, "changed", kind, _written(live), _written(merged_patch(live, patch)))
    for name in old.keys() - new.keys():
        if is_kept(old[name].obj):
            continue
        try:
            live = objects.live(objects.place(old[name].obj, release[1]))
        except NoSuchKind:
            continue
        if live is not None:
            yield Compared(name, "removed", text(live, "kind"), _written(live), "")


def _by_name(documents: Iterable[Document], namespace: str) -> dict[str, Document]:
    return {_name(document.obj, namespace): document for document in documents}


def _name(obj: Json, namespace: str) -> str:
    """helm-diff writes the release's namespace also for what has none, and the version for the core group."""
    group = text(obj, "apiVersion").partition("/")[0]
    where = text(obj, "metadata", "namespace") or namespace
    return f"{where}, {text(obj, 'metadata', 'name')}, {text(obj, 'kind')} ({group})"


def _written(obj: object) -> str:
    """A live object as text, without what only the server writes."""
    found = {key: value for key, value in stored(mapping(obj)).items() if key != "status"}
    metadata = {key: value for key, value in mapping(found, "metadata").items() if key not in _SERVERS_OWN}
    return yaml.dump({**found, "metadata": metadata}, Dumper=_Readable, sort_keys=True, width=1000)
