"""Plays the external provisioner of Longhorn's CSI driver: a PersistentVolume for each claim that waits for one."""

from __future__ import annotations

from runners.demo.actors import resources as res
from runners.demo.actors.api import by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.longhorn_objects import DRIVER, NAMESPACE
from runners.demo.actors.workloads import deployment_ready
from runners.layers.jsons import Json, mapping, sequence, text

_SELECTED_NODE = "volume.kubernetes.io/selected-node"
_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"


class Provisioner(Actor):
    """csi-provisioner: makes volumes for claims, and removes those whose claim is gone."""

    name = "csi-provisioner"

    def act(self) -> None:
        """Serves what waits, as soon as its own Deployment is there."""
        classes = {
            name: obj
            for name, obj in by_name(self.api.list(res.STORAGECLASSES)).items()
            if text(obj, "provisioner") == DRIVER
        }
        volumes = by_name(self.api.list(res.VOLUMES))
        waiting = [claim for claim in self.api.list(res.CLAIMS) if _waits(claim, classes, volumes)] if classes else []
        released = [volume for volume in volumes.values() if _released(volume)]
        if not (waiting or released) or not self._deployed():
            return
        for claim in waiting:
            volume = _volume(claim, classes[text(claim, "spec", "storageClassName")])
            self.api.ensure(res.VOLUMES, volume, None)
        for volume in released:
            self.api.delete(res.VOLUMES, volume)

    def _deployed(self) -> bool:
        return deployment_ready(self.api.get(res.DEPLOYMENTS, NAMESPACE, "csi-provisioner"))


def _waits(claim: Json, classes: dict[str, Json], volumes: dict[str, Json]) -> bool:
    storage_class = classes.get(text(claim, "spec", "storageClassName"))
    if storage_class is None or text(claim, "spec", "volumeName") or text(claim, "metadata", "deletionTimestamp"):
        return False
    if text(storage_class, "volumeBindingMode") == "WaitForFirstConsumer" and not text(
        claim, "metadata", "annotations", _SELECTED_NODE
    ):
        return False
    return _volume_name(claim) not in volumes


def _released(volume: Json) -> bool:
    """Its claim is gone, it is Longhorn's, and its class said that it goes along."""
    return (
        text(volume, "metadata", "annotations", _PROVISIONED_BY) == DRIVER
        and text(volume, "status", "phase") == "Released"
        and text(volume, "spec", "persistentVolumeReclaimPolicy") == "Delete"
        and not text(volume, "metadata", "deletionTimestamp")
    )


def _volume_name(claim: Json) -> str:
    return f"pvc-{text(claim, 'metadata', 'uid')}"


def _volume(claim: Json, storage_class: Json) -> Json:
    """The claim's volume. ``claimRef.uid`` is what makes the controller-manager bind the two, and keep them bound."""
    name = _volume_name(claim)
    reference = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": text(claim, "metadata", "namespace"),
        "name": text(claim, "metadata", "name"),
        "uid": text(claim, "metadata", "uid"),
        "resourceVersion": text(claim, "metadata", "resourceVersion"),
    }
    parameters = mapping(storage_class, "parameters")
    spec = {
        "accessModes": list(sequence(claim, "spec", "accessModes")),
        "capacity": {"storage": text(claim, "spec", "resources", "requests", "storage")},
        "claimRef": reference,
        "csi": {
            "driver": DRIVER,
            "volumeHandle": name,
            "fsType": text(parameters, "fsType", default="ext4"),
            "volumeAttributes": {key: text(parameters, key) for key in parameters if text(parameters, key)},
        },
        "persistentVolumeReclaimPolicy": text(storage_class, "reclaimPolicy", default="Delete"),
        "storageClassName": text(storage_class, "metadata", "name"),
        "volumeMode": text(claim, "spec", "volumeMode", default="Filesystem"),
    }
    return {"metadata": {"name": name, "annotations": {_PROVISIONED_BY: DRIVER}}, "spec": spec}
