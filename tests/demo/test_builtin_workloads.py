from __future__ import annotations

import re

import pytest

from runners.demo.actors.builtin.rollout import Budget, Size, budget, recreated, rolled
from runners.layers.jsons import sequence, text
from tests.demo.world import World


@pytest.fixture
def world() -> World:
    return World()


def conditions(obj: object) -> dict[str, tuple[str, str]]:
    found = sequence(obj, "status", "conditions")
    return {text(item, "type"): (text(item, "status"), text(item, "reason")) for item in found}


def test_a_deployment_becomes_pods_that_are_spread_and_ready(world: World) -> None:
    deployment = world.workload("deployments", replicas=3)
    world.settle()
    row = world.row("deployments")
    assert (row.wanted, row.ready, row.updated, row.rolled_out) == (3, 3, 3, True)
    assert world.statuses() == ["Running"] * 3
    assert world.nodes_of_pods() == ["node-1", "node-2", "node-3"]
    letters = "[bcdfghjklmnpqrstvwxz2456789]"
    assert all(re.fullmatch(f"web-{letters}{{10}}-{letters}{{5}}", pod["metadata"]["name"]) for pod in world.pods())
    assert conditions(deployment) == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }
    assert deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "1"


def test_nothing_is_written_once_all_is_as_it_should_be(world: World) -> None:
    for plural in ("deployments", "statefulsets", "daemonsets", "jobs"):
        world.workload(plural, name=plural)
    world.settle()
    world.api.writes.clear()
    world.pass_by(5)
    assert world.api.writes == []


@pytest.mark.parametrize("plural", ["deployments", "statefulsets", "daemonsets"])
def test_a_rolling_update_ends_with_new_pods_and_leaves_enough_ready_meanwhile(world: World, plural: str) -> None:
    workload = world.workload(plural, replicas=3)
    world.settle()
    world.set_image(workload, "example/web:2")
    with world.watching_readiness(plural) as ready:
        world.settle()
    assert world.images() == ["example/web:2"] * 3
    assert world.row(plural).rolled_out
    assert min(ready) >= (3 if plural == "deployments" else 2)


def test_a_rollback_takes_the_old_replicaset_again(world: World) -> None:
    deployment = world.workload("deployments")
    world.settle()
    world.set_image(deployment, "example/web:2")
    world.settle()
    world.set_image(deployment, "example/web:1")
    del deployment["spec"]["template"]["metadata"]["annotations"]
    world.settle()
    assert len(list(world.api.under("/apis/apps/v1/namespaces/app/replicasets"))) == 2
    assert world.images() == ["example/web:1"]
    assert deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"


def test_a_stuck_image_stays_pending_and_the_old_pods_serve_on(world: World) -> None:
    deployment = world.workload("deployments", replicas=3, progressDeadlineSeconds=60)
    world.settle()
    world.set_image(deployment, "example/web:none", waits="ImagePullBackOff")
    world.settle()
    assert sorted(world.statuses()) == ["ImagePullBackOff", "Running", "Running", "Running"]
    row = world.row("deployments")
    assert (row.ready, row.updated, row.rolled_out, row.stuck) == (3, 1, False, "")
    assert ("Failed", "Error: ImagePullBackOff") in world.warnings()
    world.pass_by(2, seconds=61)
    assert world.row("deployments").stuck == "ProgressDeadlineExceeded"
    world.set_image(deployment, "example/web:1.1")
    world.settle()
    assert world.images() == ["example/web:1.1"] * 3
    assert world.row("deployments").stuck == ""


@pytest.mark.parametrize("plural", ["deployments", "statefulsets"])
@pytest.mark.parametrize("replicas", [0, 1, 5])
def test_scaling(world: World, plural: str, replicas: int) -> None:
    workload = world.workload(plural, replicas=3)
    world.settle()
    workload["spec"]["replicas"] = replicas
    workload["metadata"]["generation"] += 1
    world.settle()
    assert world.statuses() == ["Running"] * replicas
    assert world.row(plural).rolled_out


