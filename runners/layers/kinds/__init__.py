"""Every kind of resource that is watched: one file a kind, and one line here.

``CORE`` kinds are served by every cluster; ``CUSTOM`` ones come and go with their CRDs; Flux's are made from what
discovery finds (``flux.flux_kind``).
"""

from __future__ import annotations

from typing import Any

from runners.layers.kinds.base import Kind, TableKind
from runners.layers.kinds.ceph import CEPH_CLUSTERS, CEPH_OBJECT_STORES
from runners.layers.kinds.cert_manager import CERTIFICATES, CLUSTER_ISSUERS, ISSUERS
from runners.layers.kinds.events import EVENTS
from runners.layers.kinds.ingress import INGRESSCLASSES
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.longhorn_backups import (
    LONGHORN_BACKUP_TARGETS,
    LONGHORN_BACKUP_VOLUMES,
    LONGHORN_BACKUPS,
    LONGHORN_SYSTEM_BACKUPS,
)
from runners.layers.kinds.longhorn_credentials import BACKUP_CREDENTIALS
from runners.layers.kinds.longhorn_engines import (
    LONGHORN_ENGINE_IMAGES,
    LONGHORN_ENGINES,
    LONGHORN_INSTANCE_MANAGERS,
)
from runners.layers.kinds.longhorn_nodes import LONGHORN_NODES
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS, LONGHORN_SETTINGS
from runners.layers.kinds.metallb import ADDRESS_POOLS, BGP_ADVERTISEMENTS, L2_ADVERTISEMENTS
from runners.layers.kinds.monitoring import ALERTMANAGERS, PROMETHEUSES
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
    INGRESSCLASSES,
    PODS,
    EVENTS,
    BACKUP_CREDENTIALS,
)

CUSTOM: tuple[AnyKind, ...] = (
    LONGHORN_NODES,
    LONGHORN_VOLUMES,
    LONGHORN_ENGINES,
    LONGHORN_ENGINE_IMAGES,
    LONGHORN_INSTANCE_MANAGERS,
    LONGHORN_SETTINGS,
    LONGHORN_RECURRING_JOBS,
    LONGHORN_BACKUP_TARGETS,
    LONGHORN_BACKUP_VOLUMES,
    LONGHORN_BACKUPS,
    LONGHORN_SYSTEM_BACKUPS,
    TENANTS,
    CEPH_CLUSTERS,
    CEPH_OBJECT_STORES,
    ADDRESS_POOLS,
    L2_ADVERTISEMENTS,
    BGP_ADVERTISEMENTS,
    ISSUERS,
    CLUSTER_ISSUERS,
    CERTIFICATES,
    PROMETHEUSES,
    ALERTMANAGERS,
)
