"""Small worlds for the rules' tests: rows as a store would hold them, made from few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.flux_git import Origin
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.longhorn_backups import BackupTarget, SystemBackup
from runners.layers.kinds.longhorn_engines import InstanceManager
from runners.layers.kinds.longhorn_nodes import LonghornNode
from runners.layers.kinds.longhorn_settings import RecurringJob, Setting
from runners.layers.kinds.metallb import AddressPool, Advertisement
from runners.layers.kinds.nodes import Node
from runners.layers.kinds.releases import Revision
from runners.layers.kinds.storage import Claim, CsiNode, StorageClass
from runners.layers.kinds.tenants import Tenant
from runners.layers.kinds.workloads import Workload

NOW = 1_800_000_000.0
LONG_AGO = NOW - 86_400


def node(name: str, *, ready: bool = True) -> Node:
    return Node("nodes", "", name, f"uid-{name}", LONG_AGO, ready=ready, schedulable=True, version="v1.37.2")


def csinode(name: str, *drivers: str) -> CsiNode:
    return CsiNode("csinodes", "", name, f"uid-{name}", LONG_AGO, drivers=drivers)


def storage_class(name: str, provisioner: str = "driver.longhorn.io") -> StorageClass:
    return StorageClass(
        "storageclasses", "", name, f"uid-{name}", LONG_AGO, provisioner, "Delete", "Immediate", True, True
    )


def workload(
    kind: str,
    namespace: str,
    name: str,
    ready: int = 1,
    wanted: int = 1,
    stuck: str = "",
    *,
    updated: int | None = None,
    at: float = LONG_AGO,
) -> Workload:
    return Workload(
        kind,
        namespace,
        name,
        f"uid-{name}",
        at,
        wanted=wanted,
        ready=ready,
        updated=wanted if updated is None else updated,
        observed=True,
        stuck=stuck,
        release="",
        app_version="v2.9.5" if namespace == "flux-system" else "",
    )


def release(namespace: str, name: str, status: str = "deployed", revision: int = 1, at: float = LONG_AGO) -> Revision:
    secret = f"sh.helm.release.v1.{name}.v{revision}"
    return Revision("releases", namespace, secret, f"uid-{secret}", at, name, revision, status, 0.0)


def longhorn_node(name: str, *, ready: bool = True, allowed: bool = True) -> LonghornNode:
    return LonghornNode(
        "longhorn-nodes",
        "longhorn-system",
        name,
        f"uid-lh-{name}",
        LONG_AGO,
        ready=ready,
        schedulable=ready and allowed,
        reason="" if ready else "kubelet stopped posting",
        allowed=allowed,
    )


def longhorn_volume(name: str, robustness: str) -> LonghornVolume:
    return LonghornVolume(
        "longhorn-volumes",
        "longhorn-system",
        name,
        f"uid-{name}",
        LONG_AGO,
        state="attached",
        robustness=robustness,
        size=2**30,
        replicas=3,
        image="",
        claim="apps/data",
        node="node-1",
    )


def instance_manager(node: str, state: str = "running") -> InstanceManager:
    name = f"instance-manager-{node}"
    return InstanceManager(
        "longhorn-instancemanagers", "longhorn-system", name, f"uid-{name}", LONG_AGO, state, node, "im:v1.12.1", "v1"
    )


def backup_target(url: str, *, secret: str = "", available: bool = True, message: str = "") -> BackupTarget:
    kind = "longhorn-backuptargets"
    return BackupTarget(kind, "longhorn-system", "default", "uid-target", LONG_AGO, url, secret, available, message)


def setting(name: str, value: str) -> Setting:
    return Setting("longhorn-settings", "longhorn-system", name, f"uid-{name}", LONG_AGO, value, applied=True)


def system_backup() -> SystemBackup:
    kind = "longhorn-systembackups"
    return SystemBackup(kind, "longhorn-system", "first-day", "uid-sb", LONG_AGO, "Ready", "v1.12.1", LONG_AGO, "")


def recurring_job() -> RecurringJob:
    kind = "longhorn-recurringjobs"
    return RecurringJob(kind, "longhorn-system", "nightly", "uid-rj", LONG_AGO, "backup", "0 2 * * *", ("default",), 7)


def claim(namespace: str, name: str, status: str = "Bound") -> Claim:
    return Claim(
        "persistentvolumeclaims", namespace, name, f"uid-{name}", LONG_AGO, status, "pv", "1Gi", "RWO", "longhorn"
    )


def tenant(state: str = "Initialized", health: str = "green") -> Tenant:
    return Tenant("tenants", "minio-tenant", "minio-tenant", "uid-t", LONG_AGO, state, health, "", 4, 0)


def plural(singular: str) -> str:
    lower = singular.lower()
    return f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}s"


def flux_object(
    singular: str,
    name: str,
    *,
    ready: str = "True",
    suspended: bool = False,
    reason: str = "ReconciliationSucceeded",
    namespace: str = "flux-system",
    since: float = 0.0,
    **more: Any,
) -> FluxObject:
    return replace(
        _flux_object(singular, name, ready, suspended, reason, namespace, since),
        **more,
    )


def _flux_object(
    singular: str, name: str, ready: str, suspended: bool, reason: str, namespace: str, since: float
) -> FluxObject:
    applies = singular in ("Kustomization", "HelmRelease")
    return FluxObject(
        plural(singular),
        namespace,
        name,
        f"uid-{singular}-{name}",
        LONG_AGO,
        singular=singular,
        ready=ready,
        reason=reason,
        message="dependency 'flux-system/metallb' is not ready" if reason == "DependencyNotReady" else "",
        revision="main@sha1:3d2789eb2958f4966cacfced8a3c5214aaf69ad7",
        suspended=suspended,
        observed=True,
        path="./clusters/rig" if name == "flux-system" else "",
        source="GitRepository/flux-system/flux-system" if applies else "",
        depends_on=(),
        reconciling=False,
        since=since,
    )


def synced_world(path: str = "./clusters/home", url: str = "ssh://git@git.home/infra.git") -> list[Row]:
    """Flux as bootstrap leaves it: its controllers, and a source and a Kustomization that are ready."""
    return [
        *(workload("deployments", "flux-system", name) for name in FLUX_CONTROLLERS),
        flux_object("GitRepository", "flux-system", origin=Origin(url, "main")),
        flux_object("Kustomization", "flux-system", path=path),
    ]


FLUX_CONTROLLERS = ("helm-controller", "kustomize-controller", "notification-controller", "source-controller")
NODES = ("node-1", "node-2", "node-3")
CSI = ("csi-attacher", "csi-provisioner", "csi-resizer", "csi-snapshotter")
ENGINE = "longhornio/longhorn-engine:v1.12.1"
ENGINE_DAEMONSET = "engine-image-ei-b907910b"


def longhorn_world(*, storage: bool = True) -> list[Row]:
    """Longhorn as it is when all is well, or just after helm's success, before its manager has made storage."""
    rows: list[Row] = [
        *(node(name) for name in NODES),
        release("longhorn-system", "longhorn"),
        workload("daemonsets", "longhorn-system", "longhorn-manager", 3, 3),
        workload("deployments", "longhorn-system", "longhorn-driver-deployer"),
    ]
    if storage:
        rows += [workload("deployments", "longhorn-system", name, 3, 3) for name in CSI]
        rows += [
            workload("daemonsets", "longhorn-system", name, 3, 3) for name in ("longhorn-csi-plugin", ENGINE_DAEMONSET)
        ]
        rows += [instance_manager(name) for name in NODES]
        rows += [backup_target("nfs://nas.example.org:/backups"), setting("default-engine-image", ENGINE)]
        rows += [system_backup(), recurring_job()]
        rows += [csinode(name, "driver.longhorn.io") for name in NODES]
        rows += [longhorn_node(name) for name in NODES]
        rows.append(storage_class("longhorn"))
    return rows


