"""The boundary, downward: what of the foundation Flux manages, graded, and how little it costs to ask again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.boundary import BoundaryLook, Ground, ground_of, ref_of
from runners.layers.discovery.reach import GitObject
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Row, applied_by
from runners.layers.kinds.flux import FluxObject
from runners.layers.plans import ObjectRef
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, Ownership, Settings
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS

UI = replace(w.workload("deployments", "longhorn-system", "longhorn-ui"), release="longhorn-system/longhorn")
WORLD: list[Row] = [*w.longhorn_world(), *w.minio_world(), UI]
RELEASES = {"longhorn-system/longhorn": "longhorn", "minio-tenant/minio-tenant": "minio"}


def hr(release: str) -> FluxObject:
    return replace(w.flux_object("HelmRelease", "longhorn", namespace="longhorn-system"), release=release)


def ks(*inventory: str) -> FluxObject:
    return replace(w.flux_object("Kustomization", "apps"), inventory=inventory)


def crossed(
    *rows: Row, releases: dict[str, str] | None = None, git: Sequence[GitObject] = (), known: Settings = SETTINGS
) -> tuple[Finding, ...]:
    seen = FrozenRows([*WORLD, *rows])
    return BoundaryLook().downward(seen, ground_of(seen, known, releases or {}), git)


@pytest.mark.parametrize("releases", [{}, RELEASES])
def test_a_release_that_flux_takes_over_is_the_loudest_finding(releases: dict[str, str]) -> None:
    row = hr("longhorn-system/longhorn")
    first, *_rest = crossed(ks("longhorn-system_ui_networking.k8s.io_Ingress"), row, releases=releases)
    assert first.severity is Severity.BLOCKER
    assert "makes the release longhorn-system/longhorn" in first.text
    assert "uninstalls it with all its data" in first.text
    assert first.about == row.key
    assert "suspend it" in first.remedy


@pytest.mark.parametrize(
    ("entry", "severity"),
    [
        ("longhorn-system_longhorn-ui_apps_Deployment", Severity.BLOCKER),
        ("_longhorn_storage.k8s.io_StorageClass", Severity.BLOCKER),
        ("_volumes.longhorn.io_apiextensions.k8s.io_CustomResourceDefinition", Severity.BLOCKER),
        ("longhorn-system_another_apps_Deployment", Severity.WARNING),
        ("minio-tenant_data__PersistentVolumeClaim", Severity.WARNING),
        ("minio-tenant_minio-tenant_minio.min.io_Tenant", Severity.WARNING),
        ("longhorn-system_ui_networking.k8s.io_Ingress", Severity.NOTE),
        ("_longhorn-system__Namespace", Severity.NOTE),
        ("longhorn-system_daily_longhorn.io_RecurringJob", Severity.NOTE),
        ("apps_web_apps_Deployment", None),
        ("_apps__Namespace", None),
        ("_certificates.cert-manager.io_apiextensions.k8s.io_CustomResourceDefinition", None),
        ("_local-path_storage.k8s.io_StorageClass", None),
    ],
)
def test_what_flux_applies_is_graded(entry: str, severity: Severity | None) -> None:
    row = ks(entry)
    found = crossed(row)
    assert [finding.severity for finding in found] == ([] if severity is None else [severity])
    assert all(finding.about == row.key for finding in found)


def test_many_objects_of_one_grade_are_one_finding() -> None:
    (finding,) = crossed(ks(*(f"longhorn-system_ui-{number}_networking.k8s.io_Ingress" for number in range(9))))
    assert "Ingress longhorn-system/ui-0" in finding.text
    assert "and 4 more" in finding.text


def test_what_is_applied_to_another_cluster_is_not_here() -> None:
    assert crossed(replace(ks("longhorn-system_longhorn-ui_apps_Deployment"), remote=True)) == ()


def test_a_release_of_the_same_name_elsewhere_is_another_one() -> None:
    assert crossed(hr("storage/longhorn"), releases=RELEASES) == ()


def test_a_label_speaks_where_no_flux_object_does() -> None:
    applied = replace(UI, applied_by="HelmRelease media/longhorn")
    (finding,) = crossed(applied)
    assert (finding.subject, finding.severity) == ("Deployment longhorn-system/longhorn-ui", Severity.BLOCKER)
    assert "HelmRelease media/longhorn" in finding.text
    extra = replace(w.storage_class("retained"), applied_by="Kustomization flux-system/apps")
    (finding,) = crossed(extra)
    assert finding.severity is Severity.WARNING


def test_labels_are_read_from_the_object() -> None:
    labels = {"helm.toolkit.fluxcd.io/name": "longhorn", "helm.toolkit.fluxcd.io/namespace": "flux-system"}
    assert applied_by({"metadata": {"labels": labels}}) == "HelmRelease flux-system/longhorn"
    assert applied_by({"metadata": {"labels": {"helm.toolkit.fluxcd.io/name": 7}}}) == "HelmRelease /7"
    assert applied_by({"metadata": {"labels": [1]}}) == ""


GIT = GitObject("helm.toolkit.fluxcd.io", "HelmRelease", "apps", "storage", "clusters/home/l.yaml", 3)


def test_git_says_it_before_flux_has_done_it_and_the_cluster_says_it_once() -> None:
    planned = replace(GIT, release=("longhorn-system", "longhorn"))
    (finding,) = crossed(git=(planned,), releases=RELEASES)
    assert finding.severity is Severity.BLOCKER
    assert "clusters/home/l.yaml:3" in finding.text
    live = replace(hr("longhorn-system/longhorn"), namespace="apps", name="storage")
    (finding,) = crossed(live, git=(planned,), releases=RELEASES)
    assert finding.about == live.key


def test_what_git_says_is_not_hidden_by_something_harmless_that_is_live() -> None:
    ui = GitObject("apps", "Deployment", "longhorn-system", "longhorn-ui", "a.yaml", 1, applier="flux-system/apps")
    found = crossed(ks("longhorn-system_ui_networking.k8s.io_Ingress"), git=(ui,))
    assert [(one.severity, one.subject) for one in found] == [
        (Severity.BLOCKER, "Kustomization flux-system/apps"),
        (Severity.NOTE, "Kustomization flux-system/apps"),
    ]


def test_what_git_lays_into_the_namespaces_is_graded_too() -> None:
    ingress = GitObject("networking.k8s.io", "Ingress", "longhorn-system", "ui", "a.yaml", 1)
    daemon = GitObject("apps", "DaemonSet", "longhorn-system", "tuner", "b.yaml", 1, applier="flux-system/infra")
    found = crossed(git=(ingress, daemon))
    assert [(one.severity, one.subject) for one in found] == [
        (Severity.WARNING, "Kustomization flux-system/infra"),
        (Severity.NOTE, "Kustomization flux-system/flux-system"),
    ]


def test_what_is_meant_to_be_handed_over_is_said_quietly_and_storage_never_is() -> None:
    def handed(name: str) -> Settings:
        entry = FoundationEntry(name, "h.yaml", ("kube-system",), ownership=Ownership.HANDOVER)
        return Settings(origin="test", foundation=(entry,))

    row = hr("kube-system/one")
    for name, severity in (("cilium", Severity.NOTE), ("longhorn", Severity.BLOCKER), ("minio", Severity.BLOCKER)):
        (finding,) = crossed(row, releases={"kube-system/one": name}, known=handed(name))
        assert finding.severity is severity, name


@pytest.mark.parametrize(
    ("applier", "severities"),
    [
        ("HelmRelease kube-system/one", [Severity.NOTE]),
        ("Kustomization flux-system/apps", [Severity.BLOCKER, Severity.NOTE]),
    ],
)
def test_what_was_handed_over_may_bear_the_label_of_its_helm_release(applier: str, severities: list[Severity]) -> None:
    agent = replace(w.workload("daemonsets", "kube-system", "one"), release="kube-system/one", applied_by=applier)
    entry = FoundationEntry("cilium", "h.yaml", ("kube-system",), ownership=Ownership.HANDOVER)
    known = Settings(origin="test", foundation=(entry,))
    found = crossed(agent, hr("kube-system/one"), releases={"kube-system/one": "cilium"}, known=known)
    assert [one.severity for one in found] == severities


@pytest.mark.parametrize(
    ("reach", "told"), [(Reach.FORBIDDEN, 1), (Reach.STALE, 1), (Reach.LOADING, 1), (Reach.LIVE, 0)]
)
def test_where_flux_can_not_be_seen_nothing_is_called_clean(reach: Reach, told: int) -> None:
    seen = FrozenRows(WORLD, {"flux": Freshness(reach)})
    found = BoundaryLook().downward(seen, ground_of(seen, SETTINGS, {}))
    assert [finding.severity for finding in found] == [Severity.UNKNOWN] * told


def test_a_release_of_another_name_in_the_same_namespace_is_not_taken_for_the_foundations() -> None:
    extra = w.release("longhorn-system", "dashboards")
    assert crossed(extra, hr("longhorn-system/dashboards")) == ()


def test_names_with_colons_are_read_back() -> None:
    assert ref_of("_system__node_rbac.authorization.k8s.io_ClusterRole") == ObjectRef(
        "ClusterRole", "", "system:node", "rbac.authorization.k8s.io"
    )


@given(st.lists(st.text(alphabet="_:/.ab", max_size=12), max_size=5), st.text(alphabet="/ab", max_size=6))
@settings(max_examples=50)
def test_no_odd_inventory_breaks_it(inventory: list[str], release: str) -> None:
    crossed(replace(ks(*inventory), release=release), releases={"a/b": "longhorn"})


def test_one_event_among_thousands_of_flux_objects_costs_next_to_nothing() -> None:
    entries = tuple(f"apps_web-{number}_apps_Deployment" for number in range(10))
    rows: list[Row] = [
        replace(w.flux_object("Kustomization", f"app-{number}"), inventory=entries) for number in range(2000)
    ]
    look, ground = BoundaryLook(), Ground(RELEASES, {"longhorn-system": "longhorn"})

    class Flux(FrozenRows):
        def table(self, table: str) -> Sequence[Row]:
            return rows

    seen = Flux(WORLD)
    assert look.downward(seen, ground) == ()
    took = []
    for number in range(5):
        changed = rows[number]
        assert isinstance(changed, FluxObject)
        rows[number] = replace(changed, message="reconciled again")
        began = time.process_time()
        assert look.downward(seen, ground) == ()
        took.append(time.process_time() - began)
    assert min(took) < 0.005  # about 0.4 ms on a quiet machine
    rows[7] = hr("longhorn-system/longhorn")
    assert [finding.severity for finding in look.downward(seen, ground)] == [Severity.BLOCKER]
