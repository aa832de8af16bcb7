"""Events, which the API serves in two groups: stored once, in the form of the older, and translated for the newer."""

from __future__ import annotations

from collections.abc import Mapping

from runners.demo.server.kinds_served import ServedKind
from runners.layers.jsons import Json

_OLDER: Mapping[str, str] = {
    "regarding": "involvedObject",
    "note": "message",
    "reportingController": "reportingComponent",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
}
_NEWER = {older: newer for newer, older in _OLDER.items()}


def inward(kind: ServedKind, obj: Json) -> Json:
    """An object as it is stored."""
    return _renamed(obj, _OLDER) if kind.stored != kind.resource else obj


def outward(kind: ServedKind, obj: Json) -> Json:
    """A stored object as a kind shows it."""
    shown = _renamed(obj, _NEWER) if kind.stored != kind.resource else obj
    return shown if shown.get("apiVersion") == kind.api_version else {**shown, "apiVersion": kind.api_version}


def _renamed(obj: Json, names: Mapping[str, str]) -> Json:
    return {names.get(key, key): value for key, value in obj.items()}
