from __future__ import annotations

import pytest

from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.provisioner import Provisioner
from runners.layers.jsons import dig, integer, sequence, text
from tests.demo.memory_api import MemoryApi
from tests.demo.play import CLASS_TEXT, CLASSES, CORE, CRS, LONGHORN, claim, only, play, pod, release


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


def test_the_charts_values_are_written_over_a_persons(api: MemoryApi) -> None:
    orphans = f"{CRS}/settings/orphan-resource-auto-deletion"
    defaults = {"default-setting.yaml": "orphan-resource-auto-deletion: replica-data"}
    api.put(f"{CORE}/configmaps", "longhorn-default-setting", data=defaults)
    longhorn = Longhorn(api, storage_delay=0)
    play(api, longhorn)
    assert text(api.objects[orphans], "value") == "replica-data"
    api.objects[orphans]["value"] = ""
    play(api, longhorn)
    assert text(api.objects[orphans], "value") == "replica-data", "Longhorn writes it again"
    del api.objects[f"{CORE}/configmaps/longhorn-default-setting"]
    api.objects[orphans]["value"] = ""
    play(api, longhorn)
    assert text(api.objects[orphans], "value") == ""


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


def test_a_broken_replica_degrades_its_volume_until_it_is_rebuilt(api: MemoryApi) -> None:
    now = [0.0]
    longhorn = Longhorn(api, storage_delay=0, delays=Delays(clock=lambda: now[0]))
    actors = (longhorn, Provisioner(api))
    claim(api)
    pod(api)
    play(api, *actors)
    longhorn.fail_replica(only(api, f"{CRS}/volumes")["metadata"]["name"], "node-1")
    play(api, *actors)
    assert text(only(api, f"{CRS}/volumes"), "status", "robustness") == "degraded"
    modes = sorted(only(api, f"{CRS}/engines")["status"]["replicaModeMap"].values())
    assert modes == ["RW", "RW", "WO"]
    now[0] = 16
    play(api, *actors)
    assert text(only(api, f"{CRS}/volumes"), "status", "robustness") == "healthy"
    events = [(event["type"], event["reason"]) for event in api.under(f"{CORE}/events")]
    assert events == [("Warning", "Degraded"), ("Normal", "Healthy")]


def test_a_volume_that_lost_every_node_is_salvaged_when_one_returns(api: MemoryApi) -> None:
    actors = (Longhorn(api, storage_delay=0), Provisioner(api))
    claim(api)
    pod(api)
    play(api, *actors)
    for status in ("False", "True"):
        for number in (1, 2, 3):
            api.objects[f"/api/v1/nodes/node-{number}"]["status"]["conditions"][0]["status"] = status
        play(api, *actors)
        wanted = {"False": "faulted", "True": "healthy"}[status]
        assert text(only(api, f"{CRS}/volumes"), "status", "robustness") == wanted


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
