"""Where decisions are kept: in this machine's journal, and in the cluster where that can hold them.

What a person decided can't be read from the cluster's state. The ConfigMap lets a colleague on another machine go on
where the first one stopped; the journal is there when the cluster is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError, NotFound
from runners.journal import Journal
from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.jsons import Json, mapping, text
from runners.layers.walkthroughs.decisions import Decision, read, written

NAMESPACE, NAME = "kube-system", "bedplate-decisions"
DECIDED = "decided"
"""The journal's event."""

_PLACE = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
_SUBJECT = f"ConfigMap {NAMESPACE}/{NAME}"
_NO_KEY = re.compile(r"[^-.\w]", re.ASCII)
"""What a ConfigMap's keys can't hold."""
_MERGE = "application/merge-patch+json"


def decisions(connection: Connection, journal: Journal, identity: Identity) -> tuple[Decision, ...]:
    """Every decision on this cluster that either place knows, each once; a cluster that can't be asked knows none."""
    return tuple(dict.fromkeys((*_of_the_journal(journal, identity), *_of_the_cluster(connection))))


def keep(connection: Connection, journal: Journal, identity: Identity, decision: Decision) -> Finding | None:
    """Writes a decision down in both places; where the cluster can't hold it, a finding says so.

    Raises:
        OSError: the journal can't be written, so it isn't decided.
    """
    journal.write(DECIDED, identity, decision=written(decision), step=decision.step, reason=decision.reason)
    key = _NO_KEY.sub("_", f"{decision.walkthrough}.{decision.step}")
    try:
        _store(connection, {key: written(decision)})
    except ApiError as error:
        return Finding(_SUBJECT, Severity.NOTE, f"can't hold it, so this machine alone knows: {error}")
    return None


def _store(connection: Connection, data: Json) -> None:
    try:
        connection.request("PATCH", f"{_PLACE}/{NAME}", body={"data": data}, content_type=_MERGE)
    except NotFound:
        made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": data}
        connection.request("POST", _PLACE, body=made)


def _of_the_journal(journal: Journal, identity: Identity) -> Iterator[Decision]:
    for line in _lines(journal):
        decision = read(text(line, "decision"))
        if decision is not None and (text(line, "server"), text(line, "uid")) == (identity.server, identity.uid):
            yield decision


def _lines(journal: Journal) -> tuple[Json, ...]:
    try:
        return tuple(journal.lines(DECIDED))
    except OSError:
        return ()  # nor can it be written, which whoever decides is told


def _of_the_cluster(connection: Connection) -> Iterator[Decision]:
    try:
        found = connection.request("GET", f"{_PLACE}/{NAME}")
    except ApiError:
        return
    for line in mapping(found, "data").values():
        decision = read(line) if isinstance(line, str) else None
        if decision is not None:
            yield decision
