"""The Lease that says who is changing a cluster now: rules and bodies, without a connection.

Lease ``kube-system/bedplate`` (coordination.k8s.io/v1), held as ``user@host run-id``, renewed by the keeper of that
run. The program takes it with its own connection before the run starts, the keeper keeps it with another one, so
both bring a ``Request``. Loaded by the keeper with ``python -I -S``: the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from runners.layers.jsons import Json, integer, mapping, text

NAMESPACE = "kube-system"
NAME = "bedplate"
SECONDS = 30
"""How long a Lease lasts that nobody renews."""
RENEW_EVERY = 10.0
"""Seconds between two renewals: two may fail before the Lease runs out."""
CLOCK_ALLOWANCE = 15
"""Seconds that two people's clocks may differ before one takes the other's living Lease."""

_LEASES = f"/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/leases"
LEASE = f"{_LEASES}/{NAME}"
"""Its path on the API server."""
_CONFLICT, _NOT_FOUND = 409, 404
_ROUNDS = 3

Request = Callable[[str, str, Json | None], Json]
"""Method, path and body in; the decoded answer out. Where the server answers with an error, its ``Status`` object."""


@dataclass(frozen=True, slots=True)
class LeaseFacts:
    """What a keeper needs to renew the Lease of its run."""

    holder: str
    cluster: Mapping[str, object] = field(repr=False)
    """The ``cluster`` entry of the private kubeconfig, in kubeconfig's own words."""
    user: Mapping[str, object] = field(repr=False)
    """The ``user`` entry of the private kubeconfig: it may hold a token or a key."""
    every: float = RENEW_EVERY
    """Seconds between two renewals."""


@dataclass(frozen=True, slots=True)
class Acquire:
    """The Lease is free, ours, or run out: this request takes it."""

    method: str
    path: str
    body: Json
    took_over: str = ""
    """Who held it until their time ran out."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else holds the Lease."""

    by: str
    """``user@host run-id``."""
    since: float
    """Seconds since the epoch."""
    renewed: float


@dataclass(frozen=True, slots=True)
class Acquired:
    """The Lease is ours, for ``SECONDS`` from now."""

    took_over: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server would not let us have it: forbidden, no such API, or the like."""

    code: int
    message: str


def holder(user: str, host: str, run_id: str) -> str:
    """The holder's name as the Lease shows it."""
    return f"{user}@{host} {run_id}"


def decide(lease: Json | None, me: str, now: float) -> Acquire | Held:
    """What may be done with the Lease as it was read; None where there is none.

    Time is compared with what the holder's clock wrote, so ``CLOCK_ALLOWANCE`` is granted. A Lease whose renewal time
    can't be read is nobody's: a living holder writes it every ten seconds. The resourceVersion in the body makes the
    server refuse the write if anyone else wrote in between.
    """
    if not lease:
        return Acquire(
            "POST", _LEASES, {**_frame({"name": NAME, "namespace": NAMESPACE}), "spec": _spec(me, now, now, 0)}
        )
    by = text(lease, "spec", "holderIdentity")
    since = _seconds(text(lease, "spec", "acquireTime"))
    renewed = _seconds(text(lease, "spec", "renewTime"))
    transitions = integer(lease, "spec", "leaseTransitions")
    meta = mapping(lease, "metadata")
    if by == me:
        return Acquire("PUT", LEASE, {**_frame(meta), "spec": _spec(me, since or now, now, transitions)})
    lasts = integer(lease, "spec", "leaseDurationSeconds") or SECONDS
    if by and renewed is not None and now < renewed + lasts + CLOCK_ALLOWANCE:
        return Held(by, since if since is not None else renewed, renewed)
    return Acquire("PUT", LEASE, {**_frame(meta), "spec": _spec(me, now, now, transitions + 1)}, took_over=by)


def acquire(request: Request, me: str, now: float) -> Acquired | Held | Refused:
    """Takes the Lease, or renews it when it is ours already; says who holds it otherwise.

    Whatever ``request`` raises where the server can't be reached passes through.
    """
    answer: Json = {}
    for _ in range(_ROUNDS):
        answer = request("GET", LEASE, None)
        if _code(answer) not in (0, _NOT_FOUND):
            break
        decision = decide(None if _code(answer) else answer, me, now)
        if isinstance(decision, Held):
            return decision
        answer = request(decision.method, decision.path, decision.body)
        if not _code(answer):
            return Acquired(decision.took_over)
        if _code(answer) != _CONFLICT:
            break
    return Refused(_code(answer), text(answer, "message") or text(answer, "reason"))


def let_go(request: Request, me: str, now: float) -> bool:
    """Gives the Lease back when it is still ours; False when it is somebody else's or could not be written."""
    lease = request("GET", LEASE, None)
    if _code(lease) or text(lease, "spec", "holderIdentity") != me:
        return False
    spec = {
        "leaseDurationSeconds": 1,
        "renewTime": _stamp(now),
        "leaseTransitions": integer(lease, "spec", "leaseTransitions"),
    }
    return not _code(request("PUT", LEASE, {**_frame(mapping(lease, "metadata")), "spec": spec}))


def _frame(metadata: Json) -> Json:
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata}


def _spec(me: str, since: float, now: float, transitions: int) -> Json:
    return {
        "holderIdentity": me,
        "leaseDurationSeconds": SECONDS,
        "acquireTime": _stamp(since),
        "renewTime": _stamp(now),
        "leaseTransitions": transitions,
    }


def _code(answer: Json) -> int:
    """The HTTP code of a ``Status`` object; 0 for anything else."""
    return (integer(answer, "code") or 500) if text(answer, "kind") == "Status" else 0


def _stamp(seconds: float) -> str:
    """A MicroTime: the API server refuses one without six decimals."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seconds(stamp: str) -> float | None:
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except (ValueError, OverflowError):
        return None
