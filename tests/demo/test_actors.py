from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from runners.demo.actors.base import Actor
from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.longhorn_volume_objects import bytes_of
from runners.demo.actors.minio import MinioOperator
from runners.demo.actors.probe import LABEL, NONCE, Prober
from runners.demo.actors.provisioner import Provisioner
from runners.layers.jsons import dig, integer, sequence, text
from tests.demo.memory_api import MemoryApi

LONGHORN = "/apis/apps/v1/namespaces/longhorn-system"
CORE = "/api/v1/namespaces/longhorn-system"
CRS = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
TENANT = "/apis/minio.min.io/v2/namespaces/minio-tenant/tenants/tenant"
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


@pytest.fixture
def api() -> MemoryApi:
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
        "containers": [{"name": "main", "env": [{"name": NONCE, "value": "f00d"}]}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
    }
    status = {"phase": "Running", "containerStatuses": [{"name": "main", "state": {"running": {}}}]}
    api.put(f"/api/v1/namespaces/{namespace}/pods", name, metadata=metadata, spec=spec, status=status)


def only(api: MemoryApi, collection: str) -> dict[str, Any]:
    (found,) = api.under(collection)
    return found


def test_storage_comes_last(api: MemoryApi) -> None:
    longhorn = Longhorn(api, storage_delay=0)
    longhorn.may_offer_storage.clear()
    play(api, longhorn)
    assert f"{LONGHORN}/deployments/csi-provisioner" in api.objects
    assert sequence(api.objects["/apis/storage.k8s.io/v1/csinodes/node-1"], "spec", "drivers")
    assert not list(api.under(CLASSES))
    longhorn.may_offer_storage.set()
    play(api, longhorn)
    storage_class = only(api, CLASSES)
    assert dig(storage_class, "metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == "true"


@pytest.mark.parametrize("status", ["pending-install", "failed"])
def test_nothing_is_made_before_helm_has_succeeded(api: MemoryApi, status: str) -> None:
    release(api, status)
    play(api, Longhorn(api, storage_delay=0))
    assert not api.writes


def test_nothing_is_made_while_the_manager_is_not_ready(api: MemoryApi) -> None:
    longhorn = Longhorn(api, storage_delay=0)
    for _ in range(4):
        longhorn.act()
    assert not api.writes


def test_a_changed_class_is_deleted_and_made_again(api: MemoryApi) -> None:
    longhorn = Longhorn(api, storage_delay=0)
    play(api, longhorn)
    before = only(api, CLASSES)["metadata"]["uid"]
    api.objects[f"{CORE}/configmaps/longhorn-storageclass"]["data"]["storageclass.yaml"] = CLASS_TEXT.replace(
        '"3"', '"2"'
    )
    play(api, longhorn)
    after = only(api, CLASSES)
    assert after["metadata"]["uid"] != before
    assert after["parameters"] == {"numberOfReplicas": "2"}


def test_a_volume_lives_as_long_as_its_claim(api: MemoryApi) -> None:
    actors = (Longhorn(api, storage_delay=0), Provisioner(api))
    claim(api)
    play(api, *actors)
    volume = only(api, f"{CRS}/volumes")
    assert (text(volume, "status", "state"), text(volume, "status", "robustness")) == ("detached", "unknown")
    assert text(volume, "spec", "size") == str(2 * 2**30)
    assert dig(volume, "status", "kubernetesStatus", "pvcName") == "data"

    pod(api)
    play(api, *actors)
    volume, engine = only(api, f"{CRS}/volumes"), only(api, f"{CRS}/engines")
    assert (text(volume, "status", "state"), text(volume, "status", "robustness")) == ("attached", "healthy")
    assert (text(volume, "status", "currentNodeID"), text(engine, "status", "currentState")) == ("node-2", "running")
    assert {text(replica, "spec", "nodeID") for replica in api.under(f"{CRS}/replicas")} == {
        "node-1",
        "node-2",
        "node-3",
    }

    del api.objects["/api/v1/namespaces/app/pods/web"]
    play(api, *actors)
    volume, engine = only(api, f"{CRS}/volumes"), only(api, f"{CRS}/engines")
    assert text(volume, "status", "state") == "detached"
    assert not dig(engine, "status", "replicaModeMap")

    del api.objects["/api/v1/namespaces/app/persistentvolumeclaims/data"]
    play(api, *actors)
    for plural in ("volumes", "engines", "replicas"):
        assert not list(api.under(f"{CRS}/{plural}"))
    assert not list(api.under("/api/v1/persistentvolumes"))


@pytest.mark.parametrize(("down", "robustness"), [(1, "degraded"), (3, "faulted")])
def test_nodes_that_go_down_degrade_and_then_fault_a_volume(api: MemoryApi, down: int, robustness: str) -> None:
    actors = (Longhorn(api, storage_delay=0), Provisioner(api))
    claim(api)
    pod(api)
    play(api, *actors)
    for number in range(1, down + 1):
        api.objects[f"/api/v1/nodes/node-{number}"]["status"]["conditions"][0]["status"] = "False"
    play(api, *actors)
    assert text(only(api, f"{CRS}/volumes"), "status", "robustness") == robustness


def test_an_upgraded_manager_leaves_the_engines_of_volumes_to_a_person(api: MemoryApi) -> None:
    actors = (Longhorn(api, storage_delay=0), Provisioner(api))
    claim(api)
    pod(api)
    play(api, *actors)
    manager = api.objects[f"{LONGHORN}/daemonsets/longhorn-manager"]
    manager["spec"]["template"]["spec"]["containers"][0]["image"] = "longhornio/longhorn-manager:v1.13.0"
    play(api, *actors)
    images = {text(image, "status", "version"): image for image in api.under(f"{CRS}/engineimages")}
    assert {version: integer(image, "status", "refCount") for version, image in images.items()} == {
        "v1.12.1": 1,
        "v1.13.0": 0,
    }
    assert text(only(api, f"{CRS}/volumes"), "status", "currentImage") == "longhornio/longhorn-engine:v1.12.1"
    (volume,) = [path for path in api.objects if path.startswith(f"{CRS}/volumes/")]
    api.objects[volume]["spec"]["image"] = "longhornio/longhorn-engine:v1.13.0"
    play(api, *actors)
    assert text(api.objects[volume], "status", "currentImage") == "longhornio/longhorn-engine:v1.13.0"


def test_what_the_manager_made_goes_with_the_release_and_not_with_a_lost_daemonset(api: MemoryApi) -> None:
    longhorn = Longhorn(api, storage_delay=0)
    play(api, longhorn)
    manager = api.objects.pop(f"{LONGHORN}/daemonsets/longhorn-manager")
    play(api, longhorn)
    assert list(api.under(CLASSES))
    del api.objects[f"{CORE}/secrets/sh.helm.release.v1.longhorn.v1"]
    play(api, longhorn)
    assert not list(api.under(CLASSES))
    assert not list(api.under(f"{LONGHORN}/deployments"))
    assert manager["metadata"]["name"] == "longhorn-manager"


def test_a_person_keeps_what_they_changed(api: MemoryApi) -> None:
    longhorn = Longhorn(api, storage_delay=0)
    play(api, longhorn)
    api.objects[f"{CRS}/nodes/node-1"]["spec"]["allowScheduling"] = False
    api.objects[f"{CRS}/settings/deleting-confirmation-flag"]["value"] = "true"
    play(api, longhorn)
    node = api.objects[f"{CRS}/nodes/node-1"]
    states = {text(item, "type"): text(item, "status") for item in sequence(node, "status", "conditions")}
    assert (states["Ready"], states["Schedulable"]) == ("True", "False")
    assert api.objects[f"{CRS}/settings/deleting-confirmation-flag"]["value"] == "true"


@pytest.fixture
def tenant(api: MemoryApi) -> MemoryApi:
    template = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "10Gi"}}}}
    pool = {"name": "pool-0", "servers": 4, "volumesPerServer": 2, "volumeClaimTemplate": template}
    spec = {"configuration": {"name": "env"}, "pools": [pool]}
    api.put(TENANT.rpartition("/")[0], "tenant", spec=spec)
    api.put("/apis/apps/v1/namespaces/minio-operator/deployments", "minio-operator", spec={"replicas": 2})
    return api


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


