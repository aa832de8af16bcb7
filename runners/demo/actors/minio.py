"""Plays the MinIO operator: Services and a StatefulSet for each pool of a tenant, and a status in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.api import by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.workloads import deployment_ready
from runners.layers.jsons import Json, integer, mapping, sequence, text
from runners.layers.quantities import bytes_of

NAMESPACE = "minio-operator"
OPERATOR = "minio-operator"

INITIALIZED = "Initialized"
PROVISIONING = "Provisioning MinIO Statefulset"
WAITING = "Waiting for Pods to be ready"
NO_CREDENTIALS = "Tenant credentials are not set properly"

_TENANT, _POOL = "v1.min.io/tenant", "v1.min.io/pool"


class MinioOperator(Actor):
    """The operator; it acts only while its Deployment is available."""

    name = "minio-operator"

    def act(self) -> None:
        """Brings every tenant one step on."""
        tenants = self.api.list(res.TENANTS)
        operators = by_name(self.api.list(res.DEPLOYMENTS)) if tenants else {}
        if tenants and deployment_ready(operators.get(OPERATOR)):
            for tenant in tenants:
                self._bring_on(tenant)

    def _bring_on(self, tenant: Json) -> None:
        namespace = text(tenant, "metadata", "namespace")
        configuration = text(tenant, "spec", "configuration", "name")
        if not configuration or self.api.get(res.SECRETS, namespace, configuration) is None:
            self.api.set_status(res.TENANTS, tenant, _status(tenant, NO_CREDENTIALS, ()))
            return
        services = by_name(self.api.list(res.SERVICES, namespace))
        for service in _services(tenant):
            self.api.ensure(res.SERVICES, service, services.get(text(service, "metadata", "name")))
        known = by_name(self.api.list(res.STATEFULSETS, namespace))
        pools = []
        for index, pool in enumerate(sequence(tenant, "spec", "pools")):
            wanted = _statefulset(tenant, mapping(pool), index)
            name = text(wanted, "metadata", "name")
            # Only what may change: a StatefulSet's claim templates can't.
            keeps = {"spec": {"replicas": integer(pool, "servers")}} if name in known else wanted
            pools.append(self.api.ensure(res.STATEFULSETS, keeps, known.get(name)))
        self.api.set_status(res.TENANTS, tenant, _status(tenant, _state(tenant, pools), pools))


def _state(tenant: Json, pools: Sequence[Json]) -> str:
    """Once initialized, a tenant stays so: what is missing later shows in its health."""
    if text(tenant, "status", "currentState") == INITIALIZED:
        return INITIALIZED
    if any(integer(pool, "status", "replicas") == 0 for pool in pools):
        return PROVISIONING
    ready = all(integer(pool, "status", "readyReplicas") >= integer(pool, "spec", "replicas") for pool in pools)
    return INITIALIZED if ready else WAITING


def _status(tenant: Json, state: str, pools: Sequence[Json]) -> Json:
    drives = online = servers = capacity = 0
    for pool, statefulset in zip(sequence(tenant, "spec", "pools"), pools, strict=False):
        per_server = integer(pool, "volumesPerServer", default=1)
        ready = integer(statefulset, "status", "readyReplicas")
        servers += ready
        drives += integer(pool, "servers") * per_server
        online += ready * per_server
        size = text(pool, "volumeClaimTemplate", "spec", "resources", "requests", "storage")
        capacity += integer(pool, "servers") * per_server * bytes_of(size)
    quorum = drives // 2 + 1 if drives else 0
    health = "green" if online == drives else "yellow" if online >= quorum else "red"
    status: dict[str, object] = {
        "currentState": state,
        "availableReplicas": servers,
        "certificates": {"autoCertEnabled": False},
        "pools": [
            {"ssName": text(pool, "metadata", "name"), "state": "PoolInitialized" if servers else "PoolCreated"}
            for pool in pools
        ],
        "revision": 0,
        "syncVersion": "v6.0.0",
    }
    if state == INITIALIZED:
        status |= {
            "healthStatus": health,
            "drivesOnline": online,
            "drivesOffline": drives - online,
            "drivesHealing": 0,
            "writeQuorum": quorum,
            "usage": {"rawCapacity": capacity},
        }
    return status


def _services(tenant: Json) -> Sequence[Json]:
    name, namespace = text(tenant, "metadata", "name"), text(tenant, "metadata", "namespace")
    api, console = {"name": "http-minio", "port": 80, "targetPort": 9000}, {"name": "http-console", "port": 9090}
    headless = {"name": "http-minio", "port": 9000}
    return [
        _service("minio", namespace, name, {"ports": [api]}),
        _service(f"{name}-console", namespace, name, {"ports": [console]}),
        _service(f"{name}-hl", namespace, name, {"ports": [headless], "clusterIP": "None"}),
    ]


def _service(name: str, namespace: str, tenant: str, spec: dict[str, object]) -> Json:
    labels = {_TENANT: tenant}
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {**spec, "selector": labels},
    }


def _statefulset(tenant: Json, pool: Json, index: int) -> Json:
    name, namespace = text(tenant, "metadata", "name"), text(tenant, "metadata", "namespace")
    pool_name = text(pool, "name", default=f"pool-{index}")
    labels = {_TENANT: name, _POOL: pool_name}
    template = mapping(pool, "volumeClaimTemplate")
    volumes = [
        f"{text(template, 'metadata', 'name', default='data')}{number}"
        for number in range(integer(pool, "volumesPerServer", default=1))
    ]
    container = {
        "name": "minio",
        "image": text(tenant, "spec", "image", default="minio/minio"),
        "volumeMounts": [{"name": volume, "mountPath": f"/export{number}"} for number, volume in enumerate(volumes)],
    }
    owner = {
        "apiVersion": res.TENANTS.api_version,
        "kind": res.TENANTS.kind,
        "name": name,
        "uid": text(tenant, "metadata", "uid"),
        "controller": True,
    }
    return {
        "metadata": {
            "name": f"{name}-{pool_name}",
            "namespace": namespace,
            "labels": labels,
            "ownerReferences": [owner],
        },
        "spec": {
            "replicas": integer(pool, "servers"),
            "serviceName": f"{name}-hl",
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [
                {"metadata": {"name": volume}, "spec": mapping(template, "spec")} for volume in volumes
            ],
        },
    }
