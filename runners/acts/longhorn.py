"""What Longhorn is asked to do around an upgrade, by its own objects."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from runners.acts.base import ActError, Say
from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.layers.jsons import Json, text
from runners.layers.kinds.longhorn_backups import LONGHORN_SYSTEM_BACKUPS, system_backup_row
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.walkthroughs.longhorn_proofs import ENGINE_LIMIT

NAMESPACE = "longhorn-system"
PATIENCE = 1800.0
"""Seconds that a system backup is waited for: it may have to back up volumes first."""
_LOOK_EVERY = 1.0
_MERGE = "application/merge-patch+json"


def back_up_system(say: Say) -> str:
    """Makes a SystemBackup and waits until it is ready.

    Raises:
        ActError: Longhorn says that it failed, or nothing for half an hour.
        ApiError: it can't be made, or the cluster does not answer.
    """
    name = time.strftime("bedplate-%Y%m%d-%H%M%S", time.gmtime())
    wanted = {
        "apiVersion": f"{LONGHORN_SYSTEM_BACKUPS.group}/{LONGHORN_SYSTEM_BACKUPS.version}",
        "kind": LONGHORN_SYSTEM_BACKUPS.singular,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"volumeBackupPolicy": "if-not-present"},
    }
    with _connection() as connection:
        place = LONGHORN_SYSTEM_BACKUPS.object_path(NAMESPACE, name)
        connection.request("POST", place.removesuffix(f"/{name}"), body=wanted)
        say(f"SystemBackup {NAMESPACE}/{name} is made")
        return f"SystemBackup {name} is ready, of {_until_ready(connection, place, say)}"


def _until_ready(connection: Connection, place: str, say: Say) -> str:
    """Returns the version that it is of."""
    until, said = time.monotonic() + PATIENCE, ""
    while time.monotonic() < until:
        row = system_backup_row(LONGHORN_SYSTEM_BACKUPS.id, connection.request("GET", place))
        if row.state and row.state != said:
            say(f"it is {row.state}")
            said = row.state
        if row.state == "Ready":
            return row.version
        if row.state == "Error":
            raise ActError(row.message or "Longhorn gives no reason")
        time.sleep(_LOOK_EVERY)
    raise ActError(f"it is {said or 'not begun'} after {PATIENCE / 60:.0f} minutes; it goes on in the cluster")


def upgrade_engines(say: Say) -> str:
    """Lets Longhorn upgrade engines by itself, one at a time on each node; where it does so already, nothing changes.

    Raises:
        ApiError: the setting can't be changed, or the cluster does not answer.
    """
    with _connection() as connection:
        place = LONGHORN_SETTINGS.object_path(NAMESPACE, ENGINE_LIMIT)
        value = text(connection.request("GET", place), "value")
        if value.isdecimal() and int(value) > 0:
            return f"{ENGINE_LIMIT} is {value} already"
        body: Json = {"value": "1"}
        connection.request("PATCH", place, body=body, content_type=_MERGE)
        say(f"{ENGINE_LIMIT} was {value or 'not set'}, and is 1")
        return "Longhorn upgrades the engines of its volumes from now on, one at a time on each node"


@contextmanager
def _connection() -> Iterator[Connection]:
    """To the cluster of the run's private kubeconfig."""
    connection = Connection(load(os.environ))
    try:
        yield connection
    finally:
        connection.close()
