from __future__ import annotations

from typing import Any

import pytest

from runners.demo.actors.builtin.nodes import DOWN
from runners.demo.actors.builtin.protection import StorageProtection
from runners.demo.actors.provisioner import Provisioner
from runners.layers.jsons import sequence, text
from runners.layers.kinds.nodes import node_row
from runners.layers.kinds.pods import pod_row
from tests.demo.world import World

CLAIMS = "/api/v1/namespaces/app/persistentvolumeclaims"
PODS = "/api/v1/namespaces/app/pods"
VOLUMES = "/api/v1/persistentvolumes"
UNBOUND = (
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. "
    "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
)


@pytest.fixture
def world() -> World:
    world = World()
    world.actors.append(StorageProtection(world.api, delays=world.delays()))
    return world


def add_pod(world: World, **spec: object) -> dict[str, Any]:
    metadata: dict[str, object] = {"annotations": {}, "labels": {}}
    containers = [{"name": "main", "image": "example/web:1"}]
    world.api.put(PODS, "web", metadata=metadata, spec={"containers": containers, **spec})
    return world.api.objects[f"{PODS}/web"]


def add_claim(world: World, **spec: object) -> dict[str, Any]:
    whole = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}, **spec}
    world.api.put(CLAIMS, "data", spec=whole)
    return world.api.objects[f"{CLAIMS}/data"]


def add_class(world: World, binding: str = "Immediate") -> None:
    metadata = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    world.api.put(
        "/apis/storage.k8s.io/v1/storageclasses",
        "longhorn",
        metadata=metadata,
        provisioner="driver.longhorn.io",
        volumeBindingMode=binding,
    )


def add_provisioner(world: World) -> None:
    collection = "/apis/apps/v1/namespaces/longhorn-system/deployments"
    template = {"metadata": {"labels": {}}, "spec": {"containers": [{"name": "csi", "image": "csi"}]}}
    world.api.put(collection, "csi-provisioner", spec={"replicas": 1, "template": template})
    world.actors.append(Provisioner(world.api, delays=world.delays()))


def scheduled(pod: dict[str, Any]) -> tuple[str, str, str]:
    (found,) = [item for item in sequence(pod, "status", "conditions") if text(item, "type") == "PodScheduled"]
    return text(found, "status"), text(found, "reason"), text(found, "message")


MOUNT = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def test_a_claim_binds_only_when_somebody_provisions(world: World) -> None:
    claim, pod = add_claim(world), add_pod(world, volumes=MOUNT)
    world.settle()
    assert (claim["status"]["phase"], pod["status"]["phase"]) == ("Pending", "Pending")
    assert scheduled(pod) == ("False", "Unschedulable", UNBOUND)
    assert world.warnings() == [("FailedScheduling", UNBOUND)]
    add_class(world)
    world.settle()
    assert claim["spec"]["storageClassName"] == "longhorn", "the default class, also for a claim that came before it"
    assert claim["status"]["phase"] == "Pending"
    add_provisioner(world)
    world.settle()
    assert (claim["status"]["phase"], claim["status"]["capacity"]) == ("Bound", {"storage": "2Gi"})
    assert world.statuses() == ["Running"]
    assert scheduled(pod)[0] == "True"


def test_a_class_that_waits_for_a_pod_provisions_where_the_pod_goes(world: World) -> None:
    add_class(world, "WaitForFirstConsumer")
    add_provisioner(world)
    claim = add_claim(world)
    world.settle()
    assert claim["status"]["phase"] == "Pending"
    pod = add_pod(world, volumes=MOUNT)
    world.settle()
    assert claim["status"]["phase"] == "Bound"
    assert text(claim["metadata"]["annotations"], "volume.kubernetes.io/selected-node") == pod["spec"]["nodeName"]
    assert world.statuses() == ["Running"]


def test_a_class_that_is_not_there_is_named(world: World) -> None:
    add_claim(world, storageClassName="fast")
    world.settle()
    assert world.warnings() == [("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found')]


def test_a_claim_that_loses_its_volume_is_lost(world: World) -> None:
    add_class(world)
    add_provisioner(world)
    claim = add_claim(world)
    world.settle()
    del world.api.objects[f"{VOLUMES}/{claim['spec']['volumeName']}"]
    world.settle()
    assert claim["status"]["phase"] == "Lost"
    assert world.warnings()[0][0] == "ClaimLost"


@pytest.mark.parametrize(
    ("policy", "source", "phase"),
    [("Retain", {"csi": {"driver": "x"}}, "Released"), ("Delete", {"nfs": {"server": "x"}}, "Failed")],
)
def test_a_volume_outlives_its_claim(world: World, policy: str, source: dict[str, object], phase: str) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "5Gi"}, "persistentVolumeReclaimPolicy": policy}
    world.api.put(VOLUMES, "disk", spec={**spec, **source})
    volume = world.api.objects[f"{VOLUMES}/disk"]
    world.settle()
    assert volume["status"]["phase"] == "Available"
    claim = add_claim(world)
    world.settle()
    assert (volume["status"]["phase"], claim["spec"]["volumeName"]) == ("Bound", "disk")
    del world.api.objects[f"{CLAIMS}/data"]
    world.settle()
    assert volume["status"]["phase"] == phase


