"""What is kept of Flux's objects for the rules: by table, from objects as the controllers write them."""

from __future__ import annotations

from typing import Any

import pytest

from runners.layers.kinds.base import timestamp
from runners.layers.kinds.flux import FluxObject, flux_row
from runners.layers.kinds.flux_git import Decryption, Origin
from runners.layers.kinds.flux_operator import Reconciler, Report, Sync

THEN = "2026-01-02T03:04:05Z"


def flux(kind: str = "Kustomization", *, name: str = "apps", **parts: Any) -> FluxObject:
    meta = {"name": name, "namespace": "flux-system", "generation": 2}
    return flux_row(f"{kind.lower()}s", {"kind": kind, "metadata": meta, **parts})


def condition(kind: str, status: str, **more: object) -> dict[str, object]:
    return {"type": kind, "status": status, "lastTransitionTime": THEN, **more}


@pytest.mark.parametrize(
    ("spec", "release"),
    [
        ({}, "flux-system/apps"),
        ({"targetNamespace": "media"}, "media/media-apps"),
        ({"targetNamespace": "media", "releaseName": "plex"}, "media/plex"),
        ({"releaseName": "longhorn", "storageNamespace": "helm"}, "flux-system/longhorn"),
        ({"releaseName": "a" * 53}, f"flux-system/{'a' * 53}"),
        ({"releaseName": "a" * 54}, f"flux-system/{'a' * 40}-a3f01b693925"),
    ],
)
def test_the_release_that_a_helmrelease_makes(spec: dict[str, str], release: str) -> None:
    assert flux("HelmRelease", spec=spec).release == release


def test_only_a_helmrelease_makes_a_release() -> None:
    assert flux().release == ""


@pytest.mark.parametrize(
    ("generations", "ready", "status"),
    [
        ((2, 2), "True", "ready"),
        ((1, 1), "True", "waiting"),
        ((1, 2), "False", "failed"),
        ((1, 1), "False", "waiting"),
        ((-1, 2), "False", "failed"),
    ],
)
def test_a_failure_of_the_newest_generation_is_one_although_the_status_lags(
    generations: tuple[int, int], ready: str, status: str
) -> None:
    conditions = [condition("Ready", ready, reason="BuildFailed", observedGeneration=generations[1])]
    assert flux(status={"observedGeneration": generations[0], "conditions": conditions}).status == status


@pytest.mark.parametrize("kind", ["Kustomization", "HelmRelease"])
def test_an_inventory_is_kept_by_its_ids(kind: str) -> None:
    entries = [
        {"id": "longhorn-system_ui_networking.k8s.io_Ingress", "v": "v1"},
        {"id": "_media__Namespace", "v": "v1"},
    ]
    row = flux(kind, status={"inventory": {"entries": entries}})
    assert row.inventory == ("longhorn-system_ui_networking.k8s.io_Ingress", "_media__Namespace")


def test_stalled_and_reconciling_since() -> None:
    row = flux(status={"conditions": [condition("Stalled", "True"), condition("Reconciling", "True")]})
    assert (row.stalled, row.reconciling, row.reconciling_since) == (True, True, timestamp(THEN))
    row = flux(status={"conditions": [condition("Stalled", "False"), condition("Reconciling", "False")]})
    assert (row.stalled, row.reconciling, row.reconciling_since) == (False, False, 0.0)


@pytest.mark.parametrize(
    ("suspended", "status", "last"),
    [
        (False, {"history": [{"lastReconciled": THEN}]}, ""),
        (True, {}, ""),
        (True, {"conditions": [condition("Ready", "True")]}, THEN),
        (True, {"conditions": [condition("Ready", "True")], "history": [{"lastReconciled": "2027-01-02T03:04:05Z"}]},
         "2027-01-02T03:04:05Z"),
        (True, {"history": [{"lastDeployed": THEN}]}, THEN),
        (True, {"artifact": {"lastUpdateTime": THEN}}, THEN),
        (True, {"history": "odd", "conditions": [None]}, ""),
    ],
)  # fmt: skip
def test_since_when_it_is_suspended_at_the_longest(suspended: bool, status: dict[str, object], last: str) -> None:
    assert flux(spec={"suspend": suspended}, status=status).last_worked == timestamp(last)


def test_references_are_written_alike() -> None:
    spec = {
        "dependsOn": [{"name": "infra"}, {"name": "crds", "namespace": "base"}],
        "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
        "kubeConfig": {"secretRef": {"name": "other"}},
    }
    row = flux(spec=spec)
    assert row.ref == "Kustomization/flux-system/apps"
    assert row.depends_on == ("Kustomization/flux-system/infra", "Kustomization/base/crds")
    assert row.source == "GitRepository/flux-system/flux-system"
    assert row.remote


@pytest.mark.parametrize(
    ("kind", "spec", "status"),
    [
        ("Provider", {}, "ready"),
        ("Alert", {}, "ready"),
        ("Alert", {"suspend": True}, "suspended"),
        ("HelmRepository", {"type": "oci"}, "ready"),
        ("HelmRepository", {"type": "default"}, "waiting"),
    ],
)
def test_what_has_no_status_is_not_waited_for(kind: str, spec: dict[str, object], status: str) -> None:
    assert flux(kind, spec=spec).status == status


def test_what_an_instance_syncs() -> None:
    sync = {"kind": "GitRepository", "url": "https://git/x", "ref": "refs/heads/main", "path": "clusters/home"}
    row = flux("FluxInstance", name="flux", spec={"sync": sync})
    assert (row.sync, row.path) == (Sync(*sync.values()), "clusters/home")
    assert flux("FluxInstance", spec={}).sync is None


@pytest.mark.parametrize(
    ("kind", "spec", "origin"),
    [
        ("GitRepository", {"url": "https://git/x", "ref": {"branch": "main"}}, Origin("https://git/x", "main")),
        ("GitRepository", {"url": "https://git/x", "ref": {"name": "refs/heads/a/b"}}, Origin("https://git/x", "a/b")),
        ("OCIRepository", {"url": "oci://r/x", "ref": {"tag": "v1"}}, Origin("oci://r/x", "v1")),
        ("HelmRepository", {"url": "https://charts"}, None),
    ],
)
def test_where_a_source_fetches_from(kind: str, spec: dict[str, object], origin: Origin | None) -> None:
    assert flux(kind, spec=spec).origin == origin


def test_with_which_secret_a_kustomization_decrypts() -> None:
    named = {"decryption": {"provider": "sops", "secretRef": {"name": "sops-age"}}}
    assert flux("Kustomization", spec=named).decryption == Decryption("sops-age")
    assert flux("Kustomization", spec={"decryption": {"provider": "sops"}}).decryption == Decryption("")
    assert flux("Kustomization", spec={}).decryption is None


def test_what_a_report_says() -> None:
    spec = {
        "distribution": {"version": "v2.9.4", "status": "Installed"},
        "components": [{"name": "source-controller", "ready": True}, {"name": "helm-controller", "status": "Failed"}],
        "reconcilers": [{"kind": "Kustomization", "stats": {"running": 3, "failing": 1, "suspended": 2}}],
        "sync": {"ready": False, "status": "no such branch"},
    }
    assert flux("FluxReport", spec=spec).report == Report(
        version="v2.9.4",
        status="Installed",
        unready=("helm-controller: Failed",),
        reconcilers=(Reconciler("Kustomization", 3, 1, 2),),
        sync_ready=False,
        sync_status="no such branch",
    )
    assert flux("FluxReport").report == Report("", "", (), (), None, "")
