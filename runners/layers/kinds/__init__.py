"""Every kind of resource that is watched: one file a kind, and one line here.

``CORE`` kinds are served by every cluster; ``CUSTOM`` ones come and go with their CRDs; Flux's are made from what
discovery finds (``flux.flux_kind``).
"""

from __future__ import annotations

from typing import Any

from runners.layers.kinds.base import Kind, TableKind
from runners.layers.kinds.ceph import CEPH_CLUSTERS, CEPH_OBJECT_STORES
from runners.layers.kinds.events import EVENTS
from runners.layers.kinds.longhorn import LONGHORN_ENGINES, LONGHORN_NODES, LONGHORN_VOLUMES
from runners.layers.kinds.network import ENDPOINTSLICES, SERVICES
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.releases import RELEASES
from runners.layers.kinds.storage import CLAIMS, CSINODES, STORAGECLASSES, VOLUMES
from runners.layers.kinds.tenants import TENANTS
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS

# A registry holds kinds of different rows; each kind's own functions agree on theirs.
AnyKind = Kind[Any]
AnyTable = TableKind[Any]

CORE: tuple[AnyKind, ...] = (
    NODES,
    STORAGECLASSES,
    RELEASES,
    DEPLOYMENTS,
    DAEMONSETS,
    STATEFULSETS,
    CSINODES,
    VOLUMES,
    CLAIMS,
    SERVICES,
    ENDPOINTSLICES,
    PODS,
    EVENTS,
)

CUSTOM: tuple[AnyKind, ...] = (
    LONGHORN_NODES,
    LONGHORN_VOLUMES,
    LONGHORN_ENGINES,
    TENANTS,
    CEPH_CLUSTERS,
    CEPH_OBJECT_STORES,
)
