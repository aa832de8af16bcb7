"""Asks a cluster which one it is."""

from __future__ import annotations

from runners.cluster.connection import Connection
from runners.cluster.errors import Forbidden, NotFound
from runners.cluster.tls import fingerprint
from runners.layers.identity import Identity
from runners.layers.jsons import text

_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"


def resolve(connection: Connection) -> Identity:
    """The cluster's identity, read now; the uid is empty where the namespace kube-system may not be read.

    Raises:
        ApiError: the server can't be reached, or does not accept the credentials.
    """
    access = connection.access
    return Identity(
        context=access.context,
        server=access.server,
        uid=_uid(connection),
        fingerprint=fingerprint(access),
        user=access.who,
        version=_version(connection),
    )


def _uid(connection: Connection) -> str:
    try:
        namespace = connection.request("GET", "/api/v1/namespaces/kube-system", accept=_METADATA)
    except (Forbidden, NotFound):
        return ""
    return text(namespace, "metadata", "uid")


def _version(connection: Connection) -> str:
    try:
        return text(connection.request("GET", "/version"), "gitVersion")
    except (Forbidden, NotFound):
        return ""
