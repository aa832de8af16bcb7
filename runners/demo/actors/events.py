"""Writes Events as every manager does: one object for what is said again and again, with a count."""

from __future__ import annotations

import hashlib

from runners.demo.actors import resources as res
from runners.demo.actors.api import Api
from runners.demo.actors.delays import Delays
from runners.demo.actors.resources import Resource
from runners.demo.actors.times import now
from runners.layers.jsons import Json, integer, text

_FIRST, _LONGEST = 15.0, 300.0
"""Seconds until something is said again, doubled each time up to the longest."""


class Recorder:
    """The events of one manager."""

    def __init__(self, api: Api, delays: Delays, component: str) -> None:
        """Takes the manager's hands and its name."""
        self._api, self._delays, self._component = api, delays, component
        self._said: dict[str, int] = {}

    def warn(self, resource: Resource, about: Json, reason: str, message: str) -> None:
        """Says that something is wrong with an object; called at every look for as long as it is."""
        self._say(resource, about, "Warning", reason, message)

    def note(self, resource: Resource, about: Json, reason: str, message: str) -> None:
        """Says that something goes on with an object."""
        self._say(resource, about, "Normal", reason, message)

    def _say(self, resource: Resource, about: Json, kind: str, reason: str, message: str) -> None:
        uid = text(about, "metadata", "uid")
        digest = hashlib.sha256(f"{uid} {reason} {message}".encode()).hexdigest()[:16]
        times = self._said.get(digest, 0)
        if times and not self._delays.elapsed((digest, times), min(_FIRST * 2 ** (times - 1), _LONGEST)):
            return
        self._said[digest] = times + 1
        self._delays.elapsed((digest, times + 1), min(_FIRST * 2**times, _LONGEST))
        namespace = text(about, "metadata", "namespace") or "default"
        name = f"{text(about, 'metadata', 'name')}.{digest}"
        known = self._api.get(res.EVENTS, namespace, name)
        changes = {"count": integer(known, "count") + 1, "lastTimestamp": now()}
        if known is not None:
            self._api.patch(res.EVENTS, known, changes)
            return
        event = {
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": _reference(resource, about),
            "type": kind,
            "reason": reason,
            "message": message,
            "source": {"component": self._component},
            "reportingComponent": self._component,
            "firstTimestamp": changes["lastTimestamp"],
        }
        self._api.ensure(res.EVENTS, {**event, **changes}, None)


def _reference(resource: Resource, obj: Json) -> Json:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": text(obj, "metadata", "namespace"),
        "name": text(obj, "metadata", "name"),
        "uid": text(obj, "metadata", "uid"),
        "resourceVersion": text(obj, "metadata", "resourceVersion"),
    }
