from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from runners.demo.actors.kustomize.controller import KustomizeController
from runners.demo.actors.kustomize.inventory import Entry, entries_of
from runners.demo.actors.source import SourceController
from runners.demo.actors.source_folder import FolderFetch
from runners.layers.jsons import sequence, text
from runners.layers.kinds.flux import flux_row
from tests.demo.world import World

FLUX = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations"
SOURCES = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories"
SERVED = {
    "v1": [
        ("configmaps", "ConfigMap"),
        ("persistentvolumeclaims", "PersistentVolumeClaim"),
        ("namespaces", "Namespace"),
    ],
    "apps/v1": [("deployments", "Deployment")],
    "kustomize.toolkit.fluxcd.io/v1": [("kustomizations", "Kustomization")],
}


class Repository:
    """Commits, newest last."""

    def __init__(self) -> None:
        self.commits: dict[str, dict[str, bytes]] = {}

    def push(self, **files: object) -> str:
        """One file for each argument, as YAML; ``a__b`` is ``a/b.yaml``."""
        documents = {
            f"{name.replace('__', '/')}.yaml": (
                content
                if isinstance(content, str)
                else yaml.safe_dump_all(content if isinstance(content, list) else [content])
            ).encode()
            for name, content in files.items()
        }
        commit = f"{len(self.commits) + 1:040x}"
        self.commits[commit] = documents
        return commit

    def head(self, url: str) -> str:
        if not self.commits:
            raise LookupError(f"there is no repository at {url}")
        return list(self.commits)[-1]

    def archive(self, url: str, commit: str) -> Mapping[str, bytes]:
        return self.commits[commit]


class Flux(World):
    """A world with a repository, and Flux."""

    def __init__(self, folder: Path, **options: bool) -> None:
        super().__init__()
        self.git = Repository()
        fetch = FolderFetch(self.git.head, self.git.archive)
        self.source = SourceController(self.api, folder=folder, fetch=fetch, delays=self.delays())
        self.actors += [self.source, KustomizeController(self.api, delays=self.delays(), **options)]
        for version, kinds in SERVED.items():
            entries = [{"name": n, "kind": k, "namespaced": k != "Namespace"} for n, k in kinds]
            path = f"/apis/{version}" if "/" in version else f"/api/{version}"
            self.api.objects[path] = {"resources": entries, "metadata": {}}
        spec = {"url": "https://git.example/infra.git", "ref": {"branch": "main"}, "interval": "1m"}
        self.api.put(SOURCES, "flux-system", spec=spec, metadata={"annotations": {}})

    def add(self, name: str, **spec: object) -> dict[str, Any]:
        whole = {"interval": "10m", "path": f"./{name}", "prune": True, "timeout": "1m", **spec}
        whole["sourceRef"] = {"kind": "GitRepository", "name": "flux-system"}
        self.api.put(FLUX, name, kind="Kustomization", spec=whole, metadata={"annotations": {}})
        return self.api.objects[f"{FLUX}/{name}"]

    def fetch(self) -> None:
        self.api.objects[f"{SOURCES}/flux-system"]["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"] = str(
            len(self.git.commits)
        )
        self.settle()

    def names(self, plural: str = "configmaps") -> list[str]:
        return sorted(obj["metadata"]["name"] for obj in self.api.under(f"/api/v1/{plural}"))


@pytest.fixture
def flux(tmp_path: Path) -> Iterator[Flux]:
    flux = Flux(tmp_path / "artifacts")
    flux.source.open()
    yield flux
    flux.source.close()


def config(name: str, **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "app"}, "data": data}


def state(kustomization: dict[str, Any]) -> tuple[str, str]:
    row = flux_row("kustomizations", {"kind": "Kustomization", **kustomization})
    return row.status, row.message


CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "metrics", "namespace": "app"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


