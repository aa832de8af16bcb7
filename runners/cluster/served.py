"""What a server serves, as far as a rendering depends on it."""

from __future__ import annotations

from runners.cluster.connection import Connection
from runners.cluster.discovery import discover
from runners.layers.plans import Served


def served_by(connection: Connection, version: str) -> Served:
    """What the server serves, asked now; ``version`` is its own.

    Raises:
        ApiError: it did not answer.
    """
    found = discover(connection, lambda _group: True)
    groups = {f"{item.group}/{item.version}" for item in found}
    kinds = {f"{item.group}/{item.version}/{item.singular}" for item in found}
    return Served(
        version=version,
        api_versions=("v1", *sorted(groups | kinds)),
        cluster_scoped=frozenset((item.group, item.singular) for item in found if not item.namespaced),
    )
