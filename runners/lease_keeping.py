"""Takes the Lease for a run with the session's own connection; the run's keeper renews it from then on."""

from __future__ import annotations

import time

from runners.asks import Refusal
from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError, NotFound
from runners.journal import user_and_host
from runners.layers.findings import Finding, Severity
from runners.layers.jsons import Json
from runners.layers.kinds.base import age
from runners.tools.lease import LEASE, Held, LeaseFacts, Refused, Request, acquire, decide, holder, let_go


def take_lease(connection: Connection, run_id: str) -> tuple[LeaseFacts | None, Finding | None]:
    """The facts for the keeper, or a note on why there is no Lease: where one may not be had, a run goes on without.

    Raises:
        Refusal: somebody else is changing this cluster now.
    """
    me = holder(*user_and_host(), run_id)
    try:
        answer = acquire(_asking(connection), me, time.time())
    except ApiError as error:
        return None, Finding("Lease kube-system/bedplate", Severity.NOTE, str(error))
    if isinstance(answer, Held):
        held = f"is held by {answer.by} for {age(time.time() - answer.since)}: they are changing this cluster now"
        finding = Finding("Lease kube-system/bedplate", Severity.BLOCKER, held, "wait, or talk to them", False)
        raise Refusal(finding)
    if isinstance(answer, Refused):
        return None, Finding("Lease kube-system/bedplate", Severity.NOTE, f"can't be taken: {answer.message}")
    access = connection.access
    cluster = {**access.cluster, "server": access.server}
    return LeaseFacts(holder=me, cluster=cluster, user=access.user), None


def living_holder(connection: Connection) -> str | None:
    """Who holds the Lease and is alive; empty where nobody does, None where it can't be read."""
    try:
        found = decide(connection.request("GET", LEASE), "", time.time())
    except NotFound:
        return ""
    except ApiError:
        return None
    return found.by if isinstance(found, Held) else ""


def give_back(connection: Connection, facts: LeaseFacts) -> None:
    """Gives up a Lease whose run never started; it would run out by itself."""
    try:
        let_go(_asking(connection), facts.holder, time.time())
    except ApiError:
        return


def _asking(connection: Connection) -> Request:
    """The connection in the shape that the Lease's rules want: errors come back as Status objects."""

    def ask(method: str, path: str, body: Json | None) -> Json:
        try:
            return connection.request(method, path, body=body)
        except ApiError as error:
            if not error.status:
                raise
            return {"kind": "Status", "code": error.status, "message": str(error), "reason": error.reason}

    return ask
