from __future__ import annotations

from typing import Any

from runners.demo.actors.metallb import MetalLb
from tests.demo.memory_api import MemoryApi

POOLS = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"
SERVICES = "/api/v1/namespaces/apps/services"
DEPLOYMENTS = "/apis/apps/v1/namespaces/metallb-system/deployments"


def cluster(*ranges: str, services: int = 1) -> tuple[MemoryApi, MetalLb]:
    api = MemoryApi()
    api.put(
        DEPLOYMENTS, "metallb-controller", metadata={"generation": 1},
        spec={"replicas": 1}, status={"observedGeneration": 1, "availableReplicas": 1},
    )  # fmt: skip
    if ranges:
        api.put(POOLS, "home", spec={"addresses": list(ranges)})
    for number in range(services):
        api.put(SERVICES, f"web-{number}", spec={"type": "LoadBalancer"})
    return api, MetalLb(api)


def addresses(api: MemoryApi) -> list[Any]:
    return [service.get("status", {}).get("loadBalancer", {}).get("ingress") for service in api.under(SERVICES)]


def test_services_get_addresses_until_none_is_left() -> None:
    api, actor = cluster("10.0.0.1-10.0.0.2", services=3)
    actor.act()
    assert addresses(api) == [[{"ip": "10.0.0.1"}], [{"ip": "10.0.0.2"}], None]
    before = len(api.writes)
    actor.act()
    assert len(api.writes) == before


def test_an_address_goes_with_its_pool_and_another_pool_gives_one() -> None:
    api, actor = cluster("10.0.0.0/30")
    actor.act()
    assert addresses(api) == [[{"ip": "10.0.0.0"}]]
    api.objects[f"{POOLS}/home"]["spec"]["addresses"] = ["10.1.0.7-10.1.0.7"]
    actor.act()
    assert addresses(api) == [None]
    actor.act()
    assert addresses(api) == [[{"ip": "10.1.0.7"}]]


def test_without_its_controller_or_a_pool_nothing_is_given() -> None:
    api, actor = cluster()
    actor.act()
    assert addresses(api) == [None]
    api, actor = cluster("10.0.0.1-10.0.0.2")
    del api.objects[f"{DEPLOYMENTS}/metallb-controller"]
    actor.act()
    assert addresses(api) == [None]
