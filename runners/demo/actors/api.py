"""An actor's hands: idempotent reads and writes of objects, in the few verbs that every API server has.

Only list, get, create, merge patch (also of the status) and delete are used, so that the same actors run against a
real API server and against a small embedded one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from runners.cluster.errors import Conflict, NotFound
from runners.demo.actors.resources import Resource
from runners.demo.actors.times import now
from runners.layers.jsons import Json, mapping, sequence, text

MERGE_PATCH = "application/merge-patch+json"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


class Requests(Protocol):
    """What actors need of a connection."""

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Json:
        """Asks once and returns the decoded answer; raises ApiError."""
        ...


class Api:
    """Objects of one API server, as one actor reads and writes them."""

    def __init__(self, connection: Requests) -> None:
        """Takes the connection."""
        self._connection = connection
        self.writes = 0
        """How many objects were created, changed or deleted so far."""

    def list(self, resource: Resource, namespace: str = "") -> Sequence[Json]:
        """The objects of a resource; none where the server doesn't serve it."""
        try:
            answer = self._connection.request("GET", resource.path(namespace))
        except NotFound:
            return ()
        return [item for item in sequence(answer, "items") if isinstance(item, Mapping)]

    def exists(self, resource: Resource, namespace: str, labels: str) -> bool:
        """Is there any object with these labels? What is inside of it (Helm's Secrets are large) isn't asked for."""
        query = {"labelSelector": labels, "limit": "1"}
        answer = self._connection.request("GET", resource.path(namespace), query=query, accept=METADATA)
        return bool(sequence(answer, "items"))

    def get(self, resource: Resource, namespace: str, name: str) -> Json | None:
        """One object, or None."""
        try:
            return self._connection.request("GET", resource.path(namespace, name))
        except NotFound:
            return None

    def ensure(self, resource: Resource, wanted: Json, current: Json | None) -> Json:
        """Creates an object, or changes what differs of it, and returns it as the server has it.

        ``current`` is what a list said of it, None where it isn't there. What isn't wanted otherwise is left alone.
        """
        if current is not None:
            if contains(current, wanted):
                return current
            return self.patch(resource, current, wanted)
        body = {"apiVersion": resource.api_version, "kind": resource.kind, **wanted}
        self.writes += 1
        try:
            return self._connection.request("POST", resource.path(text(wanted, "metadata", "namespace")), body=body)
        except Conflict:
            # Someone was faster: the next look will see it.
            return body

    def patch(self, resource: Resource, obj: Json, changes: Json, subresource: str = "") -> Json:
        """Merges changes into an object."""
        self.writes += 1
        return self._connection.request(
            "PATCH", resource.path_of(obj, subresource), body=changes, content_type=MERGE_PATCH
        )

    def set_status(self, resource: Resource, obj: Json, status: Json) -> None:
        """Writes what differs of a status; conditions keep the time of their last transition while they stay."""
        current = mapping(obj, "status")
        stamped = _stamped(status, current, now())
        if not contains(current, stamped):
            self.patch(resource, obj, {"status": stamped}, "status")

    def delete(self, resource: Resource, obj: Json, *, at_once: bool = False) -> None:
        """Deletes an object; it may be gone already. ``at_once`` leaves a pod no time to end."""
        self.writes += 1
        body = {"gracePeriodSeconds": 0} if at_once else None
        try:
            self._connection.request("DELETE", resource.path_of(obj), body=body)
        except NotFound:
            return


def by_name(objects: Sequence[Json]) -> dict[str, Json]:
    """Objects of one namespace, or of cluster scope, by name."""
    return {text(obj, "metadata", "name"): obj for obj in objects}


def contains(current: object, wanted: object) -> bool:
    """Does a value have everything that is wanted of it? Lists have to match item by item; None means absent."""
    if isinstance(wanted, Mapping):
        return isinstance(current, Mapping) and all(contains(current.get(key), item) for key, item in wanted.items())
    if isinstance(wanted, list | tuple):
        if not wanted:
            return not current  # a server leaves empty lists out
        return (
            isinstance(current, list | tuple)
            and len(current) == len(wanted)
            and all(contains(have, want) for have, want in zip(current, wanted, strict=True))
        )
    return current == wanted


def condition(kind: str, status: bool, reason: str = "", message: str = "") -> dict[str, object]:
    """A condition as it is wanted; ``set_status`` adds the time of its transition."""
    return {"type": kind, "status": "True" if status else "False", "reason": reason, "message": message}


def _stamped(wanted: object, current: object, now: str) -> object:
    """What is wanted, with the times of conditions filled in wherever lists of conditions are."""
    if isinstance(wanted, Mapping):
        return {key: _stamped(value, mapping(current).get(key), now) for key, value in wanted.items()}
    if not isinstance(wanted, list | tuple):
        return wanted
    if not all(isinstance(item, Mapping) and {"type", "status"} <= item.keys() for item in wanted):
        return list(wanted)
    known = {text(item, "type"): item for item in sequence(current)}
    return [_with_time(mapping(item), mapping(known.get(text(item, "type"))), now) for item in wanted]


def _with_time(wanted: Json, current: Json, now: str) -> Json:
    same = text(current, "status") == text(wanted, "status")
    since = text(current, "lastTransitionTime") if same else ""
    return {**wanted, "lastTransitionTime": since or now}
