"""Whole objects, on demand: what a person opens, and what a check looks at more closely."""

from __future__ import annotations

from collections.abc import Sequence

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError, NotFound
from runners.cluster.listing import METADATA
from runners.layers.jsons import Json, mapping, sequence
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Row
from runners.layers.kinds.events import EVENTS

_MOST_EVENTS = 500


def get(connection: Connection, kind: AnyKind, namespace: str, name: str) -> Json:
    """One object as the server has it now, without its managedFields.

    For a Secret of Helm (``metadata_only`` kinds) this is the whole object too: the caller decides what is shown.

    Raises:
        ApiError: NotFound when it is gone, Forbidden when it may not be read.
    """
    found = connection.request("GET", kind.object_path(namespace, name))
    metadata = {key: value for key, value in mapping(found, "metadata").items() if key != "managedFields"}
    return {**found, "metadata": metadata}


SECRETS = "secrets"


def is_there(connection: Connection, plural: str, namespace: str, name: str) -> bool | None:
    """Is there an object of a core kind? None where that can't be told. Nothing but its metadata is asked for."""
    try:
        connection.request("GET", f"/api/v1/namespaces/{namespace}/{plural}/{name}", accept=METADATA)
    except NotFound:
        return False
    except ApiError:
        return None
    return True


def events_about(connection: Connection, singular: str, row: Row) -> Sequence[Json]:
    """Every event about the object of a row, of any type, as the server has them now.

    What lives in no namespace is named and not numbered: a node's kubelet writes the node's name where its uid belongs.

    Raises:
        ApiError: Forbidden where events may not be listed.
    """
    if row.namespace and row.uid:
        about = f"involvedObject.uid={row.uid}"
    else:
        about = f"involvedObject.kind={singular},involvedObject.name={row.name}"
    path = f"/api/v1/namespaces/{row.namespace}/events" if row.namespace else EVENTS.path
    found = connection.request("GET", path, query={"fieldSelector": about, "limit": str(_MOST_EVENTS)})
    return [mapping(item) for item in sequence(found, "items")]
