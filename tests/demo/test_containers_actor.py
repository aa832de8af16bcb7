"""What pods log in the demo: once each, in the order in which it happens, for as long as they are there."""

from __future__ import annotations

from runners.demo.actors.builtin.containers import Containers
from tests.demo.memory_api import MemoryApi

PODS = "/api/v1/namespaces/web/pods"


def test_each_container_says_once_that_it_starts_and_that_it_is_ready() -> None:
    api, said = MemoryApi(), list[tuple[str, str, str]]()
    actor = Containers(api, lambda namespace, pod, line: said.append((namespace, pod, line)))
    spec = {"nodeName": "node-1", "containers": [{"name": "web", "image": "web:1"}, {"name": "log", "image": "log:2"}]}
    pod = api.put(PODS, "web-0", spec=spec, status={"phase": "Pending"})
    actor.act()
    assert said == []
    live = api.objects[f"{PODS}/web-0"]
    live["status"] = {"phase": "Running"}
    actor.act()
    actor.act()
    assert [(namespace, name) for namespace, name, _ in said] == [("web", "web-0")] * 2
    assert all('msg="starting"' in line and line.endswith("node=node-1\n") for _, _, line in said)
    live["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    actor.act()
    assert ['msg="ready"' in line for _, _, line in said] == [False, False, True, True]
    assert "image=log:2" in said[-1][2]
    del api.objects[f"{PODS}/web-0"]
    actor.act()
    api.put(PODS, "web-0", spec=pod["spec"], status={"phase": "Running"})
    actor.act()
    assert len(said) == 6, "another pod of the same name speaks for itself"
