"""Whole objects, on demand: what a person opens, and what a check looks at more closely."""

from __future__ import annotations

from runners.cluster.connection import Connection
from runners.layers.jsons import Json, mapping
from runners.layers.kinds import AnyKind


def get(connection: Connection, kind: AnyKind, namespace: str, name: str) -> Json:
    """One object as the server has it now, without its managedFields.

    For a Secret of Helm (``metadata_only`` kinds) this is the whole object too: the caller decides what is shown.

    Raises:
        ApiError: NotFound when it is gone, Forbidden when it may not be read.
    """
    found = connection.request("GET", kind.object_path(namespace, name))
    metadata = {key: value for key, value in mapping(found, "metadata").items() if key != "managedFields"}
    return {**found, "metadata": metadata}
