"""Every component that is known by name: one file each, and one line here."""

from __future__ import annotations

from dataclasses import replace

from runners.layers.components.base import Component
from runners.layers.components.ceph_rgw import CEPH_RGW
from runners.layers.components.cert_manager import CERT_MANAGER
from runners.layers.components.common import judge_plain
from runners.layers.components.flux import FLUX
from runners.layers.components.flux_operator import FLUX_INSTANCE, FLUX_OPERATOR
from runners.layers.components.gitops import service
from runners.layers.components.haproxy import HAPROXY
from runners.layers.components.longhorn import LONGHORN
from runners.layers.components.metallb import METALLB
from runners.layers.components.minio import MINIO
from runners.layers.components.monitoring import MONITORING
from runners.layers.components.object_storage import GARAGE, RUSTFS, SEAWEEDFS
from runners.layers.picture import Layer

KNOWN: dict[str, Component] = {
    component.name: component
    for component in (
        LONGHORN,
        MINIO,
        GARAGE,
        SEAWEEDFS,
        RUSTFS,
        CEPH_RGW,
        FLUX_OPERATOR,
        FLUX_INSTANCE,
        FLUX,
        METALLB,
        CERT_MANAGER,
        HAPROXY,
        MONITORING,
    )
}
"""By name, in the order in which they come up."""


def foundation(name: str, namespaces: tuple[str, ...]) -> Component:
    """A foundation component by name; one that isn't known is judged by its workloads alone."""
    known = KNOWN.get(name)
    if known is not None and known.layer is Layer.FOUNDATION:
        return known
    return Component(name, Layer.FOUNDATION, namespaces, judge_plain)


_ALSO_CALLED = {
    "haproxy": HAPROXY,
    "kubernetes-ingress": HAPROXY,
    "kube-prometheus-stack": MONITORING,
    "prometheus-stack": MONITORING,
}
"""What people call the Flux objects of components that are known by another name."""


def gitops(name: str) -> Component:
    """A GitOps component by name; one that isn't known is judged by the Flux objects of that name."""
    known = KNOWN.get(name)
    if known is not None and known.layer is Layer.GITOPS:
        return known
    return replace(_ALSO_CALLED[name], name=name) if name in _ALSO_CALLED else service(name)
