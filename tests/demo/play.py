"""What the actors' tests put on the stage, and how they let the actors play."""

from __future__ import annotations

from typing import Any

from runners.demo.actors.base import Actor
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.minio import MinioOperator
from runners.demo.actors.probe import LABEL, Prober
from runners.demo.actors.provisioner import Provisioner
from tests.demo.memory_api import MemoryApi

LONGHORN = "/apis/apps/v1/namespaces/longhorn-system"
CORE = "/api/v1/namespaces/longhorn-system"
CRS = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
TENANT = "/apis/minio.min.io/v2/namespaces/minio-tenant/tenants/tenant"
SCRIPT = 'printf %s "$NONCE" > /data/nonce && sync && cat /data/nonce > /dev/termination-log'
CLASS_TEXT = """\
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata:
  name: longhorn
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
provisioner: driver.longhorn.io
reclaimPolicy: Delete
parameters: {numberOfReplicas: "3"}
"""


def cluster() -> MemoryApi:
    """Three nodes, and what helm has made of Longhorn 1.12.1."""
    api = MemoryApi()
    for number in (1, 2, 3):
        api.put("/api/v1/nodes", f"node-{number}", status={"conditions": [{"type": "Ready", "status": "True"}]})
    manager = {"containers": [{"name": "longhorn-manager", "image": "longhornio/longhorn-manager:v1.12.1"}]}
    api.put(f"{LONGHORN}/daemonsets", "longhorn-manager", spec={"template": {"spec": manager}})
    api.put(f"{CORE}/configmaps", "longhorn-storageclass", data={"storageclass.yaml": CLASS_TEXT})
    release(api, "deployed")
    return api


def release(api: MemoryApi, status: str) -> None:
    labels = {"owner": "helm", "name": "longhorn", "status": status}
    path = f"{CORE}/secrets/sh.helm.release.v1.longhorn.v1"
    api.objects.pop(path, None)
    api.put(f"{CORE}/secrets", "sh.helm.release.v1.longhorn.v1", metadata={"labels": labels})


def play(api: MemoryApi, *actors: Actor, looks: int = 8) -> None:
    for _ in range(looks):
        api.controllers()
        for actor in actors:
            actor.act()


def claim(api: MemoryApi, name: str = "data", namespace: str = "app") -> None:
    spec = {
        "storageClassName": "longhorn",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "2Gi"}},
    }
    api.put(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims", name, spec=spec, status={"phase": "Pending"})


def pod(api: MemoryApi, name: str = "web", namespace: str = "app", **metadata: object) -> None:
    spec = {
        "nodeName": "node-2",
        "containers": [
            {
                "name": "main",
                "command": ["/bin/sh", "-c", SCRIPT],
                "env": [{"name": "NONCE", "value": "f00d"}],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }
        ],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
    }
    status = {"phase": "Running", "containerStatuses": [{"name": "main", "state": {"running": {}}}]}
    api.put(f"/api/v1/namespaces/{namespace}/pods", name, metadata=metadata, spec=spec, status=status)


def only(api: MemoryApi, collection: str) -> dict[str, Any]:
    (found,) = api.under(collection)
    return found


def everything(api: MemoryApi) -> tuple[Actor, ...]:
    """Plays all actors until a pod uses a volume, a tenant is initialized, and backups are made."""
    defaults = "backup-target: nfs://nas.example.com:/backups"
    api.put(f"{CORE}/configmaps", "longhorn-default-resource", data={"default-resource.yaml": defaults})
    job = {"name": "nightly", "task": "backup", "cron": "0 2 * * *", "groups": ["default"], "retain": 7}
    api.put(f"{CRS}/recurringjobs", "nightly", spec=job)
    api.put(f"{CRS}/systembackups", "first-day", spec={"volumeBackupPolicy": "if-not-present"})
    api.put("/api/v1/namespaces/minio-tenant/secrets", "env")
    claim(api)
    pod(api, labels={LABEL: "true"})
    pod(api, "other")
    actors = (Longhorn(api, storage_delay=0), Provisioner(api), MinioOperator(api), Prober(api))
    play(api, *actors, looks=12)
    return actors
