"""The whole cast on the embedded server: storage, object storage and Flux come alive, and what goes is cleaned up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml

from runners.cluster.errors import NotFound
from runners.demo.actors.builtin.nodes import nodes
from runners.demo.actors.demo_cast import demo_cast
from runners.demo.actors.source_folder import FolderFetch
from runners.demo.server.server import EmbeddedServer
from runners.layers.jsons import sequence, text
from tests.demo.play import CLASS_TEXT

CRDS = {
    "longhorn.io": (
        "v1beta2",
        ["Node", "Setting", "Volume", "Engine", "Replica", "EngineImage", "BackupTarget", "InstanceManager"],
    ),
    "minio.min.io": ("v2", ["Tenant"]),
    "source.toolkit.fluxcd.io": ("v1", ["GitRepository"]),
    "kustomize.toolkit.fluxcd.io": ("v1", ["Kustomization"]),
}


class Stage:
    """The server, its cast and what helm, helmfile and flux would do to them."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server
        self.requests = server.requests()
        self.files: dict[str, bytes] = {}
        fetch = FolderFetch(lambda url: f"{len(self.files):040x}", lambda url, commit: self.files)
        self.cast = demo_cast(self.requests, fetch=fetch, pace=0, changes=lambda: server.version)
        for node in nodes():
            self.requests.request("POST", "/api/v1/nodes", body=node)

    def settle(self) -> None:
        """Lets the cast play until nobody writes anything any more."""
        for _ in range(80):
            before = self.server.version
            for actor in self.cast.actors:
                actor.look()
                assert actor.trouble == ""
            if self.server.version == before:
                return
        raise AssertionError("somebody writes at every look")

    def create(self, path: str, name: str, **fields: object) -> None:
        api = path.removeprefix("/apis/").partition("/namespaces")[0] if path.startswith("/apis/") else "v1"
        if "/namespaces/" in path:
            self.namespace(path.split("/namespaces/")[1].split("/")[0])
        self.requests.request("POST", path, body={"apiVersion": api, "metadata": {"name": name}, **fields})

    def namespace(self, name: str) -> None:
        try:
            self.requests.request("GET", f"/api/v1/namespaces/{name}")
        except NotFound:
            self.requests.request("POST", "/api/v1/namespaces", body={"metadata": {"name": name}})

    def define(self, *groups: str) -> None:
        for group in groups:
            version, kinds = CRDS[group]
            for kind in kinds:
                plural = kind.lower().removesuffix("y") + ("ies" if kind.endswith("y") else "s")
                names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
                schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
                served = {"name": version, "served": True, "storage": True, "schema": schema}
                versions = [{**served, "subresources": {"status": {}}}]
                spec = {"group": group, "scope": "Namespaced", "names": names, "versions": versions}
                path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
                body = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": spec}
                self.requests.request("POST", path, body={**body, "metadata": {"name": f"{plural}.{group}"}})

    def workload(self, plural: str, namespace: str, name: str, **spec: object) -> None:
        self.create(f"/apis/apps/v1/namespaces/{namespace}/{plural}", name, spec={**template(name), **spec})

    def install_longhorn(self) -> None:
        self.define("longhorn.io")
        core = "/api/v1/namespaces/longhorn-system"
        self.workload("daemonsets", "longhorn-system", "longhorn-manager")
        self.create(f"{core}/configmaps", "longhorn-storageclass", data={"storageclass.yaml": CLASS_TEXT})
        labels = {"owner": "helm", "name": "longhorn", "status": "deployed"}
        metadata = {"name": "sh.helm.release.v1.longhorn.v1", "labels": labels}
        self.requests.request("POST", f"{core}/secrets", body={"metadata": metadata})

    def install_minio(self) -> None:
        self.define("minio.min.io")
        self.workload("deployments", "minio-operator", "minio-operator", replicas=2)
        self.create("/api/v1/namespaces/minio-tenant/secrets", "env")
        wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
        claim = {"metadata": {"name": "data"}, "spec": wanted}
        pool = {"name": "pool-0", "servers": 4, "volumesPerServer": 1, "volumeClaimTemplate": claim}
        spec = {"configuration": {"name": "env"}, "pools": [pool]}
        self.create("/apis/minio.min.io/v2/namespaces/minio-tenant/tenants", "tenant", kind="Tenant", spec=spec)

    def bootstrap(self) -> None:
        self.define("source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io")
        for name in ("source-controller", "kustomize-controller"):
            self.workload("deployments", "flux-system", name)
        spec = {"url": "https://git.example/infra.git", "ref": {"branch": "main"}, "interval": "1m"}
        path = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories"
        self.create(path, "flux-system", kind="GitRepository", spec=spec)
        path = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations"
        self.create(path, "flux-system", kind="Kustomization", spec=kustomization("clusters/demo")["spec"])

    def items(self, path: str) -> list[dict[str, Any]]:
        answer: Any = self.requests.request("GET", path)
        return list(answer["items"])

    def claims(self) -> set[tuple[str, str]]:
        found = self.items("/api/v1/persistentvolumeclaims")
        return {(item["metadata"]["name"], item["status"]["phase"]) for item in found}

    def ready(self) -> dict[str, str]:
        found = self.items("/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations")
        return {
            item["metadata"]["name"]: text(condition, "status")
            for item in found
            for condition in sequence(item, "status", "conditions")
            if text(condition, "type") == "Ready"
        }


