"""Which pod answers for a Service now, and at which of its ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runners.cluster.connection import Connection
from runners.cluster.errors import NotFound
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.network import ENDPOINTSLICES, SERVICE_NAME, SERVICES


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod's port."""

    namespace: str
    name: str
    port: int


def pod_behind(connection: Connection, service: str, port: int) -> Pod:
    """A ready pod behind a port of a Service (``namespace/name``), as the cluster's own endpoints have it.

    Raises:
        ApiError: NotFound where there is no such Service, port, or ready pod; or the server did not answer.
    """
    namespace, _, name = service.partition("/")
    found = connection.request("GET", SERVICES.object_path(namespace, name))
    ports = [item for item in sequence(found, "spec", "ports") if integer(item, "port") == port]
    if not ports:
        raise NotFound(f"Service {service} has no port {port}")
    path = ENDPOINTSLICES.object_path(namespace, "").rstrip("/")
    listed = connection.request("GET", path, query={"labelSelector": f"{SERVICE_NAME}={name}"})
    # A slice's port goes by the name of the Service's, and has the pod's number.
    name_of_port, parts = text(ports[0], "name"), map(mapping, sequence(listed, "items"))
    first = next((pod for part in parts for pod in _ready(part, namespace, name_of_port)), None)
    if first is None:
        raise NotFound(f"no pod behind Service {service} is ready")
    return first


def _ready(part: Json, namespace: str, port_name: str) -> Iterator[Pod]:
    numbers = [integer(item, "port") for item in sequence(part, "ports") if text(item, "name") == port_name]
    for endpoint in sequence(part, "endpoints"):
        if truth(endpoint, "conditions", "ready", default=True) and text(endpoint, "targetRef", "kind") == "Pod":
            yield from (Pod(namespace, text(endpoint, "targetRef", "name"), number) for number in numbers)