def test_a_claim_in_use_is_held_until_its_pod_is_gone(world: World) -> None:
    claim, pod = add_claim(world), add_pod(world, volumes=MOUNT)
    world.settle()
    assert claim["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    claim["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    world.settle()
    assert claim["metadata"]["finalizers"]
    pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    world.settle()
    assert world.pods() == []
    assert claim["metadata"]["finalizers"] == []


@pytest.mark.parametrize(
    ("waits", "status", "event"),
    [
        ("ImagePullBackOff", "ImagePullBackOff", ("Failed", "Error: ImagePullBackOff")),
        (
            'CreateContainerConfigError: secret "env" not found',
            "CreateContainerConfigError",
            ("Failed", 'Error: secret "env" not found'),
        ),
        (
            "Unready",
            "Running",
            ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"),
        ),
    ],
)
def test_a_pod_that_does_not_come_up_until_its_trouble_is_over(
    world: World, waits: str, status: str, event: tuple[str, str]
) -> None:
    pod = add_pod(world)
    pod["metadata"]["annotations"]["demo.bedplate/waits"] = waits
    world.settle()
    assert world.statuses() == [status]
    assert not pod_row("pods", pod).is_ready
    assert event in world.warnings()
    del pod["metadata"]["annotations"]["demo.bedplate/waits"]
    world.settle()
    assert pod_row("pods", pod).is_ready


def test_a_pod_that_crashes_is_restarted_less_and_less_often(world: World) -> None:
    pod = add_pod(world)
    pod["metadata"]["labels"]["demo.bedplate/waits"] = "CrashLoopBackOff"
    world.settle()
    assert (world.statuses(), pod_row("pods", pod).restarts) == (["CrashLoopBackOff"], 0)
    counts = []
    for _ in range(6):
        world.pass_by(seconds=11)
        counts.append(pod_row("pods", pod).restarts)
    assert counts == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("source", "missing"),
    [({"secret": {"secretName": "env"}}, "secret"), ({"configMap": {"name": "env"}}, "configmap")],
)
def test_a_volume_that_cannot_be_mounted_keeps_the_container_from_being_made(
    world: World, source: dict[str, object], missing: str
) -> None:
    add_pod(world, volumes=[{"name": "config", **source}])
    world.settle()
    assert world.statuses() == ["ContainerCreating"]
    message = f'MountVolume.SetUp failed for volume "config" : {missing} "env" not found'
    assert world.warnings() == [("FailedMount", message)]
    world.api.put(f"/api/v1/namespaces/app/{missing}s", "env")
    world.settle()
    assert world.statuses() == ["Running"]


def test_what_is_said_again_and_again_is_one_event_with_a_count(world: World) -> None:
    add_pod(world, volumes=MOUNT)
    for _ in range(100):
        world.pass_by(seconds=10)
    (event,) = world.api.under("/api/v1/namespaces/app/events")
    assert 4 <= event["count"] <= 10


def test_a_pod_comes_up_step_by_step_at_the_stages_pace() -> None:
    world = World(pace=1)
    add_pod(world)
    seen = []
    for _ in range(100):
        world.pass_by(seconds=0.1)
        (pod,) = (pod_row("pods", obj) for obj in world.pods())
        seen.append((pod.status, pod.is_ready))
    assert list(dict.fromkeys(seen)) == [("ContainerCreating", False), ("Running", False), ("Running", True)]
    assert seen.count(("ContainerCreating", False)) >= 10


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spec": {"unschedulable": True}}, "3 node(s) were unschedulable"),
        ({"metadata": {"annotations": {DOWN: "true"}}}, "3 node(s) had untolerated taint(s)"),
    ],
)
def test_no_node_takes_a_pod(world: World, change: dict[str, dict[str, object]], reason: str) -> None:
    for number in (1, 2, 3):
        node = world.api.objects[f"/api/v1/nodes/node-{number}"]
        for part, fields in change.items():
            node[part] |= fields
    world.pass_by(2)
    pod = add_pod(world)
    world.settle()
    assert pod["status"]["phase"] == "Pending"
    assert scheduled(pod)[2].startswith(f"0/3 nodes are available: {reason}. preemption:")


def test_a_node_that_goes_down_takes_the_readiness_of_its_pods_along(world: World) -> None:
    world.workload("daemonsets")
    world.settle()
    node = world.api.objects["/api/v1/nodes/node-1"]
    node["metadata"]["annotations"] = {DOWN: "true"}
    world.settle()
    assert not node_row("nodes", node).ready
    assert world.row("daemonsets").ready == 2
    node["metadata"]["annotations"] = {}
    world.settle()
    assert node_row("nodes", node).ready
    assert world.row("daemonsets").rolled_out


def test_heartbeats_are_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.demo.actors.builtin.nodes.now", lambda: f"{world.now}")
    world.settle()
    world.api.writes.clear()
    for _ in range(60):
        world.pass_by(seconds=10)
    assert len(world.api.writes) == 6, "three nodes, twice in ten minutes"


def test_a_node_tells_of_the_images_that_its_pods_were_started_from(world: World) -> None:
    pod = add_pod(world)
    world.settle()
    node = world.api.objects[f"/api/v1/nodes/{pod['spec']['nodeName']}"]
    assert [image["names"] for image in node["status"]["images"]] == [["example/web:1"]]
    del world.api.objects[f"{PODS}/web"]
    world.settle()
    assert len(node["status"]["images"]) == 1, "it lies there although nothing runs it"
    others = [each for each in world.api.under("/api/v1/nodes") if each["metadata"]["name"] != pod["spec"]["nodeName"]]
    assert not any(each["status"].get("images") for each in others)