def template(name: str) -> dict[str, object]:
    containers = [{"name": name, "image": f"longhornio/{name}:v1.12.1"}]
    labels = {"app": name}
    return {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }


def kustomization(path: str, **spec: object) -> dict[str, object]:
    source = {"kind": "GitRepository", "name": "flux-system"}
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": path.rpartition("/")[2], "namespace": "flux-system"},
        "spec": {"interval": "10m", "path": path, "prune": True, "sourceRef": source, **spec},
    }


def deployment(name: str, *objects: Mapping[str, object], **pod: object) -> list[Mapping[str, object]]:
    spec: Any = template(name)
    spec["template"]["spec"] |= pod
    metadata = {"name": name, "namespace": name}
    web = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, *objects, web]


def written(*objects: Mapping[str, object]) -> bytes:
    return yaml.safe_dump_all([dict(obj) for obj in objects]).encode()


@pytest.fixture
def still() -> Iterator[Stage]:
    """Nobody looks by themselves."""
    with EmbeddedServer() as server:
        yield Stage(server)


@pytest.fixture
def stage(still: Stage) -> Iterator[Stage]:
    for actor in still.cast.actors:
        actor.open()
    yield still
    for actor in still.cast.actors:
        actor.close()


MOUNT = [{"name": "data", "persistentVolumeClaim": {"claimName": "metrics"}}]
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "metrics", "namespace": "monitoring"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}
FILES = {
    "clusters/demo/metallb.yaml": written(kustomization("infrastructure/metallb", wait=True)),
    "clusters/demo/monitoring.yaml": written(
        kustomization("infrastructure/monitoring", wait=True, dependsOn=[{"name": "metallb"}])
    ),
    "infrastructure/metallb/metallb.yaml": written(*deployment("metallb")),
    "infrastructure/monitoring/monitoring.yaml": written(*deployment("monitoring", CLAIM, volumes=MOUNT)),
}


@pytest.mark.long
def test_from_an_empty_cluster_to_flux_reconciled(stage: Stage) -> None:
    stage.files = dict(FILES)
    stage.bootstrap()
    stage.settle()
    assert stage.ready() == {"flux-system": "True", "metallb": "True", "monitoring": "Unknown"}
    assert stage.claims() == {("metrics", "Pending")}
    stage.install_longhorn()
    stage.settle()
    assert stage.ready()["monitoring"] == "True"
    assert stage.claims() == {("metrics", "Bound")}
    stage.install_minio()
    stage.settle()
    (tenant,) = stage.items("/apis/minio.min.io/v2/tenants")
    assert (tenant["status"]["currentState"], tenant["status"]["healthStatus"]) == ("Initialized", "green")
    volumes = stage.items("/apis/longhorn.io/v1beta2/volumes")
    assert [volume["status"]["robustness"] for volume in volumes] == ["healthy"] * 5


@pytest.mark.long
def test_what_goes_from_git_goes_with_all_that_it_brought(stage: Stage) -> None:
    stage.files = dict(FILES)
    stage.install_longhorn()
    stage.bootstrap()
    stage.settle()
    path = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/monitoring"
    stage.requests.request("DELETE", path)
    stage.settle()
    with pytest.raises(NotFound):
        stage.requests.request("GET", path)
    assert stage.claims() == set()
    assert stage.items("/api/v1/persistentvolumes") == []
    assert stage.items("/apis/longhorn.io/v1beta2/volumes") == []
    with pytest.raises(NotFound):
        stage.requests.request("GET", "/api/v1/namespaces/monitoring")


def test_the_cast_takes_turns_in_one_thread_and_rests_when_nothing_happens(still: Stage) -> None:
    with still.cast as cast:
        still.workload("deployments", "app", "web", replicas=2)
        until(lambda: [pod["status"]["phase"] for pod in still.items("/api/v1/pods")] == ["Running"] * 2)
        until(lambda: rests(still))
        assert [thread.name for thread in threading.enumerate()].count("actors") == 1
    assert cast.troubles == ()


def rests(stage: Stage) -> bool:
    """Does nobody write anything during several beats?"""
    before = stage.server.version
    time.sleep(0.3)
    return stage.server.version == before


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
