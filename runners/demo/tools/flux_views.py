"""What flux prints of the objects that there are: a table of all of them, and what one Kustomization applied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from runners.cluster.errors import NotFound
from runners.demo.actors.api import Requests
from runners.demo.actors.resources import Resource
from runners.demo.tools.edge import out
from runners.demo.tools.flags import Line, Unknown
from runners.demo.tools.flux_objects import KINDS, NAMESPACE, FluxKind
from runners.demo.tools.flux_state import Object, ready, revision
from runners.layers.jsons import Json, mapping, sequence, text, truth

_KUSTOMIZATION = next(kind for kind in KINDS if kind.kind == "Kustomization")
_HEAD = ("NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE")


def get_all(requests: Requests, words: Sequence[str], line: Line) -> None:
    """Prints ``flux get all``: a table for each kind that has objects."""
    if list(words) != ["all"] or line.value("output"):
        raise Unknown(f"get {' '.join(words)}{' -o' if line.value('output') else ''}")
    everywhere = line.on("all-namespaces")
    for kind in KINDS:
        rows = [_row(kind, obj, everywhere) for obj in _listed(requests, kind, line)]
        if rows:
            out(*_table([*(("NAMESPACE",) if everywhere else ()), *_HEAD], rows), "")


def tree(requests: Requests, words: Sequence[str], line: Line) -> None:
    """Prints what one Kustomization applied.

    Raises:
        FluxError: there is no such Kustomization.
    """
    if len(words) != 2 or words[0] not in ("kustomization", "ks") or line.value("output") != "json":
        raise Unknown(f"tree {' '.join(words)} without -o json")
    namespace = line.value("namespace", NAMESPACE)
    obj = Object(requests, _KUSTOMIZATION, namespace, words[1]).get()
    entries = [text(entry, "id").split("_") for entry in sequence(obj, "status", "inventory", "entries")]
    resources = [{"resource": _resource(*entry)} for entry in entries if len(entry) == 4]
    root = _resource(namespace, words[1], _KUSTOMIZATION.group, _KUSTOMIZATION.kind)
    out(json.dumps({"resource": root, "resources": resources}, indent=2))


def _resource(namespace: str, name: str, group: str, kind: str) -> Json:
    return {"Namespace": namespace, "Name": name, "GroupKind": {"Group": group, "Kind": kind}}


def _listed(requests: Requests, kind: FluxKind, line: Line) -> Iterator[Json]:
    namespace = "" if line.on("all-namespaces") else line.value("namespace", NAMESPACE)
    try:
        answer = requests.request("GET", Resource(kind.api_version, kind.plural, kind.kind).path(namespace))
    except NotFound:
        return
    yield from map(mapping, sequence(answer, "items"))


def _row(kind: FluxKind, obj: Json, everywhere: bool) -> list[str]:
    name = f"{kind.kind.lower()}/{text(obj, 'metadata', 'name')}"
    suspended = str(truth(obj, "spec", "suspend"))
    cells = [name, _short(revision(obj)), suspended, text(ready(obj), "status"), _short(text(ready(obj), "message"))]
    return [*([text(obj, "metadata", "namespace")] if everywhere else []), *cells]


def _short(words: str) -> str:
    """Commits are cut to eight digits, as flux does it."""
    return re.sub(r"(sha1:[0-9a-f]{8})[0-9a-f]{32}", r"\1", words)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(line[at]) for line in (head, *rows)) for at in range(len(head))]
    yield "\t".join(map(str.ljust, head, widths))
    for row in rows:
        yield "\t".join(map(str.ljust, row, widths)) + "\t"