def test_a_daemonset_has_a_pod_on_each_node_that_it_selects(world: World) -> None:
    spec = {"containers": [{"name": "main", "image": "a"}], "nodeSelector": {"disk": "ssd"}}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": spec}
    world.workload("daemonsets", template=template)
    world.settle()
    assert world.pods() == []
    world.api.objects["/api/v1/nodes/node-2"]["metadata"]["labels"]["disk"] = "ssd"
    world.settle()
    assert world.nodes_of_pods() == ["node-2"]
    world.api.objects["/api/v1/nodes/node-2"]["metadata"]["labels"]["disk"] = "hdd"
    world.settle()
    assert world.pods() == []


def test_statefulset_pods_come_in_order_with_claims_of_their_own(world: World) -> None:
    world.workload("statefulsets", replicas=2, volumeClaimTemplates=[{"metadata": {"name": "data"}, "spec": {}}])
    world.settle()
    assert [pod["metadata"]["name"] for pod in world.pods()] == ["web-0"], "the second waits for the first"
    claims = [claim["metadata"]["name"] for claim in world.api.under("/api/v1/namespaces/app/persistentvolumeclaims")]
    assert claims == ["data-web-0"]


def test_a_parallel_statefulset_makes_all_pods_at_once(world: World) -> None:
    templates = [{"metadata": {"name": "data"}, "spec": {}}]
    world.workload("statefulsets", replicas=2, podManagementPolicy="Parallel", volumeClaimTemplates=templates)
    world.settle()
    assert world.statuses() == ["Pending", "Pending"]


def test_a_job_runs_to_its_end(world: World) -> None:
    job = world.workload("jobs")
    world.settle()
    assert conditions(job)["Complete"] == ("True", "CompletionsReached")
    assert (job["status"]["succeeded"], world.statuses()) == (1, ["Completed"])


def test_a_pod_that_somebody_deletes_is_made_again(world: World) -> None:
    world.workload("deployments")
    world.settle()
    (before,) = world.pods()
    del world.api.objects[f"/api/v1/namespaces/app/pods/{before['metadata']['name']}"]
    world.settle()
    (after,) = world.pods()
    assert after["metadata"]["name"] != before["metadata"]["name"]


def size(wanted: int, available: int | None = None) -> Size:
    return Size(wanted, wanted, wanted if available is None else available)


@pytest.mark.parametrize(
    ("replicas", "new", "olds", "sizes"),
    [
        (3, size(0), [size(3)], (1, [3])),
        (3, size(1, 0), [size(3)], (1, [3])),
        (3, size(1), [size(3)], (1, [2])),
        (3, size(1), [size(2)], (2, [2])),
        (3, size(3), [size(0)], (3, [0])),
        (3, size(0), [size(1, 0), size(3)], (0, [0, 3])),
        (1, size(5), [], (1, [])),
        (0, size(2), [size(1)], (0, [0])),
    ],
)
def test_how_a_rollout_goes_on(replicas: int, new: Size, olds: list[Size], sizes: tuple[int, list[int]]) -> None:
    assert rolled(replicas, new, olds, Budget(surge=1, unavailable=0)) == sizes


def test_recreating_waits_until_the_old_is_gone() -> None:
    assert recreated(2, Size(0, 0, 0), [size(2)]) == (0, [0])
    assert recreated(2, Size(0, 0, 0), [Size(0, 1, 0)]) == (0, [0])
    assert recreated(2, Size(0, 0, 0), [Size(0, 0, 0)]) == (2, [0])


@pytest.mark.parametrize(
    ("strategy", "allowed"),
    [
        ({}, Budget(1, 0)),
        ({"maxSurge": 0, "maxUnavailable": 1}, Budget(0, 1)),
        ({"maxSurge": "50%", "maxUnavailable": "50%"}, Budget(2, 1)),
        ({"maxSurge": 0, "maxUnavailable": 0}, Budget(0, 1)),
    ],
)
def test_what_a_strategy_allows_of_three(strategy: dict[str, object], allowed: Budget) -> None:
    assert budget({"spec": {"strategy": {"rollingUpdate": strategy}}}, 3) == allowed
