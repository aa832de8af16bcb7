from __future__ import annotations

import pytest

from runners.demo.actors.minio import MinioOperator
from runners.layers.jsons import text
from tests.demo.memory_api import MemoryApi
from tests.demo.play import TENANT, play


def test_a_tenant_is_brought_on_in_the_operators_words(tenant: MemoryApi) -> None:
    operator = MinioOperator(tenant)
    operator.act()
    assert "status" not in tenant.objects[TENANT]
    tenant.controllers()
    operator.act()
    assert text(tenant.objects[TENANT], "status", "currentState") == "Tenant credentials are not set properly"
    tenant.put("/api/v1/namespaces/minio-tenant/secrets", "env")
    operator.act()
    assert text(tenant.objects[TENANT], "status", "currentState") == "Provisioning MinIO Statefulset"
    pool = tenant.objects["/apis/apps/v1/namespaces/minio-tenant/statefulsets/tenant-pool-0"]
    pool["status"] = {"replicas": 4, "readyReplicas": 1}
    operator.act()
    assert text(tenant.objects[TENANT], "status", "currentState") == "Waiting for Pods to be ready"
    play(tenant, operator, looks=2)
    status = tenant.objects[TENANT]["status"]
    assert (status["currentState"], status["healthStatus"], status["drivesOnline"]) == ("Initialized", "green", 8)


@pytest.mark.parametrize(("ready", "health"), [(3, "yellow"), (2, "red")])
def test_an_initialized_tenant_shows_lost_servers_in_its_health(tenant: MemoryApi, ready: int, health: str) -> None:
    tenant.put("/api/v1/namespaces/minio-tenant/secrets", "env")
    operator = MinioOperator(tenant)
    play(tenant, operator)
    pool = tenant.objects["/apis/apps/v1/namespaces/minio-tenant/statefulsets/tenant-pool-0"]
    pool["status"] |= {"readyReplicas": ready}
    operator.act()
    status = tenant.objects[TENANT]["status"]
    assert (status["currentState"], status["healthStatus"]) == ("Initialized", health)
    assert status["drivesOffline"] == 8 - 2 * ready
