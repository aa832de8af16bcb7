"""A whole object as text: its YAML with what is secret masked, what describes it, and the events about it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping

import yaml

from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.kinds.base import age, timestamp
from runners.layers.kinds.events import EVENTS, event_row
from runners.layers.outside_text import harmless

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which kubectl keeps the whole object as it was applied, the values of a Secret included."""

_ENDLESS = 1 << 20
_KEY = re.compile(r"^(\s*(?:- )*)([^\s:'\"#\[{-][^:\n]*|\"[^\"\n]*\"|'[^'\n]*')(:)(?=\s|$)", re.MULTILINE)
_NAME_OF_KEY = "\x1b[36m"
_PLAIN = "\x1b[0m"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as people write them."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def is_secret(obj: Json) -> bool:
    """Is it a Secret, whoever keeps what in it?"""
    return text(obj, "kind") == "Secret"


def masked(obj: Json) -> Json:
    """The object as it may be shown: without managedFields, and of a Secret only which keys there are, and how long."""
    metadata = {name: value for name, value in mapping(obj, "metadata").items() if name != "managedFields"}
    shown = {**obj, "metadata": metadata}
    if not is_secret(obj):
        return shown
    for name, measure in (("data", _decoded_size), ("stringData", _size)):
        if name in obj:
            value = obj[name]
            shown[name] = (
                {key: _mask(measure(each)) for key, each in value.items()}
                if isinstance(value, Mapping)
                else _mask(None)
            )
    notes = mapping(metadata, "annotations")
    if LAST_APPLIED in notes:
        metadata["annotations"] = {**notes, LAST_APPLIED: _mask(_size(notes[LAST_APPLIED]))}
    return shown


def as_yaml(obj: Json) -> str:
    """The object's YAML, in the server's order, with what is secret masked."""
    dumped = yaml.dump(
        masked(obj), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_ENDLESS
    )
    return harmless(str(dumped))


def coloured(source: str) -> str:
    """The same YAML with its keys in a colour of their own, as SGR."""
    return _KEY.sub(rf"\1{_NAME_OF_KEY}\2{_PLAIN}\3", source)


def description(obj: Json, now: float) -> str:
    """Labels, annotations, owners and conditions of an object, a line each; empty where it has none."""
    metadata = mapping(masked(obj), "metadata")
    owners = [f"{text(item, 'kind')}/{text(item, 'name')}" for item in sequence(metadata, "ownerReferences")]
    blocks = (
        ("Owned by", owners),
        ("Labels", [f"{name}={value}" for name, value in mapping(metadata, "labels").items()]),
        ("Annotations", [f"{name}={value}" for name, value in mapping(metadata, "annotations").items()]),
        ("Finalizers", [str(item) for item in sequence(metadata, "finalizers")]),
        ("Conditions", [_condition(item, now) for item in sequence(obj, "status", "conditions")]),
    )
    lines = [
        line for title, found in blocks if found for line in ("", title, *(f"  {_one_line(each)}" for each in found))
    ]
    return harmless("\n".join(lines))


def event_lines(objects: Iterable[Json], now: float) -> list[str]:
    """Events in columns, the newest last: how long ago, how often, its type, its reason, and its message."""
    rows = sorted(((event_row(EVENTS.id, obj), text(obj, "type")) for obj in objects), key=lambda found: found[0].seen)
    cells = [
        (age(now - row.seen) if row.seen else "–", kind, row.reason, f"×{row.count}", row.message) for row, kind in rows
    ]
    if not cells:
        return []
    titles = ("SEEN", "TYPE", "REASON", "COUNT", "MESSAGE")
    widths = [max(len(each[column]) for each in (titles, *cells)) for column in range(len(titles) - 1)]
    return [
        harmless("  ".join([*(cell.ljust(width) for cell, width in zip(each, widths, strict=False)), each[-1]]))
        for each in (titles, *cells)
    ]


def _condition(item: object, now: float) -> str:
    since = timestamp(text(item, "lastTransitionTime"))
    ago = f" for {age(now - since)}" if since else ""
    said = [part for part in (text(item, "reason"), text(item, "message")) if part]
    return " · ".join([f"{text(item, 'type')} {text(item, 'status')}{ago}", *said])


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _mask(size: int | None) -> str:
    return "••••" if size is None else f"•••• ({size} byte{'s' if size != 1 else ''})"


def _size(value: object) -> int | None:
    return len(value.encode(errors="replace")) if isinstance(value, str) else None


def _decoded_size(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    try:
        return len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return _size(value)
