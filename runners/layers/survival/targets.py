"""Does a backup target lie in the cluster that it backs up? Then it dies with it: the circular trap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

from runners.layers.jsons import Json, mapping, sequence, strings, text
from runners.layers.kinds.longhorn_backups import BackupTarget

_HOST = re.compile(r"(?:\w+://)?(?:[^@/]*@)?(?:\[(?P<address>[^]/]+)\]|(?P<name>[^:/?#\s]+))")
_SERVICE_NAMES = (".svc", ".svc.cluster.local", ".cluster.local")


def target_host(target: BackupTarget, endpoints: str) -> str:
    """The host that a target's data goes to; empty where the provider's own is meant.

    Args:
        target: the target.
        endpoints: ``AWS_ENDPOINTS`` of its credentials, which an S3 URL does not have; empty for the provider's own.
    """
    where = endpoints.split(",")[0].strip() if target.url.startswith("s3:") else target.url
    found = _HOST.match(where)
    return (found["address"] or found["name"]).lower() if found else ""


def is_address(host: str) -> bool:
    """Is it an IP address, so that only the cluster's Services can tell whose?"""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def inside(host: str, services: Iterable[Json]) -> str:
    """How it is known that a host is the cluster's own; empty when it isn't, as far as can be seen.

    Args:
        host: a name or an address.
        services: the cluster's Services; needed for an address only.
    """
    if not is_address(host):
        return f"{host} is a Service" if host.endswith(_SERVICE_NAMES) else ""
    for service in services:
        name = f"{text(service, 'metadata', 'namespace')}/{text(service, 'metadata', 'name')}"
        if host in _addresses(service):
            return f"{host} is Service {name}"
    return ""


def _addresses(service: Json) -> set[str]:
    given = {text(item, "ip") for item in sequence(mapping(service, "status", "loadBalancer"), "ingress")}
    spec = mapping(service, "spec")
    return {*given, text(spec, "clusterIP"), text(spec, "loadBalancerIP"), *strings(spec, "externalIPs")} - {"", "None"}