def minio_world() -> list[Row]:
    return [
        release("minio-operator", "minio-operator"),
        release("minio-tenant", "minio-tenant"),
        workload("deployments", "minio-operator", "minio-operator"),
        workload("statefulsets", "minio-tenant", "minio-tenant-pool-0", 4, 4),
        tenant(),
        claim("minio-tenant", "data0"),
    ]


def pool(name: str = "home", *addresses: str, free: int | None = None) -> AddressPool:
    found = addresses or ("192.168.1.240-192.168.1.250",)
    return AddressPool("ipaddresspools", "metallb-system", name, f"uid-{name}", LONG_AGO, found, 1, free)


def advertisement(*pools: str, kind: str = "l2advertisements", selects: bool = False) -> Advertisement:
    return Advertisement(kind, "metallb-system", "home", f"uid-{kind}", LONG_AGO, pools, selects)


def metallb_world() -> list[Row]:
    return [
        workload("deployments", "metallb-system", "metallb-controller"),
        workload("daemonsets", "metallb-system", "metallb-speaker", 3, 3),
        pool(),
        advertisement(),
    ]


def without(rows: list[Row], name: str) -> list[Row]:
    """A world in which one object is gone."""
    left = [row for row in rows if row.name != name]
    assert len(left) < len(rows), name
    return left


def fresh(row: Revision) -> Revision:
    """The same revision, made just now."""
    return replace(row, created=NOW - 5)
