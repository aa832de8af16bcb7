"""What each kind keeps of an object, by table; and that no object, however odd, is more than a row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.jsons import integer
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Tone, age, timestamp
from runners.layers.kinds.flux import KUSTOMIZATIONS, flux_row
from runners.layers.kinds.pods import pod_row
from runners.layers.kinds.releases import current, revision_row
from runners.layers.kinds.storage import claim_row, storageclass_row
from runners.layers.kinds.workloads import daemonset_row, replicated_row

META = {"namespace": "ns", "name": "it", "uid": "u", "creationTimestamp": "2026-01-02T03:04:05Z"}


def waiting(reason: str) -> dict[str, object]:
    return {"ready": False, "restartCount": 3, "state": {"waiting": {"reason": reason}}}


@pytest.mark.parametrize(
    ("obj", "status", "ready", "restarts"),
    [
        ({"status": {"phase": "Running", "containerStatuses": [{"ready": True, "restartCount": 1}]}}, "Running", 1, 1),
        ({"status": {"phase": "Pending"}}, "Pending", 0, 0),
        (
            {"status": {"phase": "Running", "containerStatuses": [waiting("CrashLoopBackOff")]}},
            "CrashLoopBackOff",
            0,
            3,
        ),
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, "Evicted", 0, 0),
        ({"metadata": {**META, "deletionTimestamp": "2026-01-02T03:04:05Z"}}, "Terminating", 0, 0),
        (
            {"status": {"initContainerStatuses": [{"name": "a", **waiting("PodInitializing")}, {"name": "b"}]}},
            "Init:0/2",
            0,
            0,
        ),
        (
            {"status": {"initContainerStatuses": [{"name": "a", **waiting("ImagePullBackOff")}]}},
            "Init:ImagePullBackOff",
            0,
            0,
        ),
        (
            {
                "spec": {"initContainers": [{"name": "a", "restartPolicy": "Always"}]},
                "status": {"phase": "Running", "initContainerStatuses": [{"name": "a", "started": True}]},
            },
            "Running",
            0,
            0,
        ),
        ({}, "Unknown", 0, 0),
    ],
)
def test_pod(obj: dict[str, Any], status: str, ready: int, restarts: int) -> None:
    row = pod_row("pods", {"metadata": META, **obj})
    assert (row.status, row.ready, row.restarts) == (status, ready, restarts)


@pytest.mark.parametrize(
    ("spec", "status", "rolled_out", "stuck"),
    [
        ({"replicas": 2}, {"readyReplicas": 2, "updatedReplicas": 2, "observedGeneration": 3}, True, ""),
        ({"replicas": 2}, {"readyReplicas": 2, "updatedReplicas": 1, "observedGeneration": 3}, False, ""),
        ({"replicas": 2}, {"readyReplicas": 2, "updatedReplicas": 2, "observedGeneration": 2}, False, ""),
        ({"replicas": 0}, {"observedGeneration": 3}, True, ""),
        ({}, {"observedGeneration": 3}, False, ""),
        (
            {"replicas": 1},
            {"observedGeneration": 3, "conditions": [{"type": "Progressing", "status": "False", "reason": "Late"}]},
            False,
            "Late",
        ),
    ],
)
def test_rollout(spec: dict[str, Any], status: dict[str, Any], rolled_out: bool, stuck: str) -> None:
    row = replicated_row("deployments", {"metadata": {**META, "generation": 3}, "spec": spec, "status": status})
    assert (row.rolled_out, row.stuck) == (rolled_out, stuck)


def test_a_daemonset_that_no_node_wants_is_rolled_out() -> None:
    status = {"desiredNumberScheduled": 0, "numberReady": 0, "observedGeneration": 1}
    assert daemonset_row("daemonsets", {"metadata": {**META, "generation": 1}, "status": status}).rolled_out


def test_the_newest_revision_of_a_release_is_its_state() -> None:
    rows = [
        revision_row(
            "releases",
            {
                "metadata": {
                    **META,
                    "name": f"v{number}",
                    "labels": {"name": "lh", "version": str(number), "status": state},
                }
            },
        )
        for number, state in ((9, "superseded"), (10, "pending-upgrade"), (8, "deployed"))
    ]
    assert current(rows)["ns", "lh"].status == "pending-upgrade"


def test_claim_and_class() -> None:
    claim = claim_row(
        "persistentvolumeclaims",
        {
            "metadata": META,
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}},
            "status": {"phase": "Pending"},
        },
    )
    assert (claim.status, claim.capacity, claim.modes, claim.volume) == ("Pending", "5Gi", "RWO", "")
    notes = {"storageclass.kubernetes.io/is-default-class": "true"}
    sc = storageclass_row("storageclasses", {"metadata": {**META, "annotations": notes}, "provisioner": "p"})
    assert (sc.default, sc.reclaim, sc.provisioner) == (True, "Delete", "p")


@pytest.mark.parametrize(
    ("ready", "suspend", "generation", "status"),
    [
        ({"status": "True", "reason": "ReconciliationSucceeded"}, False, 1, "ready"),
        ({"status": "True"}, True, 1, "suspended"),
        ({"status": "True"}, False, 2, "waiting"),
        ({"status": "False", "reason": "BuildFailed"}, False, 1, "failed"),
        ({"status": "False", "reason": "DependencyNotReady"}, False, 1, "progressing"),
        ({"status": "Unknown", "reason": "Progressing"}, False, 1, "progressing"),
        (None, False, 1, "waiting"),
    ],
)
def test_flux_status(ready: dict[str, str] | None, suspend: bool, generation: int, status: str) -> None:
    conditions = [{"type": "Ready", **ready}] if ready else []
    obj = {
        "kind": "Kustomization",
        "metadata": {**META, "generation": generation},
        "spec": {"suspend": suspend},
        "status": {"conditions": conditions, "observedGeneration": 1, "lastAppliedRevision": "main@sha1:3d2789eb2958"},
    }
    row = flux_row("kustomizations", obj)
    assert (row.status, row.short_revision) == (status, "main@3d2789eb")


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        ("BuildFailed", "no such file", "BuildFailed: no such file"),
        ("Progressing", "Reconciliation in progress", "Reconciliation in progress"),
        ("Progressing", "", "Progressing"),
        ("", "by hand", "by hand"),
        ("", "", ""),
    ],
)
def test_what_a_flux_object_says_is_said_once(reason: str, message: str, words: str) -> None:
    conditions = [{"type": "Ready", "status": "Unknown", "reason": reason, "message": message}]
    obj = {"kind": "Kustomization", "metadata": META, "status": {"conditions": conditions}}
    assert flux_row("kustomizations", obj).words == words


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "metadata",
                    "spec",
                    "status",
                    "conditions",
                    "name",
                    "labels",
                    "containerStatuses",
                    "type",
                    "message",
                    "drivers",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@pytest.mark.parametrize("kind", [*CORE, *CUSTOM, KUSTOMIZATIONS], ids=lambda kind: kind.id)
@settings(max_examples=30)
@given(obj=st.dictionaries(st.sampled_from(["metadata", "spec", "status", "provisioner", "kind"]), _JSON, max_size=4))
def test_any_object_becomes_a_row_whose_cells_can_be_shown(kind: AnyKind, obj: dict[str, object]) -> None:
    row = kind.row(kind.id, obj)
    assert row.key[0] == kind.id
    assert all(isinstance(column.cell(row, 1e9), str) for column in kind.columns)
    assert isinstance(kind.tone(row), Tone)
    assert hash(row) == hash(kind.row(kind.id, obj))


@pytest.mark.parametrize(
    ("found", "number"), [(3, 3), ("12", 12), ("-4", -4), (2.7, 2), ("--5", 7), ("", 7), (True, 7), (float("inf"), 7)]
)
def test_a_whole_number_or_what_stands_for_none(found: object, number: int) -> None:
    assert integer({"at": found}, "at", default=7) == number


def test_no_two_kinds_share_an_id_and_no_alias_is_ambiguous() -> None:
    words = [word for kind in (*CORE, *CUSTOM, KUSTOMIZATIONS) for word in (kind.id, *kind.aliases)]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (116, "1m56s"),
        (120, "2m"),
        (310, "5m10s"),
        (11_000, "3h3m"),
        (36_000, "10h"),
        (200_000, "2d7h"),
        (1e6, "11d"),
    ],
)
def test_age(seconds: float, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("stamp", "seconds"), [("1970-01-01T00:00:10Z", 10.0), ("", 0.0), ("nonsense", 0.0), ("0001-01-01T00:00:00Z", 0.0)]
)
def test_timestamp(stamp: str, seconds: float) -> None:
    assert timestamp(stamp) == seconds