def test_a_probe_reports_its_nonce_only_when_its_claim_is_bound(api: MemoryApi) -> None:
    claim(api)
    pod(api, labels={LABEL: "true"})
    prober = Prober(api)
    prober.act()
    probe = api.objects["/api/v1/namespaces/app/pods/web"]
    assert text(probe, "status", "phase") == "Running"
    api.objects["/api/v1/namespaces/app/persistentvolumeclaims/data"]["status"] = {"phase": "Bound"}
    prober.act()
    ended = dig(sequence(probe, "status", "containerStatuses")[0], "state", "terminated", "message")
    assert (text(probe, "status", "phase"), ended) == ("Succeeded", "f00d")


def test_other_pods_are_left_alone(api: MemoryApi) -> None:
    pod(api)
    Prober(api).act()
    assert not api.writes


def test_nothing_is_written_once_everything_is_as_it_should_be(tenant: MemoryApi) -> None:
    actors = everything(tenant)
    tenant.writes.clear()
    play(tenant, *actors)
    assert tenant.writes == []


def test_every_field_that_is_written_is_one_of_the_real_crds(tenant: MemoryApi) -> None:
    everything(tenant)
    known = fields()
    seen = set()
    for path, obj in tenant.objects.items():
        if path.startswith(CRS) or path == TENANT:
            plural = path.split("/")[-2]
            seen.add(plural)
            unknown = [name for name in written(plural, obj) if not allowed(name, known)]
            assert unknown == [], plural
    assert seen == {"volumes", "engines", "replicas", "nodes", "engineimages", "backuptargets", "settings", "tenants"}


