"""The actors on a real cluster, with the real helm, helmfile, flux and kustomize-controller."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.metallb import MetalLb
from runners.demo.actors.minio import MinioOperator
from runners.demo.actors.probe import Prober
from runners.demo.actors.provisioner import Provisioner
from runners.demo.actors.source import SourceController
from tests.rig.cluster import Rig
from tests.rig.flux import KustomizeController, bootstrap
from tests.rig.git_server import GitServer
from tests.rig.repository import commit_all, write_repository
from tests.rig.waiting import until

pytestmark = pytest.mark.rig


@dataclass
class Stage:
    """One cluster with its cast, and the repository that people work in."""

    rig: Rig
    repository: Path
    longhorn: Longhorn
    source: SourceController

    def get(self, what: str, *args: str) -> Any:
        return json.loads(self.rig.kubectl("get", what, *args, "-o", "json"))["items"]

    def sync(self, component: str) -> None:
        done = self.rig.run(
            "helmfile", "--kube-context", "rig", "-f", f"{component}/helmfile.yaml", "sync", cwd=self.repository
        )
        assert done.returncode == 0, done.stderr

    def storage(self) -> None:
        """Longhorn is there and has offered its StorageClass."""
        if not self.get("storageclasses"):
            self.sync("longhorn")
            until("StorageClass", lambda: self.get("storageclasses"))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Rig("pods") as rig:
        connection = Connection(load({}, kubeconfig=rig.kubeconfig))
        longhorn = Longhorn(connection, storage_delay=0)
        source = SourceController(connection, folder=rig.folder / "artifacts")
        others = (Provisioner(connection), MinioOperator(connection), Prober(connection), MetalLb(connection))
        with Cast([longhorn, source, *others]):
            yield Stage(rig, write_repository(rig.folder / "repo"), longhorn, source)
        connection.close()


def test_helms_success_is_not_storage_yet(stage: Stage) -> None:
    stage.longhorn.may_offer_storage.clear()
    try:
        stage.sync("longhorn")
        until("drivers", lambda: len(stage.get("csinodes")) == 3)
        releases = json.loads(stage.rig.run("helm", "list", "-A", "-o", "json").stdout)
        assert [release["status"] for release in releases] == ["deployed"]
        assert stage.get("storageclasses") == []
    finally:
        stage.longhorn.may_offer_storage.set()
    until("StorageClass", lambda: stage.get("storageclasses"))
    (storage_class,) = stage.get("storageclasses")
    assert storage_class["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true"


def test_a_tenant_is_initialized_on_longhorn_volumes(stage: Stage) -> None:
    stage.storage()
    stage.sync("minio")
    until("tenant", lambda: states(stage, "tenants", "currentState") == ["Initialized"])
    until("volumes", lambda: states(stage, "lhv", "robustness") == ["healthy"] * 4)
    (tenant,) = stage.get("tenants", "-A")
    assert (tenant["status"]["healthStatus"], tenant["status"]["drivesOnline"]) == ("green", 4)


def states(stage: Stage, what: str, field: str) -> list[str]:
    return [item.get("status", {}).get(field, "") for item in stage.get(what, "-A")]


def test_flux_bootstraps_and_follows_git(stage: Stage) -> None:
    stage.storage()
    with GitServer(stage.rig.folder / "git") as server, KustomizeController(stage.rig, stage.source.address):
        server.push(stage.repository)
        done = bootstrap(stage.rig, server)
        assert done.returncode == 0, done.stderr
        assert "all components are healthy" in done.stderr
        services = {"metallb", "cert-manager", "haproxy-ingress", "monitoring"}
        until("Kustomizations", lambda: ready(stage) == {"flux-system", *services})

        clone = stage.rig.folder / "clone"
        stage.rig.run("git", "clone", "--quiet", str(server.bare), str(clone))
        (clone / "infrastructure/metallb/note.yaml").write_text(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: metallb-system}\n"
        )
        commit_all(clone, "Add a note")
        commit = server.push(clone)
        stage.rig.kubectl(
            "annotate", "-n", "flux-system", "gitrepository/flux-system",
            f"reconcile.fluxcd.io/requestedAt={time.time()}",
        )  # fmt: skip
        until("the note", lambda: "note" in stage.rig.kubectl("get", "cm", "-n", "metallb-system"))
        (source,) = stage.get("gitrepositories", "-A")
        assert source["status"]["artifact"]["revision"] == f"main@sha1:{commit}"


def ready(stage: Stage) -> set[str]:
    return {
        item["metadata"]["name"]
        for item in stage.get("kustomizations.kustomize.toolkit.fluxcd.io", "-A")
        for condition in item.get("status", {}).get("conditions", [])
        if (condition["type"], condition["status"]) == ("Ready", "True")
    }
