"""What of an object's metadata is the server's to say: pure functions from what is sent to what is stored."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime

from runners.demo.server.kinds_served import ServedKind
from runners.layers.jsons import Json, integer, mapping, text

_SERVERS = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Those of generated names: no vowels, so that no words come about."""


def now() -> str:
    """The time as the API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new(kind: ServedKind, namespace: str, body: Json) -> Json:
    """An object as it is created: named, and with everything that only the server may say."""
    sent = {key: value for key, value in mapping(body, "metadata").items() if key not in (*_SERVERS, "resourceVersion")}
    if not sent.get("name") and text(sent, "generateName"):
        sent["name"] = text(sent, "generateName") + "".join(random.choices(_LETTERS, k=5))
    metadata = {
        **sent,
        **({"namespace": namespace} if namespace else {}),
        "uid": str(uuid.uuid4()),
        "creationTimestamp": now(),
        **({"generation": 1} if kind.has_generation else {}),
    }
    return _ordered(kind, body, metadata)


def next_of(kind: ServedKind, before: Json, body: Json, subresource: str = "") -> Json:
    """An object as a write to it, or to its status, makes it; the same as before where that changes nothing."""
    if subresource == "status":
        body = {**before, "status": body.get("status", {})}
    elif kind.has_status:
        body = {key: value for key, value in body.items() if key != "status"}
        if "status" in before:
            body["status"] = before["status"]
    have, sent = mapping(before, "metadata"), mapping(body, "metadata")
    kept = {
        key: have[key] for key in (*_SERVERS, "name", "namespace", "managedFields", "resourceVersion") if key in have
    }
    free = {
        key: value for key, value in sent.items() if key not in (*_SERVERS, "managedFields") and value not in ({}, [])
    }
    after = _ordered(kind, body, {**free, **kept})
    if _without(kind, after) != _without(kind, before) and kind.has_generation:
        metadata = {**mapping(after, "metadata"), "generation": integer(have, "generation") + 1}
        after = {**after, "metadata": metadata}
    return before if after == before else after


def managed(obj: Json, manager: str, operation: str, fields: Json, api_version: str) -> Json:
    """The object with a note of who wrote it last and by which operation.

    Which fields are whose is only kept of what was applied; that is what an apply goes by.
    """
    others = [
        item for item in managers(obj) if (text(item, "manager"), text(item, "operation")) != (manager, operation)
    ]
    entry = {"manager": manager, "operation": operation, "apiVersion": api_version, "time": now()}
    entries = [*others, {**entry, "fieldsType": "FieldsV1", "fieldsV1": fields}]
    return {**obj, "metadata": {**mapping(obj, "metadata"), "managedFields": entries}}


def managers(obj: Json) -> list[Json]:
    """Who wrote an object: the entries of its managed fields."""
    found = mapping(obj, "metadata").get("managedFields")
    return [mapping(item) for item in found] if isinstance(found, list) else []


def _ordered(kind: ServedKind, body: Json, metadata: Json) -> Json:
    rest = {key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata")}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, **rest}


def _without(kind: ServedKind, obj: Json) -> Json:
    """What a generation counts: all but the metadata, and the status where it has a place of its own."""
    left_out = {"metadata", "apiVersion", *(("status",) if kind.has_status else ())}
    return {key: value for key, value in obj.items() if key not in left_out}
