"""A small cluster for tests of what every cluster has: nodes, built-in controllers, and time that passes by hand."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.claims import ClaimBinder
from runners.demo.actors.builtin.daemonsets import DaemonSetController
from runners.demo.actors.builtin.deployments import DeploymentController
from runners.demo.actors.builtin.jobs import JobController
from runners.demo.actors.builtin.kubelet import Kubelet
from runners.demo.actors.builtin.nodes import nodes
from runners.demo.actors.builtin.replicasets import ReplicaSetController
from runners.demo.actors.builtin.scheduler import Scheduler
from runners.demo.actors.builtin.statefulsets import StatefulSetController
from runners.demo.actors.delays import Delays
from runners.layers.jsons import text
from runners.layers.kinds.pods import pod_row
from runners.layers.kinds.workloads import Workload, daemonset_row, replicated_row
from tests.demo.memory_api import MemoryApi

ROWS = {"deployments": replicated_row, "statefulsets": replicated_row, "daemonsets": daemonset_row}
BUILTIN = (
    DeploymentController,
    ReplicaSetController,
    DaemonSetController,
    StatefulSetController,
    JobController,
    ClaimBinder,
    Scheduler,
    Kubelet,
)


class World:
    """Objects, and the actors that keep them; nothing happens but in ``pass_by``."""

    def __init__(self, pace: float = 0.0) -> None:
        self.api = MemoryApi()
        self.now = 1000.0
        self.pace = pace
        for node in nodes():
            self.api.put("/api/v1/nodes", text(node, "metadata", "name"), **copy.deepcopy(dict(node)))
        self.actors: list[Actor] = [kind(self.api, delays=self.delays()) for kind in BUILTIN]

    def delays(self) -> Delays:
        return Delays(self.pace, lambda: self.now)

    def pass_by(self, looks: int = 1, seconds: float = 0.0) -> None:
        for _ in range(looks):
            self.now += seconds
            for actor in self.actors:
                actor.look()
                assert actor.trouble == ""

    def settle(self, most: int = 60) -> int:
        """Looks until nobody writes anything any more; returns how many looks that took."""
        for looks in itertools.count():
            assert looks < most, "somebody writes at every look"
            before = len(self.api.writes)
            self.pass_by()
            if len(self.api.writes) == before:
                return looks
        raise AssertionError

    def workload(self, plural: str, name: str = "web", **spec: object) -> dict[str, Any]:
        template = {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "main", "image": "example/web:1"}]},
        }
        whole = {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}
        collection = f"/apis/{'batch/v1' if plural == 'jobs' else 'apps/v1'}/namespaces/app/{plural}"
        self.api.put(collection, name, spec=whole)
        return self.api.objects[f"{collection}/{name}"]

    def set_image(self, workload: dict[str, Any], image: str, waits: str = "") -> None:
        template = workload["spec"]["template"]
        template["spec"]["containers"][0]["image"] = image
        template["metadata"]["annotations"] = {"demo.bedplate/waits": waits} if waits else {}
        workload["metadata"]["generation"] += 1

    def row(self, plural: str, name: str = "web") -> Workload:
        return ROWS[plural](plural, self.api.objects[f"/apis/apps/v1/namespaces/app/{plural}/{name}"])

    def pods(self) -> list[dict[str, Any]]:
        return sorted(self.api.under("/api/v1/namespaces/app/pods"), key=lambda pod: str(pod["metadata"]["name"]))

    def statuses(self) -> list[str]:
        return [pod_row("pods", pod).status for pod in self.pods()]

    def images(self) -> list[str]:
        return [pod["spec"]["containers"][0]["image"] for pod in self.pods()]

    def nodes_of_pods(self) -> list[str]:
        return sorted(pod["spec"].get("nodeName", "") for pod in self.pods())

    def warnings(self) -> list[tuple[str, str]]:
        events = self.api.under("/api/v1/namespaces/app/events")
        return [(event["reason"], event["message"]) for event in events if event["type"] == "Warning"]

    @contextmanager
    def watching_readiness(self, plural: str, name: str = "web") -> Iterator[list[int]]:
        """Collects how many pods are ready after each single look of any actor."""
        seen: list[int] = []
        pass_by = self.pass_by

        def look(looks: int = 1, seconds: float = 0.0) -> None:
            pass_by(looks, seconds)
            seen.append(sum(pod_row("pods", pod).is_ready for pod in self.pods()))

        self.pass_by = look  # type: ignore[method-assign]
        yield seen
        self.pass_by = pass_by  # type: ignore[method-assign]
