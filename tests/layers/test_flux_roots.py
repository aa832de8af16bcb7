"""Why a Flux object is not ready, to the root; and what its card says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runners.layers.components.gitops_objects import object_finding
from runners.layers.findings import Severity
from runners.layers.flux_roots import FluxIndex
from runners.layers.flux_sight import FluxSight
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.flux_operator import Reconciler, Report, Sync
from runners.layers.rows import FrozenRows
from runners.layers.sight import Sight
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.judged import CONTROLLER, FLUX, SETTINGS, SOURCE, SYNC, state

WAITS: dict[str, Any] = {"ready": "False", "reason": "DependencyNotReady", "revision": ""}
NO_ARTIFACT: dict[str, Any] = {"ready": "False", "reason": "ArtifactFailed", "revision": ""}
UNREACHED: dict[str, Any] = {"ready": "False", "reason": "GitOperationFailed"}
BROKEN: dict[str, Any] = {"ready": "False", "reason": "BuildFailed", "message": "no such file"}


def ks(name: str, *needs: str, **more: Any) -> FluxObject:
    return w.flux_object(
        "Kustomization", name, depends_on=tuple(f"Kustomization/flux-system/{need}" for need in needs), **more
    )


def source(**more: Any) -> FluxObject:
    return w.flux_object("GitRepository", "flux-system", **more)


def root(*rows: Row, of: str = "apps", complete: bool = True) -> str:
    index = FluxIndex(rows, complete=complete)
    found = index.root(index.objects[f"Kustomization/flux-system/{of}"])
    return str(found) if found else ""


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([SOURCE, ks("apps")], ""),
        ([SOURCE, ks("apps", **BROKEN)], ""),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra")], ""),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra", **BROKEN)],
         "Kustomization flux-system/infra failed: BuildFailed: no such file"),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra", "crds", **WAITS), ks("crds", **BROKEN)],
         "Kustomization flux-system/crds failed: BuildFailed: no such file"),
        ([SOURCE, ks("apps", "slow", "infra", **WAITS), ks("slow", ready="Unknown", reason="Progressing"),
          ks("infra", **BROKEN)], "Kustomization flux-system/infra failed: BuildFailed: no such file"),
        ([SOURCE, ks("apps", "gone", **WAITS)], "Kustomization flux-system/gone is not there"),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra", ready="False", suspended=True)],
         "Kustomization flux-system/infra is suspended, and was not ready before"),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra", suspended=True)], ""),
        ([source(**UNREACHED), ks("apps", **NO_ARTIFACT)],
         "GitRepository flux-system/flux-system failed: GitOperationFailed"),
        ([ks("apps", **NO_ARTIFACT)], "GitRepository flux-system/flux-system is not there"),
        ([source(**UNREACHED), ks("apps")],
         "GitRepository flux-system/flux-system failed: GitOperationFailed"),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra", "apps", **WAITS)],
         "Kustomization flux-system/apps waits for itself: Kustomization flux-system/apps → "
         "Kustomization flux-system/infra → Kustomization flux-system/apps"),
        ([SOURCE, ks("apps", "apps", **WAITS)],
         "Kustomization flux-system/apps waits for itself: Kustomization flux-system/apps → "
         "Kustomization flux-system/apps"),
        ([SOURCE, ks("apps", "infra", **WAITS), ks("infra", **BROKEN, stalled=True)],
         "Kustomization flux-system/infra failed for good: BuildFailed: no such file"),
    ],
)  # fmt: skip
def test_the_root_of_what_is_not_ready(rows: list[Row], says: str) -> None:
    assert root(*rows) == says


def test_nothing_is_said_to_be_missing_that_may_be_out_of_sight() -> None:
    assert root(SOURCE, ks("apps", "gone", **WAITS), complete=False) == ""


def test_a_helmrelease_is_traced_through_the_chart_that_is_made_for_it() -> None:
    release = w.flux_object("HelmRelease", "plex", namespace="media", ready="False", reason="SourceNotReady")
    release = replace(release, source="HelmRepository/flux-system/charts")
    chart = w.flux_object("HelmChart", "media-plex", ready="False", reason="ChartPullFailed")
    chart = replace(chart, source="HelmRepository/flux-system/charts")
    repository = w.flux_object("HelmRepository", "charts")
    assert str(FluxIndex([release, chart, repository]).root(release)).startswith(
        "HelmChart flux-system/media-plex failed"
    )
    down = replace(repository, ready="False", reason="Failed")
    assert str(FluxIndex([release, chart, down]).root(release)).startswith("HelmRepository flux-system/charts failed")


def test_a_chain_of_thousands_is_followed_once() -> None:
    rows = [SOURCE, *(ks(f"k{at}", f"k{at + 1}", **WAITS) for at in range(3000)), ks("k3000", **BROKEN)]
    index = FluxIndex(rows)
    roots = {found.ref for row in index.objects.values() if (found := index.root(row))}
    assert roots == {"Kustomization/flux-system/k3000"}


@pytest.mark.parametrize(
    ("row", "severity", "says", "remedy"),
    [
        (ks("apps", suspended=True), Severity.WARNING, "is suspended, and can't tell since when",
         "flux resume kustomization apps -n flux-system"),
        (ks("apps", suspended=True, last_worked=w.NOW - 10800), Severity.WARNING, "is suspended, for 3h at the longest",
         "flux resume kustomization apps -n flux-system"),
        (source(suspended=True), Severity.WARNING, "is suspended, and can't tell since when",
         "flux resume source git flux-system -n flux-system"),
        (ks("apps", **BROKEN), Severity.BLOCKER, "BuildFailed: no such file", ""),
        (ks("apps", **BROKEN, stalled=True), Severity.BLOCKER, "failed for good: BuildFailed: no such file",
         "mend what it says: it is not tried again before it changes"),
        (w.flux_object("HelmRelease", "apps", ready="False", reason="RetriesExceeded", stalled=True), Severity.BLOCKER,
         "failed for good: RetriesExceeded", "mend it, then flux reconcile helmrelease apps -n flux-system --reset"),
        (ks("apps", "gone", **WAITS), Severity.BLOCKER, "waits, since Kustomization flux-system/gone is not there",
         "look at Kustomization/flux-system/gone"),
        (ks("apps", "gone", **{**WAITS, "revision": "main@sha1:3d"}), Severity.WARNING,
         "waits, since Kustomization flux-system/gone is not there", "look at Kustomization/flux-system/gone"),
        (ks("apps", ready="Unknown", reason="Progressing", since=w.NOW - 5, reconciling_since=w.NOW - 7200),
         Severity.WARNING, "Progressing (for 120m)", ""),
    ],
)  # fmt: skip
def test_what_one_object_says(row: FluxObject, severity: Severity, says: str, remedy: str) -> None:
    index = FluxIndex([SOURCE, row] if row.name != SOURCE.name else [row])
    found = object_finding(row, FluxSight(index, Sight(FrozenRows([]), w.NOW)), w.NOW)
    assert (found.severity, found.text, found.remedy, found.about) == (severity, says, remedy, row.key)


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        ([CONTROLLER, SYNC, source(**UNREACHED)], Verdict.DEGRADED, "stays at main@3d2789eb"),
        ([CONTROLLER, ks("flux-system", **NO_ARTIFACT), source(**UNREACHED, revision="")],
         Verdict.FAILED, "GitOperationFailed"),
        ([*FLUX, w.flux_object("HelmRepository", "x", ready="False", reason="Failed")], Verdict.DEGRADED, "x Failed"),
        ([*FLUX, *(w.flux_object("HelmRepository", f"x{at}", ready="False") for at in range(30))], Verdict.DEGRADED,
         "HelmRepository flux-system/x0"),
        ([*FLUX, w.flux_object("FluxInstance", "flux", **BROKEN)], Verdict.FAILED,
         "FluxInstance flux-system/flux BuildFailed"),
        ([CONTROLLER, w.flux_object("FluxInstance", "flux")], Verdict.DEGRADED, "asks for no sync"),
        ([CONTROLLER, w.flux_object("FluxInstance", "flux", sync=Sync("GitRepository", "https://git/x", "main", "a"))],
         Verdict.DEGRADED, "wants a of https://git/x synced"),
        ([*FLUX, w.flux_object("FluxReport", "flux",
                               report=Report("v2", "Installed", (), (Reconciler("K", 1, 0, 0),), False, "no branch"))],
         Verdict.DEGRADED, "the sync is not ready: no branch"),
    ],
)  # fmt: skip
def test_flux_itself(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("flux-system", rows)
    assert found.verdict is verdict, found
    assert any(says in f"{each.subject} {each.text}" for each in found.findings), found


def test_what_waits_for_a_source_that_is_being_fetched_is_on_its_way() -> None:
    fetching = source(ready="Unknown", reason="Progressing", revision="")
    found = state("flux-system", [CONTROLLER, ks("flux-system", **NO_ARTIFACT), fetching])
    assert found.verdict is Verdict.PROGRESSING
    assert "waits, since GitRepository flux-system/flux-system is not ready yet" in found.summary


def test_beyond_a_screenful_what_is_broken_is_counted() -> None:
    rows = [*FLUX, *(w.flux_object("HelmRepository", f"x{at}", ready="False") for at in range(30))]
    found = [each for each in state("flux-system", rows).findings if each.severity is Severity.WARNING]
    assert len(found) == 21
    assert any(each.text == "10 other objects are not ready" for each in found)


def test_what_waits_for_something_broken_is_not_on_its_way() -> None:
    rows: list[Row] = [*FLUX, ks("infra", **BROKEN), ks("apps", "infra", **{**WAITS, "revision": "main@sha1:3d"})]
    assert state("apps", rows).verdict is Verdict.DEGRADED
    assert "waits, since Kustomization flux-system/infra failed" in state("apps", rows).summary


PLEX = ("deployments", "media", "plex")


@pytest.mark.parametrize(
    ("workloads", "verdict", "says"),
    [
        ([w.workload("deployments", "media", "plex")], Verdict.HEALTHY, ""),
        ([w.workload("deployments", "media", "plex", 0, 1)], Verdict.DEGRADED, "0/1 ready"),
        ([w.workload("deployments", "media", "plex"), w.workload("deployments", "media", "other", 0, 1)],
         Verdict.HEALTHY, ""),
        ([], Verdict.FAILED, "is missing, although Kustomization plex applied it"),
    ],
)  # fmt: skip
def test_any_other_component_is_its_own_workloads(workloads: list[Row], verdict: Verdict, says: str) -> None:
    found = state("plex", [*FLUX, ks("plex", workloads=(PLEX,)), *workloads])
    assert (found.verdict, says in found.summary, found.namespaces) == (verdict, True, ("media",)), found


def test_where_flux_keeps_no_inventory_the_release_tells_whose_a_workload_is() -> None:
    release = w.flux_object("HelmRelease", "plex", release="media/plex")
    mine = replace(w.workload("deployments", "media", "plex", 0, 1), release="media/plex")
    assert state("plex", [*FLUX, release, mine]).verdict is Verdict.DEGRADED
    assert state("plex", [*FLUX, release, replace(mine, release="media/other")]).verdict is Verdict.HEALTHY


def test_what_is_applied_to_another_cluster_is_not_looked_for_here() -> None:
    release = w.flux_object("HelmRelease", "plex", release="media/plex", remote=True)
    found = picture(Observed(FrozenRows([*FLUX, release]), SETTINGS, w.NOW)).component("plex")
    assert found is not None
    assert (found.verdict, found.namespaces) == (Verdict.HEALTHY, ())


def test_what_runs_elsewhere_stands_for_no_controller() -> None:
    root = w.flux_object("Kustomization", "flux-system", workloads=(("deployments", "apps", "web"),))
    rows: list[Row] = [root, SOURCE, w.workload("deployments", "apps", "web")]
    found = state("flux-system", rows)
    assert found.verdict is Verdict.FAILED
    assert "has no controllers" in found.summary
