"""A Kustomization that applies once more what it has applied stays ready; by table, from what its controller wrote."""

from __future__ import annotations

from typing import Any

import pytest

from runners.layers.components.gitops_objects import PATIENCE, object_finding, overdue
from runners.layers.durations import seconds
from runners.layers.findings import Severity
from runners.layers.flux_roots import FluxIndex
from runners.layers.flux_sight import FluxSight
from runners.layers.kinds.base import timestamp
from runners.layers.kinds.flux import FluxObject, flux_row
from runners.layers.rows import FrozenRows
from runners.layers.sight import Sight

APPLIED, NEWER = "main@sha1:daf50cb5ebda29ca", "main@sha1:3d2789eb2958f0c1"
LAST, NEXT = "2026-11-26T04:44:43Z", "2026-11-26T04:45:43Z"


def at_work(**more: Any) -> FluxObject:
    """As kustomize-controller 1.9 wrote it a minute after a success, where the interval is a minute."""
    about = more.get("about", APPLIED)
    since = more.get("since", NEXT)
    newest = {
        "lastReconciled": LAST,
        "lastReconciledDuration": "425.620855ms",
        "lastReconciledStatus": more.get("last", "ReconciliationSucceeded"),
    }
    conditions = [
        {
            "type": "Reconciling",
            "status": "True",
            "reason": "Progressing",
            "message": f"Building manifests for revision {about} with a timeout of 50s",
            "lastTransitionTime": since,
        },
        {
            "type": "Ready",
            "status": "Unknown",
            "reason": "Progressing",
            "message": "Reconciliation in progress",
            "lastTransitionTime": since,
            "observedGeneration": 3,
        },
    ]
    status = {
        "observedGeneration": more.get("observed", 3),
        "lastAppliedRevision": APPLIED,
        "lastAttemptedRevision": more.get("attempted", APPLIED),
        "conditions": conditions,
        "history": [newest] if more.get("last", "some") else [],
    }
    spec = {"interval": "1m0s", **more.get("spec", {})}
    meta = {"name": "apps", "namespace": "flux-system", "generation": 3}
    return flux_row("kustomizations", {"kind": "Kustomization", "metadata": meta, "spec": spec, "status": status})


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "ready"),
        ({"since": "2026-11-26T04:44:50Z"}, "ready"),  # somebody asked for it
        ({"attempted": NEWER, "about": NEWER}, "progressing"),
        ({"about": NEWER}, "progressing"),  # it is fetched, and not attempted yet
        ({"observed": 2}, "progressing"),  # its spec was changed
        ({"last": "HealthCheckFailed"}, "progressing"),
        ({"last": ""}, "progressing"),
        ({"since": "2026-11-26T04:46:43Z"}, "progressing"),  # it failed before it came to applying
        ({"spec": {"retryInterval": "15s"}}, "progressing"),  # it can't be told from what follows a failure
        ({"spec": {"retryInterval": "30s"}}, "ready"),
        ({"spec": {"interval": "a while"}}, "progressing"),
    ],
)
def test_what_counts_as_applied_once_more(more: dict[str, Any], status: str) -> None:
    assert at_work(**more).status == status


def test_one_that_never_ends_is_not_called_ready_for_ever() -> None:
    row = at_work()
    flux = FluxSight(FluxIndex([row]), Sight(FrozenRows([row]), 0.0))
    began = timestamp(NEXT)
    assert not overdue(row, began + 60)
    assert object_finding(row, flux, began + 60).severity is Severity.OK
    assert overdue(row, began + PATIENCE + 1)
    assert object_finding(row, flux, began + PATIENCE + 1).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("duration", "found"),
    [("1m0s", 60), ("425.5ms", 0.4255), ("1h30m", 5400), ("10s", 10), ("", 0), ("soon", 0), ("1m soon", 0)],
)
def test_durations(duration: str, found: float) -> None:
    assert seconds(duration) == pytest.approx(found)