def test_what_is_in_git_is_applied_labelled_and_listed(flux: Flux) -> None:
    commit = flux.git.push(
        apps__one=config("one"), apps__more__two=[config("two"), config("three")], other=config("no")
    )
    apps = flux.add("apps")
    flux.settle()
    assert flux.names() == ["one", "three", "two"]
    assert state(apps) == ("ready", f"Applied revision: main@sha1:{commit}")
    assert apps["status"]["lastAppliedRevision"] == f"main@sha1:{commit}"
    assert apps["status"]["inventory"]["entries"][0] == {"id": "app_one__ConfigMap", "v": "v1"}
    (one, *_) = flux.api.under("/api/v1/configmaps")
    assert one["metadata"]["labels"] == {
        "kustomize.toolkit.fluxcd.io/name": "apps",
        "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    }
    flux.api.writes.clear()
    flux.pass_by(3)
    assert flux.api.writes == []


def test_what_is_gone_from_git_is_pruned_and_what_changed_is_changed(flux: Flux) -> None:
    flux.git.push(apps__one=config("one", a="1", b="1"), apps__two=config("two"), apps__kept=config("kept"))
    apps = flux.add("apps")
    flux.settle()
    path = "/api/v1/namespaces/app/configmaps"
    flux.api.objects[f"{path}/kept"]["metadata"]["annotations"] = {"kustomize.toolkit.fluxcd.io/prune": "disabled"}
    flux.git.push(apps__one=config("one", a="2"))
    flux.fetch()
    assert flux.names() == ["kept", "one"]
    assert flux.api.objects[f"{path}/one"]["data"] == {"a": "2"}, "a field that is gone from Git is gone"
    assert [item["id"] for item in apps["status"]["inventory"]["entries"]] == ["app_one__ConfigMap"]


def test_without_prune_everything_stays(flux: Flux) -> None:
    flux.git.push(apps__one=config("one"), apps__two=config("two"))
    flux.add("apps", prune=False)
    flux.settle()
    flux.git.push(apps__one=config("one"))
    flux.fetch()
    assert flux.names() == ["one", "two"]


def test_a_change_by_hand_is_taken_back_at_the_interval(flux: Flux) -> None:
    flux.git.push(apps__one=config("one", a="1"))
    apps = flux.add("apps")
    flux.settle()
    since = [item["lastTransitionTime"] for item in apps["status"]["conditions"]]
    one = flux.api.objects["/api/v1/namespaces/app/configmaps/one"]
    one["data"]["a"] = "by hand"
    flux.pass_by(3, seconds=60)
    assert one["data"]["a"] == "by hand"
    flux.pass_by(3, seconds=300)
    assert one["data"]["a"] == "1"
    assert [item["lastTransitionTime"] for item in apps["status"]["conditions"]] == since


def test_a_request_is_answered(flux: Flux) -> None:
    flux.git.push(apps__one=config("one"))
    apps = flux.add("apps")
    flux.settle()
    del flux.api.objects["/api/v1/namespaces/app/configmaps/one"]
    apps["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"] = "now"
    flux.settle()
    assert flux.names() == ["one"]
    assert apps["status"]["lastHandledReconcileAt"] == "now"


def test_what_is_suspended_does_nothing(flux: Flux) -> None:
    flux.git.push(apps__one=config("one"))
    apps = flux.add("apps", suspend=True)
    flux.settle()
    assert (flux.names(), "status" in apps) == ([], False)
    apps["spec"]["suspend"] = False
    flux.settle()
    assert flux.names() == ["one"]


def test_dependencies_come_first(flux: Flux) -> None:
    flux.git.push(first__one=config("one"), second__two=config("two"))
    second = flux.add("second", dependsOn=[{"name": "first"}])
    flux.pass_by(4)
    assert state(second)[1].startswith("dependency 'flux-system/first' not found")
    first = flux.add("first", suspend=True)
    flux.pass_by(4)
    assert state(second) == ("progressing", "dependency 'flux-system/first' is not ready")
    ready = next(item for item in sequence(second, "status", "conditions") if text(item, "type") == "Ready")
    assert (text(ready, "status"), text(ready, "reason")) == ("False", "DependencyNotReady")
    assert flux.names() == []
    first["spec"]["suspend"] = False
    flux.settle()
    assert flux.names() == ["one", "two"]
    assert (state(first)[0], state(second)[0]) == ("ready", "ready")


def test_a_claim_that_cannot_bind_fails_the_health_check_and_recovers_with_storage(flux: Flux) -> None:
    flux.git.push(apps__claim=CLAIM)
    apps = flux.add("apps", wait=True, timeout="30s", retryInterval="1m")
    flux.settle()
    commit = flux.git.head("")
    checking = f"Running health checks for revision main@sha1:{commit} with a timeout of 30s"
    assert apps["status"]["conditions"][0]["message"] == checking
    flux.pass_by(2, seconds=16)
    conditions = {item["type"]: (item["status"], item["reason"]) for item in apps["status"]["conditions"]}
    assert conditions == {
        "Ready": ("False", "HealthCheckFailed"),
        "Healthy": ("False", "HealthCheckFailed"),
        "Reconciling": ("True", "ProgressingWithRetry"),
    }
    late = "timeout waiting for: [PersistentVolumeClaim/app/metrics status: 'InProgress']"
    assert state(apps)[1] == f"health check failed after 32s: {late}"
    spec = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "5Gi"}}
    flux.api.put("/api/v1/persistentvolumes", "disk", spec=spec)
    flux.settle()
    assert state(apps)[0] == "failed", "its failure is the newest that is known until it is tried again"
    flux.pass_by(3, seconds=61)
    assert state(apps)[0] == "ready"


def test_a_rollout_is_waited_for(flux: Flux) -> None:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "web:1"}]}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "app"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    }
    flux.git.push(apps__web=deployment)
    apps = flux.add("apps", wait=True)
    flux.pass_by(4)
    assert flux_row("kustomizations", apps).status == "progressing"
    flux.settle()
    assert state(apps)[0] == "ready"
    assert flux.statuses() == ["Running", "Running"]


