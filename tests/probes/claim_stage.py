"""Where the claim probe is tried: the embedded server or a real one, with actors that can be made to fail it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, Requests
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.accounts import ServiceAccounts
from runners.demo.actors.builtin.claims import ClaimBinder
from runners.demo.actors.builtin.deployments import DeploymentController
from runners.demo.actors.builtin.kubelet import Kubelet
from runners.demo.actors.builtin.nodes import nodes
from runners.demo.actors.builtin.protection import StorageProtection
from runners.demo.actors.builtin.replicasets import ReplicaSetController
from runners.demo.actors.builtin.scheduler import Scheduler
from runners.demo.actors.cast import Cast
from runners.demo.actors.delays import Delays
from runners.demo.actors.probe import Disk, Prober
from runners.demo.actors.provisioner import Provisioner
from runners.demo.server.server import EmbeddedServer
from runners.layers.claim_probe.objects import NAMESPACE, Trial
from runners.layers.jsons import text
from runners.layers.probes import Answer
from runners.probes.claim_exchange import Patience, exchange
from runners.probes.hands import Hands
from tests.rig.cluster import Rig

STAGES = ("embedded", pytest.param("rig", marks=pytest.mark.rig))
CLASSES = {
    "longhorn": ("driver.longhorn.io", "Delete", "Immediate"),
    "late": ("driver.longhorn.io", "Retain", "WaitForFirstConsumer"),
    "nobody": ("example.com/none", "Delete", "Immediate"),
}
"""StorageClass → provisioner, reclaim policy and binding mode."""
_BUILT_IN: tuple[type[Actor], ...] = (
    ServiceAccounts,
    DeploymentController,
    ReplicaSetController,
    ClaimBinder,
    StorageProtection,
    Scheduler,
    Kubelet,
)
"""What a rig has as real programs."""


class Disks(Prober):
    """Pods on disks that can be made to lie, and that run only while they may."""

    rots = False
    """What lies on a volume is something else when it is looked at again."""

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        super().__init__(connection, delays=delays)
        self.may_run = threading.Event()
        self.may_run.set()

    def disk(self, volume: str) -> Disk:
        found = super().disk(volume)
        if self.rots:
            found.update(dict.fromkeys(found, "rotten"))
        return found

    def act(self) -> None:
        if self.may_run.is_set():
            super().act()


class _Quick(Hands):
    def pause(self) -> None:
        time.sleep(0.02)


@dataclass
class Stage:
    """One cluster with storage that can be claimed."""

    requests: Requests
    kubeconfig: str
    disks: Disks
    log: list[str] = field(default_factory=list)
    """What the last probe said, while it goes on as well."""

    @property
    def api(self) -> Api:
        return Api(self.requests)

    def probe(self, storage_class: str) -> tuple[Answer, list[str]]:
        """Carries out one probe; its answer and its log."""
        log = self.log = []
        trial = Trial("c0ffee" * 5 + "00", storage_class)
        return exchange(_Quick(self.requests, log.append), trial, Patience(pod=60, gone=60)), log

    def left(self) -> list[str]:
        """What is there of probes."""
        found = [
            text(each, "metadata", "name")
            for resource in (res.PODS, res.CLAIMS)
            for each in self.api.list(resource, NAMESPACE)
        ]
        volumes = [text(each, "metadata", "name") for each in self.api.list(res.VOLUMES)]
        return [*found, *volumes]


@contextmanager
def stage_of(kind: str) -> Iterator[Stage]:
    """A stage of one kind."""
    if kind == "rig":
        with Rig("pods") as rig:
            connection = Connection(load({}, kubeconfig=rig.kubeconfig))
            with _played(connection, (), rig.kubeconfig.read_text()) as stage:
                yield stage
            connection.close()
        return
    with EmbeddedServer() as server:
        requests = server.requests()
        for node in nodes():
            Api(requests).ensure(res.NODES, node, None)
        built_in = [actor(requests, delays=Delays(0.0)) for actor in _BUILT_IN]
        with _played(requests, tuple(built_in), server.kubeconfig("demo"), lambda: server.version) as stage:
            yield stage


@contextmanager
def _played(requests: Requests, others: tuple[Actor, ...], kubeconfig: str, changes: object = None) -> Iterator[Stage]:
    disks = Disks(requests, delays=Delays(0.0))
    provisioner = Provisioner(requests, delays=Delays(0.0))
    with Cast((*others, provisioner, disks), changes=changes if callable(changes) else None):
        stage = Stage(requests, kubeconfig, disks)
        _offer_storage(stage.api)
        yield stage


def _offer_storage(api: Api) -> None:
    template = {"metadata": {"labels": {"app": "csi"}}, "spec": {"containers": [{"name": "csi", "image": "csi:1"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "csi"}}, "template": template}
    api.ensure(res.NAMESPACES, {"metadata": {"name": "longhorn-system"}}, None)
    metadata = {"name": "csi-provisioner", "namespace": "longhorn-system"}
    api.ensure(res.DEPLOYMENTS, {"metadata": metadata, "spec": spec}, None)
    for name, (provisioner, reclaim, binding) in CLASSES.items():
        wanted = {"provisioner": provisioner, "reclaimPolicy": reclaim, "volumeBindingMode": binding}
        api.ensure(res.STORAGECLASSES, {"metadata": {"name": name}, **wanted}, None)
