"""Which cluster each context stood for when it was used last: a new UID under an old name is a rebuilt cluster.

A context's name is not an identity; so a cluster that was rebuilt, or a name that came to mean another one, is said.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.jsons import Json, integer, mapping, text


class KnownClusters:
    """One small file (0600), shared by every program of this user."""

    def __init__(self, path: Path) -> None:
        """The file is made with the first cluster."""
        self._path = path

    def meet(self, identity: Identity, now: float) -> Finding | None:
        """Remembers which cluster a context stands for now; says so when it was another one the last time.

        A cluster whose kube-system may not be read is not compared.
        """
        if not identity.uid:
            return None
        try:
            return changed(self._remember(identity, now), identity)
        except OSError as error:
            return Finding(f"context {identity.context}", Severity.NOTE, f"can't be remembered: {error.strerror}")

    def _remember(self, identity: Identity, now: float) -> Json:
        """Returns what stood there before."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = _read(file.read())
            before = mapping(known, identity.context)
            seen = {"server": identity.server, "uid": identity.uid, "seen": int(now)}
            file.seek(0)
            json.dump({**known, identity.context: seen}, file)
            file.truncate()
        return before


def changed(before: Json, identity: Identity) -> Finding | None:
    """What is to be said when a context's cluster is not the one that it was. Pure."""
    uid, server = text(before, "uid"), text(before, "server")
    if not uid or uid == identity.uid:
        return None
    when = time.strftime("%Y-%m-%d", time.gmtime(integer(before, "seen")))
    moved = f" at {server}" if server != identity.server else ""
    return Finding(
        f"context {identity.context}",
        Severity.WARNING,
        f"stands for another cluster than on {when}: uid {uid[:4]}…{moved} then, {identity.short_uid} now",
        "nothing, if it was rebuilt; otherwise look at your kubeconfig before you change anything",
    )


def _read(written: str) -> Json:
    try:
        found = json.loads(written or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