def test_a_kustomization_that_is_deleted_takes_its_objects_along(flux: Flux) -> None:
    flux.git.push(apps__one=config("one"))
    apps = flux.add("apps")
    flux.settle()
    assert apps["metadata"]["finalizers"] == ["finalizers.fluxcd.io"]
    apps["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    flux.settle()
    assert (flux.names(), apps["metadata"]["finalizers"]) == ([], [])


KUSTOMIZATION = {"kind": "Kustomization", "apiVersion": "kustomize.config.k8s.io/v1beta1"}


def test_a_kustomization_file_says_what_belongs_to_it(flux: Flux) -> None:
    flux.git.push(
        apps__kustomization={**KUSTOMIZATION, "resources": ["one.yaml", "../base"], "namespace": "elsewhere"},
        apps__one=config("one"),
        apps__two=config("two"),
        base__three=config("three"),
    )
    flux.add("apps")
    flux.settle()
    found = [(obj["metadata"]["namespace"], obj["metadata"]["name"]) for obj in flux.api.under("/api/v1/configmaps")]
    assert found == [("elsewhere", "one"), ("elsewhere", "three")]


@pytest.mark.parametrize(
    ("files", "reason", "words"),
    [
        ({"other__one": config("one")}, "ArtifactFailed", "kustomization path not found: ./apps"),
        ({"apps__one": "a: [\n"}, "BuildFailed", "apps/one.yaml"),
        ({"apps__one": "- 1\n"}, "BuildFailed", "holds no object"),
        ({"apps__one": {"kind": "ConfigMap"}}, "BuildFailed", "missing kind, apiVersion or metadata.name"),
        ({"apps__kustomization": {**KUSTOMIZATION, "patches": []}}, "BuildFailed", "patches can't be played here"),
        ({"apps__kustomization": {**KUSTOMIZATION, "resources": ["x"]}}, "BuildFailed", "from 'x': no such file"),
        ({"apps__kustomization": {**KUSTOMIZATION, "resources": ["."]}}, "BuildFailed", "cycle detected"),
        (
            {"apps__one": {"apiVersion": "x.io/v1", "kind": "Thing", "metadata": {"name": "a"}}},
            "ReconciliationFailed",
            'no matches for kind "Thing" in version "x.io/v1"',
        ),
        (
            {"apps__one": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}},
            "ReconciliationFailed",
            "ConfigMap/a namespace not specified",
        ),
    ],
)
def test_what_can_go_wrong_is_said(flux: Flux, files: dict[str, object], reason: str, words: str) -> None:
    flux.git.push(**files)
    apps = flux.add("apps")
    flux.settle()
    ready = next(item for item in sequence(apps, "status", "conditions") if text(item, "type") == "Ready")
    assert (text(ready, "status"), text(ready, "reason")) == ("False", reason)
    assert words in text(ready, "message")


def test_an_artifact_with_another_digest_is_not_applied(flux: Flux) -> None:
    flux.git.push(apps__one=config("one"))
    flux.settle()
    flux.api.objects[f"{SOURCES}/flux-system"]["status"]["artifact"]["digest"] = "sha256:0"
    apps = flux.add("apps")
    flux.settle()
    assert flux.names() == []
    assert "computed checksum doesn't match 'sha256:0'" in state(apps)[1]


def test_a_repository_that_is_not_there_is_said_by_the_source(flux: Flux) -> None:
    apps = flux.add("apps")
    flux.pass_by(3)
    source = flux.api.objects[f"{SOURCES}/flux-system"]
    said = "failed to checkout and determine revision: there is no repository at https://git.example/infra.git"
    assert source["status"]["conditions"][0]["message"] == said
    assert state(apps)[1] == "Source artifact not found, retrying in 5s"
    flux.git.push(apps__one=config("one"))
    flux.pass_by(3, seconds=6)
    assert flux.names() == ["one"]


def test_without_its_deployment_the_controller_does_nothing(tmp_path: Path) -> None:
    flux = Flux(tmp_path, needs_deployment=True)
    flux.source.open()
    flux.git.push(apps__one=config("one"))
    flux.add("apps")
    flux.settle()
    assert flux.names() == []
    path = "/apis/apps/v1/namespaces/flux-system/deployments"
    template = {"metadata": {"labels": {}}, "spec": {"containers": [{"name": "manager", "image": "manager"}]}}
    flux.api.put(path, "kustomize-controller", spec={"replicas": 1, "template": template})
    flux.settle()
    assert flux.names() == ["one"]
    flux.source.close()


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        (Entry("app", "web", "apps", "Deployment", "v1"), "app_web_apps_Deployment"),
        (Entry("", "system:node", "rbac.authorization.k8s.io", "ClusterRole", "v1"), None),
        (Entry("", "app", "", "Namespace", "v1"), "_app__Namespace"),
    ],
)
def test_an_inventory_is_read_as_it_was_written(entry: Entry, written: str | None) -> None:
    assert written is None or entry.written == {"id": written, "v": "v1"}
    assert entries_of({"status": {"inventory": {"entries": [entry.written]}}}) == [entry]
