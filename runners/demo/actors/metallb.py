"""Plays MetalLB's controller: Services of type LoadBalancer get addresses from its pools, and lose them with these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network
from itertools import chain

from runners.demo.actors import resources as res
from runners.demo.actors.base import Actor
from runners.demo.actors.workloads import deployment_ready
from runners.layers.jsons import Json, sequence, strings, text

NAMESPACE = "metallb-system"
CONTROLLER = "metallb-controller"


class MetalLb(Actor):
    """The controller; it acts only while its Deployment is available."""

    name = "metallb"

    def act(self) -> None:
        """Gives each Service that asks for an address the first free one, and takes back what is in no pool."""
        if not deployment_ready(self.api.get(res.DEPLOYMENTS, NAMESPACE, CONTROLLER)):
            return
        ranges = [
            each for pool in self.api.list(res.ADDRESS_POOLS, NAMESPACE) for each in strings(pool, "spec", "addresses")
        ]
        services = [each for each in self.api.list(res.SERVICES) if text(each, "spec", "type") == "LoadBalancer"]
        free = _free(ranges, chain.from_iterable(map(_given, services)))
        for service in services:
            given = _given(service)
            if given and not all(_within(address, ranges) for address in given):
                self.api.patch(res.SERVICES, service, {"status": {"loadBalancer": {"ingress": None}}}, "status")
            elif not given and (address := next(free, "")):
                self.api.set_status(res.SERVICES, service, {"loadBalancer": {"ingress": [{"ip": address}]}})


def _given(service: Json) -> tuple[str, ...]:
    return tuple(text(item, "ip") for item in sequence(service, "status", "loadBalancer", "ingress"))


def _free(ranges: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    used = set(taken)
    for each in ranges:
        first, last = _ends(each)
        yield from (address for number in range(first, last + 1) if (address := str(ip_address(number))) not in used)


def _within(address: str, ranges: Iterable[str]) -> bool:
    return any(first <= int(ip_address(address)) <= last for first, last in map(_ends, ranges))


def _ends(written: str) -> tuple[int, int]:
    """The first and the last address of ``a-b`` or of a CIDR, as numbers."""
    first, dash, last = written.partition("-")
    if dash:
        return int(ip_address(first.strip())), int(ip_address(last.strip()))
    network = ip_network(written, strict=False)
    return int(network[0]), int(network[-1])
