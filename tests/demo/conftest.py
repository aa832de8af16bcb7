"""Stages for the actors' tests, in memory."""

from __future__ import annotations

import pytest

from tests.demo.memory_api import MemoryApi
from tests.demo.play import TENANT, cluster


@pytest.fixture
def api() -> MemoryApi:
    """Three nodes, and what helm has made of Longhorn 1.12.1."""
    return cluster()


@pytest.fixture
def tenant(api: MemoryApi) -> MemoryApi:
    template = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "10Gi"}}}}
    pool = {"name": "pool-0", "servers": 4, "volumesPerServer": 2, "volumeClaimTemplate": template}
    spec = {"configuration": {"name": "env"}, "pools": [pool]}
    api.put(TENANT.rpartition("/")[0], "tenant", spec=spec)
    api.put("/apis/apps/v1/namespaces/minio-operator/deployments", "minio-operator", spec={"replicas": 2})
    return api
