"""Services and their EndpointSlices: under which address something is reached, and whether anybody answers there."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head

SERVICE_NAME = "kubernetes.io/service-name"
"""The label by which an EndpointSlice says whose it is."""


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a Service or of an EndpointSlice."""

    name: str
    number: int
    protocol: str

    def __str__(self) -> str:
        """As kubectl writes it: ``9000/TCP``."""
        return f"{self.number}/{self.protocol}"


@dataclass(frozen=True, slots=True)
class Service(Row):
    """One Service."""

    type: str
    cluster_ip: str
    """``None`` in words where it is headless; empty while none was given."""
    addresses: tuple[str, ...]
    """What its load balancer gave it: IP addresses or host names."""
    ports: tuple[Port, ...]
    selects: bool
    """It has a selector; without one somebody else writes its endpoints."""

    balancer_class: str = ""
    """Whose load balancer it asks for (``spec.loadBalancerClass``); empty: the usual one's."""

    @property
    def waits_for_address(self) -> bool:
        """It is of type LoadBalancer, and nobody has given it an address."""
        return self.type == "LoadBalancer" and not self.addresses


def _ports(found: object, *path: str) -> tuple[Port, ...]:
    return tuple(
        Port(text(item, "name"), integer(item, "port"), text(item, "protocol", default="TCP"))
        for item in sequence(found, *path)
    )


def service_row(kind: str, obj: Json) -> Service:
    """The row of a decoded Service."""
    given = (text(item, "ip") or text(item, "hostname") for item in sequence(obj, "status", "loadBalancer", "ingress"))
    return Service(
        *head(kind, obj),
        type=text(obj, "spec", "type", default="ClusterIP"),
        cluster_ip=text(obj, "spec", "clusterIP"),
        addresses=tuple(filter(None, given)),
        ports=_ports(obj, "spec", "ports"),
        selects=bool(mapping(obj, "spec", "selector")),
        balancer_class=text(obj, "spec", "loadBalancerClass"),
    )


def _external(row: Service, _now: float) -> str:
    return ",".join(row.addresses) or ("<pending>" if row.waits_for_address else "–")


SERVICES: Kind[Service] = Kind(
    id="services",
    table="services",
    group="",
    version="v1",
    plural="services",
    singular="Service",
    row=service_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("TYPE", lambda row, _now: row.type),
        Column("CLUSTER-IP", lambda row, _now: row.cluster_ip or "–", drop=1),
        Column("EXTERNAL-IP", _external, toned=True),
        Column("PORTS", lambda row, _now: ",".join(map(str, row.ports)) or "–", drop=2),
        AGE,
    ),
    tone=lambda row: Tone.MOVING if row.waits_for_address else Tone.PLAIN,
    aliases=("svc", "service"),
)


@dataclass(frozen=True, slots=True)
class EndpointSlice(Row):
    """A part of a Service's endpoints."""

    service: str
    """Name of the Service, in the same namespace; empty where it is nobody's."""
    ready: int
    total: int
    ports: tuple[Port, ...]


def endpointslice_row(kind: str, obj: Json) -> EndpointSlice:
    """The row of a decoded EndpointSlice; an endpoint that says nothing of itself is ready, as the API has it."""
    endpoints = sequence(obj, "endpoints")
    return EndpointSlice(
        *head(kind, obj),
        service=text(mapping(obj, "metadata", "labels"), SERVICE_NAME),
        ready=sum(truth(item, "conditions", "ready", default=True) for item in endpoints),
        total=len(endpoints),
        ports=_ports(obj, "ports"),
    )


ENDPOINTSLICES: Kind[EndpointSlice] = Kind(
    id="endpointslices",
    table="endpointslices",
    group="discovery.k8s.io",
    version="v1",
    plural="endpointslices",
    singular="EndpointSlice",
    row=endpointslice_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("SERVICE", lambda row, _now: row.service or "–"),
        Column("READY", lambda row, _now: f"{row.ready}/{row.total}", toned=True),
        Column("PORTS", lambda row, _now: ",".join(map(str, row.ports)) or "–", drop=1),
        AGE,
    ),
    tone=lambda row: Tone.MOVING if row.ready < row.total else Tone.PLAIN,
    aliases=("eps", "endpointslice"),
)
