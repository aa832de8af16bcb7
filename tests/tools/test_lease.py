"""Who may take the Lease, and what is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.jsons import Json, integer, text
from runners.tools.lease import (
    CLOCK_ALLOWANCE,
    SECONDS,
    Acquire,
    Acquired,
    Held,
    LeaseFacts,
    Refused,
    acquire,
    decide,
    holder,
    let_go,
)
from tests.tools.lease_server import LEASES, LeaseStore

ME = holder("ada", "laptop", "20261123-140211-7f3a")
THEM = holder("bob", "desk", "20261123-140100-0b0b")
NOW = 1_795_442_531.25
STAMP = "2026-11-23T14:02:11.250000Z"


def _lease(by: object = THEM, renewed: object = STAMP, **spec: object) -> Json:
    known = {"holderIdentity": by, "renewTime": renewed, "acquireTime": "2026-11-23T14:01:00.000000Z"}
    return {"metadata": {"name": "bedplate", "resourceVersion": "7"}, "spec": {**known, **spec}}


def test_where_there_is_none_it_is_made() -> None:
    decision = decide(None, ME, NOW)
    assert isinstance(decision, Acquire)
    assert (decision.method, decision.path) == ("POST", LEASES)
    assert decision.body == {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "bedplate", "namespace": "kube-system"},
        "spec": {
            "holderIdentity": "ada@laptop 20261123-140211-7f3a",
            "leaseDurationSeconds": 30,
            "acquireTime": STAMP,
            "renewTime": STAMP,
            "leaseTransitions": 0,
        },
    }


@pytest.mark.parametrize(
    ("lease", "took_over"),
    [
        (_lease(by=""), ""),
        (_lease(by=None), ""),
        (_lease(renewed="2026-11-23T14:01:26.250000Z"), THEM),
        (_lease(renewed="2026-11-23T14:02:06.250000Z", leaseDurationSeconds=-10), THEM),
        (_lease(renewed=None), THEM),
        (_lease(renewed="yesterday"), THEM),
        ({"metadata": {"resourceVersion": "7"}}, ""),
    ],
    ids=["given back", "null", "run out", "its own short time run out", "never renewed", "odd time", "empty"],
)
def test_what_nobody_keeps_is_taken_over(lease: Json, took_over: str) -> None:
    decision = decide(lease, ME, NOW)
    assert isinstance(decision, Acquire)
    assert (decision.method, decision.path, decision.took_over) == ("PUT", f"{LEASES}/bedplate", took_over)
    assert text(decision.body, "metadata", "resourceVersion") == "7"
    assert text(decision.body, "spec", "acquireTime") == STAMP
    assert integer(decision.body, "spec", "leaseTransitions") == 1


@pytest.mark.parametrize(
    "lease",
    [
        _lease(),
        _lease(renewed="2026-11-23T14:01:26.500000Z"),
        _lease(renewed="2026-11-23T14:05:00.000000Z"),
        _lease(renewed="2026-11-23T14:00:00.000000Z", leaseDurationSeconds=3600),
        _lease(renewed="2026-11-23T15:02:11.250000+01:00"),
    ],
    ids=["fresh", "within the allowance", "a clock ahead", "a longer time of its own", "another zone"],
)
def test_what_somebody_keeps_is_theirs(lease: Json) -> None:
    decision = decide(lease, ME, NOW)
    assert isinstance(decision, Held)
    assert (decision.by, decision.since) == (THEM, 1_795_442_460.0)


def test_our_own_is_renewed_even_after_its_time_and_keeps_its_beginning() -> None:
    for renewed in (STAMP, "2026-11-23T13:00:00.000000Z", None):
        decision = decide(_lease(by=ME, renewed=renewed, leaseTransitions=4), ME, NOW)
        assert isinstance(decision, Acquire)
        assert text(decision.body, "spec", "acquireTime") == "2026-11-23T14:01:00.000000Z"
        assert text(decision.body, "spec", "renewTime") == STAMP
        assert integer(decision.body, "spec", "leaseTransitions") == 4
        assert decision.took_over == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_SPEC = st.fixed_dictionaries(
    {},
    optional={
        "holderIdentity": _JSON,
        "renewTime": _JSON | st.datetimes().map(str),
        "acquireTime": _JSON | st.datetimes().map(str),
        "leaseDurationSeconds": _JSON,
        "leaseTransitions": _JSON,
    },
)


@given(st.fixed_dictionaries({}, optional={"metadata": _JSON, "spec": _SPEC | _JSON}))
def test_no_lease_that_anyone_could_write_breaks_it(lease: Json) -> None:
    decision = decide(lease, ME, NOW)
    if isinstance(decision, Acquire):
        assert text(decision.body, "spec", "holderIdentity") == ME


@given(st.floats(-3600, 3600), st.integers(1, 600))
def test_time_alone_decides_about_somebody_elses(age: float, lasts: int) -> None:
    lease = decide(None, THEM, NOW - age)
    assert isinstance(lease, Acquire)
    body = {**lease.body, "spec": {**dict(lease.body["spec"]), "leaseDurationSeconds": lasts}}  # type: ignore[call-overload]
    held = isinstance(decide(body, ME, NOW), Held)
    assert held == (age < lasts + CLOCK_ALLOWANCE) or abs(age - lasts - CLOCK_ALLOWANCE) < 1e-4


@given(st.lists(st.tuples(st.sampled_from([ME, THEM]), st.floats(0, 40), st.booleans()), max_size=12))
def test_two_never_hold_it_at_the_same_time(steps: list[tuple[str, float, bool]]) -> None:
    store, now, until = LeaseStore(), NOW, {ME: 0.0, THEM: 0.0}
    for who, pause, gives_back in steps:
        now += pause
        other = THEM if who == ME else ME
        if gives_back:
            let_go(store.serve, who, now)
            until[who] = 0.0
        elif isinstance(acquire(store.serve, who, now), Acquired):
            assert until[other] <= now
            until[who] = now + SECONDS


def test_it_is_taken_kept_and_given_back() -> None:
    store = LeaseStore()
    assert acquire(store.serve, ME, NOW) == Acquired()
    assert acquire(store.serve, ME, NOW + 10) == Acquired()
    assert acquire(store.serve, THEM, NOW + 20) == Held(ME, NOW, NOW + 10)
    assert not let_go(store.serve, THEM, NOW + 21)
    assert let_go(store.serve, ME, NOW + 22)
    assert store.holder == ""
    assert acquire(store.serve, THEM, NOW + 23) == Acquired()
    assert acquire(store.serve, ME, NOW + 200) == Acquired(took_over=THEM)


def test_who_writes_in_between_wins() -> None:
    store = LeaseStore()

    def outrun(method: str, path: str, body: Json | None) -> Json:
        answer = store.serve(method, path, body) if method == "GET" else None
        if answer is None:
            if store.lease is None:
                acquire(store.serve, THEM, NOW)
            return store.serve(method, path, body)
        return answer

    assert acquire(outrun, ME, NOW) == Held(THEM, NOW, NOW)


@pytest.mark.parametrize("code", [403, 500])
def test_a_server_that_refuses_is_told(code: int) -> None:
    answer = acquire(lambda *_: {"kind": "Status", "code": code, "message": "leases is forbidden"}, ME, NOW)
    assert answer == Refused(code, "leases is forbidden")


def test_a_conflict_that_never_ends_is_told() -> None:
    def busy(method: str, path: str, body: Json | None) -> Json:
        return _lease(by="") if method == "GET" else {"kind": "Status", "code": 409, "reason": "Conflict"}

    assert acquire(busy, ME, NOW) == Refused(409, "Conflict")


def test_facts_show_no_secret() -> None:
    facts = LeaseFacts(ME, {"server": "https://user:hunter2@127.0.0.1"}, {"token": "hunter2"})
    assert not re.search("hunter2", repr(facts))
