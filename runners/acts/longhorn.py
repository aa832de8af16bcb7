"""What Longhorn is asked to do around an upgrade, by its own objects."""

from __future__ import annotations

import time
from collections.abc import Sequence

from runners.acts.paths import LONGHORN
from runners.cluster.errors import ApiError
from runners.layers.jsons import text
from runners.layers.kinds.longhorn_backups import LONGHORN_SYSTEM_BACKUPS, system_backup_row
from runners.layers.probes import Answer, Outcome
from runners.layers.walkthroughs.longhorn_proofs import ENGINE_LIMIT
from runners.probes.base import Say
from runners.probes.hands import Hands, hands

PATIENCE = 1800.0
"""Seconds that a system backup is waited for: it may have to back up volumes first."""


def back_up_system(arguments: Sequence[str], say: Say) -> Answer:
    """Makes a SystemBackup, by the policy for volumes that its argument names, and waits until it is ready."""
    try:
        with hands(say) as cluster:
            return make_system_backup(cluster, time.strftime("bedplate-%Y%m%d-%H%M%S", time.gmtime()), *arguments)
    except ApiError as error:
        return Answer(Outcome.FAILED, str(error))


def make_system_backup(cluster: Hands, name: str, policy: str) -> Answer:
    """Makes one by name.

    Raises:
        ApiError: it can't be made, or the server does not answer for long.
    """
    wanted = {
        "apiVersion": f"{LONGHORN_SYSTEM_BACKUPS.group}/{LONGHORN_SYSTEM_BACKUPS.version}",
        "kind": LONGHORN_SYSTEM_BACKUPS.singular,
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "spec": {"volumeBackupPolicy": policy},
    }
    cluster.make(f"{LONGHORN}/systembackups", wanted)
    cluster.say(f"SystemBackup {name} is made")
    until, said = time.monotonic() + PATIENCE, ""
    while (found := cluster.find(f"{LONGHORN}/systembackups/{name}")) is not None:
        row = system_backup_row(LONGHORN_SYSTEM_BACKUPS.id, found)
        if row.state and row.state != said:
            said = row.state
            cluster.say(f"it is {said}")
        if row.state == "Ready":
            return Answer(Outcome.WORKED, f"SystemBackup {name} is ready, of {row.version}")
        if row.state == "Error":
            return Answer(Outcome.FAILED, row.message or "Longhorn gives no reason")
        if time.monotonic() >= until:
            words = f"it is {said or 'not begun'} after {PATIENCE / 60:.0f} minutes; it goes on in the cluster"
            return Answer(Outcome.FAILED, words)
        cluster.pause()
    return Answer(Outcome.FAILED, f"SystemBackup {name} was taken away meanwhile")


def upgrade_engines(arguments: Sequence[str], say: Say) -> Answer:
    """Lets Longhorn upgrade engines by itself, as many at a time on each node as its argument says."""
    try:
        with hands(say) as cluster:
            return raise_engine_limit(cluster, *arguments)
    except ApiError as error:
        return Answer(Outcome.FAILED, str(error))


def raise_engine_limit(cluster: Hands, limit: str) -> Answer:
    """Sets the limit; where Longhorn upgrades engines already, nothing changes.

    Raises:
        ApiError: the setting can't be changed, or the server does not answer for long.
    """
    place = f"{LONGHORN}/settings/{ENGINE_LIMIT}"
    found = cluster.find(place)
    if found is None:
        return Answer(Outcome.FAILED, f"Longhorn has no setting {ENGINE_LIMIT}")
    value = text(found, "value")
    if value.isdecimal() and int(value) > 0:
        return Answer(Outcome.WORKED, f"{ENGINE_LIMIT} is {value} already")
    cluster.change(place, {"value": limit})
    cluster.say(f"{ENGINE_LIMIT} was {value or 'not set'}, and is {limit}")
    return Answer(
        Outcome.WORKED, f"Longhorn upgrades the engines of its volumes from now on, {limit} at a time on a node"
    )