def everything(api: MemoryApi) -> tuple[Actor, ...]:
    """Plays all actors until a pod uses a volume and a tenant is initialized."""
    api.put("/api/v1/namespaces/minio-tenant/secrets", "env")
    claim(api)
    pod(api, labels={LABEL: "true"})
    pod(api, "other")
    actors = (Longhorn(api, storage_delay=0), Provisioner(api), MinioOperator(api), Prober(api))
    play(api, *actors, looks=12)
    return actors


def fields() -> Mapping[str, set[str]]:
    lines = (Path(__file__).parent / "crd_fields.txt").read_text().splitlines()
    pairs = [line.split(": ") for line in lines if not line.startswith("#")]
    return {level: set(names.split()) for level, names in pairs}


def written(level: str, value: object) -> Iterator[tuple[str, str]]:
    """Level and name of each field below an object; lists add no level."""
    if isinstance(value, list):
        for item in value:
            yield from written(level, item)
    elif isinstance(value, Mapping):
        for name, below in value.items():
            if level.count(".") == 0 and name == "metadata":
                continue
            if level == "tenants" and name == "spec":
                continue
            yield level, name
            yield from written(f"{level}.{name}", below)


def allowed(field: tuple[str, str], known: Mapping[str, set[str]]) -> bool:
    level, name = field
    for pattern, names in known.items():
        parts, wanted = level.split("."), pattern.split(".")
        if len(parts) == len(wanted) and all(w in ("*", p) for p, w in zip(parts, wanted, strict=True)):
            return name in names or "*" in names
    # A map of objects: its keys are free.
    return any(pattern.startswith(f"{level}.*") for pattern in known)


def test_an_unknown_field_would_be_seen() -> None:
    assert not allowed(("volumes.status", "mood"), fields())
    assert not allowed(("nodes.status.diskStatus.default-disk", "mood"), fields())
    assert allowed(("nodes.status.diskStatus", "default-disk"), fields())


@pytest.mark.parametrize(("quantity", "size"), [("10Gi", 10 * 2**30), ("5G", 5 * 10**9), ("512", 512), ("much", 0)])
def test_quantities(quantity: str, size: int) -> None:
    assert bytes_of(quantity) == size


def test_a_cast_survives_a_server_that_refuses(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing(MemoryApi):
        def request(self, method: str, path: str, **_: object) -> Any:
            raise ConnectionError("the line is cut")

    longhorn = Longhorn(Refusing())
    with Cast([longhorn]) as cast:
        deadline = time.monotonic() + 5
        while not cast.troubles and time.monotonic() < deadline:
            time.sleep(0.01)
    assert cast.troubles == ("longhorn-manager: ConnectionError: the line is cut",)
    assert "the line is cut" in caplog.text
