"""The Flux Operator on the embedded server: Flux comes of the FluxInstance, follows its sync, and is reported on."""

from __future__ import annotations

from typing import Any

import pytest

from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, condition
from runners.demo.actors.delays import Delays
from runners.demo.actors.flux_operator import FluxOperator
from runners.demo.homelab import CHARTS
from runners.demo.server.server import EmbeddedServer
from runners.demo.templates.charts import ReleaseFacts, load
from runners.demo.tools.objects import Objects
from runners.layers.components.flux_operator import INSTANCE, OPERATOR
from runners.layers.jsons import Json, sequence, text
from runners.layers.kinds.flux import FluxObject, flux_row

SPACE = "flux-system"
SYNC = {"kind": "GitRepository", "url": "https://git/x", "ref": "refs/heads/main", "path": "c/h", "pullSecret": "git"}
WANTED = {"instance": {"components": ["source-controller", "kustomize-controller"], "sync": SYNC}}


class Stage:
    """A server with what helm makes of both charts, and the operator."""

    def __init__(self) -> None:
        self.requests = EmbeddedServer().requests()
        self.api = Api(self.requests)
        self.objects = Objects(self.requests)
        self.objects.ensure_namespace(SPACE)
        self.now = 0.0
        self.operator = FluxOperator(self.requests, delays=Delays(1.0, lambda: self.now))
        for chart, values in ((OPERATOR, {}), (INSTANCE, WANTED)):
            for each in load(CHARTS / chart, chart).manifest(ReleaseFacts(chart, SPACE), values):
                self.objects.apply(self.objects.place(each.obj, SPACE), each.obj)

    def rolls_out(self, name: str) -> None:
        row = self.api.get(res.DEPLOYMENTS, SPACE, name)
        assert row is not None
        self.api.set_status(res.DEPLOYMENTS, row, {"observedGeneration": 1, "replicas": 1, "availableReplicas": 1})

    def looks(self, seconds: float = 0.0) -> None:
        self.now += seconds
        self.operator.look()
        assert self.operator.trouble == ""

    def found(self, resource: res.Resource) -> Json:
        (only,) = self.api.list(resource, SPACE)
        return only

    @property
    def instance(self) -> FluxObject:
        return flux_row("fluxinstances", self.found(res.FLUXINSTANCES))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_flux_comes_of_the_instance_and_is_reported_on(stage: Stage) -> None:
    stage.looks()
    assert stage.instance.status == "waiting", "the operator is not up yet"
    stage.rolls_out(OPERATOR)
    stage.looks()
    assert (stage.instance.status, stage.instance.reason) == ("progressing", "Progressing")
    stage.looks(5)
    assert "waiting for source-controller" in stage.instance.message
    sync = stage.found(res.KUSTOMIZATIONS)
    assert (text(sync, "spec", "path"), text(sync, "spec", "sourceRef", "name")) == ("./c/h", "flux-system")
    for name in ("source-controller", "kustomize-controller"):
        stage.rolls_out(name)
    stage.looks()
    assert (stage.instance.status, stage.instance.path) == ("ready", "c/h")
    report = flux_row("fluxreports", stage.found(res.FLUXREPORTS)).report
    assert report is not None
    assert (report.status, report.unready) == ("Installed", ())
    assert {each.kind for each in report.reconcilers} == {"GitRepository", "Kustomization"}


def test_the_source_is_the_one_that_the_instance_names(stage: Stage) -> None:
    stage.rolls_out(OPERATOR)
    stage.looks()
    stage.looks(5)
    source = stage.found(res.GITREPOSITORIES)
    spec: Any = source["spec"]
    assert spec["ref"] == {"name": "refs/heads/main"}
    assert (spec["url"], spec["secretRef"]) == ("https://git/x", {"name": "git"})


def test_what_is_deleted_comes_back_and_what_fails_is_counted(stage: Stage) -> None:
    stage.rolls_out(OPERATOR)
    stage.looks()
    stage.looks(5)
    controller = stage.api.get(res.DEPLOYMENTS, SPACE, "source-controller")
    assert controller is not None
    stage.api.delete(res.DEPLOYMENTS, controller)
    sync = stage.found(res.KUSTOMIZATIONS)
    stage.api.set_status(res.KUSTOMIZATIONS, sync, {"conditions": [condition("Ready", False, "BuildFailed", "no")]})
    stage.looks()
    assert stage.api.get(res.DEPLOYMENTS, SPACE, "source-controller") is not None
    reconcilers = sequence(stage.found(res.FLUXREPORTS), "spec", "reconcilers")
    assert [dict(each["stats"])["failing"] for each in reconcilers if each["kind"] == "Kustomization"] == [1]  # type: ignore[index]


def test_it_leaves_alone_what_is_switched_off(stage: Stage) -> None:
    stage.rolls_out(OPERATOR)
    off = {"metadata": {"annotations": {"fluxcd.controlplane.io/reconcile": "disabled"}}}
    stage.api.patch(res.FLUXINSTANCES, stage.found(res.FLUXINSTANCES), off)
    stage.looks()
    stage.looks(5)
    assert stage.api.list(res.KUSTOMIZATIONS, SPACE) == ()
    assert stage.instance.status == "suspended"
