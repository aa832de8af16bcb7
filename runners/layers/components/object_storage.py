"""The S3 role, whichever server plays it: workloads that are out, claims that are bound, a Service where one answers.

A server of which nothing more is known than that is judged here; MinIO and Ceph say more of themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from runners.layers.components.base import Component, Judgement, Scene
from runners.layers.components.common import claim_findings, judge_workloads, unseen
from runners.layers.components.releases import halted, in_flight, settling
from runners.layers.findings import Finding, Severity, worst
from runners.layers.kinds import AnyKind
from runners.layers.kinds.network import ENDPOINTSLICES, SERVICES, Port, Service
from runners.layers.kinds.storage import CLAIMS
from runners.layers.picture import Layer

S3 = "s3"
"""The role, and what its probe is called."""
S3_KINDS: tuple[AnyKind, ...] = (CLAIMS, SERVICES, ENDPOINTSLICES)


@dataclass(frozen=True, slots=True)
class Offer:
    """By what one of a Service's ports is known as a server's S3 port."""

    numbers: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()

    def port(self, service: Service) -> Port | None:
        """The port of a Service that speaks S3; None where none does."""
        return next((port for port in service.ports if port.name in self.names or port.number in self.numbers), None)

    def services(self, services: Iterable[Service]) -> list[Service]:
        """The Services that offer S3, the likeliest first: what has an address of its own before what is headless."""
        offering = (service for service in services if self.port(service) is not None)
        return sorted(offering, key=lambda service: (service.cluster_ip == "None", service.namespace, service.name))


OFFERS = {
    "minio": Offer(frozenset({9000}), frozenset({"http-minio", "https-minio", "minio", "s3"})),
    "garage": Offer(frozenset({3900}), frozenset({"s3-api", "s3"})),
    "seaweedfs": Offer(frozenset({8333}), frozenset({"swfs-s3", "s3"})),
    "rustfs": Offer(frozenset({9000}), frozenset({"endpoint", "s3", "http-rustfs"})),
    "ceph-rgw": Offer(names=frozenset({"http", "https"})),
}
"""By component: what the charts of these servers call their S3 port."""


def judge(scene: Scene) -> Judgement:
    """Releases and workloads, the claims they stand on, and the Service where S3 is offered."""
    return with_s3(scene, judge_workloads(scene))


def with_s3(scene: Scene, plain: Judgement, *own: Finding, details: tuple[str, ...] = ()) -> Judgement:
    """A judgement with what every S3 server is asked, and what a server says of itself (``own``)."""
    if plain.absent or plain.unseen:
        return plain
    found = (*own, *claim_findings(scene), *endpoint_findings(scene))
    waits = worst(found) >= Severity.WARNING and (settling(scene) or in_flight(scene)) and not halted(scene)
    return replace(
        plain,
        findings=(*unseen(scene, S3_KINDS), *plain.findings, *found),
        details=(*details, *plain.details),
        progressing=plain.progressing or waits,
    )


def endpoint_findings(scene: Scene) -> Iterator[Finding]:
    """Services that offer S3 and behind which nobody answers, or whose load balancer has no address."""
    ready: dict[tuple[str, str], int] = {}
    for part in scene.rows.within(ENDPOINTSLICES, scene.namespaces):
        at = (part.namespace, part.service)
        ready[at] = ready.get(at, 0) + part.ready
    offer = OFFERS.get(scene.name, Offer())
    for service in offer.services(scene.rows.within(SERVICES, scene.namespaces)):
        about = f"Service {service.namespace}/{service.name}"
        # Where no slice is seen, nobody has counted yet: a cluster's own controller makes one for each Service.
        if ready.get((service.namespace, service.name), 1) == 0:
            text = "has no ready endpoint: S3 answers nobody"
            yield Finding(about, Severity.BLOCKER, text, "look at the pods behind it", about=service.key)
        elif service.waits_for_address:
            text = "has no load balancer address: it is reached inside the cluster only"
            yield Finding(about, Severity.NOTE, text, about=service.key)


def object_store(name: str, *namespaces: str) -> Component:
    """A server of the S3 role of which no more is known than where it lives and what its S3 port is called."""
    return Component(name, Layer.FOUNDATION, namespaces, judge, probe=S3)


GARAGE = object_store("garage", "garage")
SEAWEEDFS = object_store("seaweedfs", "seaweedfs")
RUSTFS = object_store("rustfs", "rustfs")
