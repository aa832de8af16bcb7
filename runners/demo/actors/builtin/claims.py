"""Plays the binder of the controller-manager: claims and PersistentVolumes find each other, and lose each other."""

from __future__ import annotations

from collections.abc import Mapping

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import is_deleted
from runners.demo.actors.builtin.scheduler import SELECTED_NODE
from runners.demo.actors.delays import Delays
from runners.demo.actors.events import Recorder
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.quantities import bytes_of

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_BOUND, _BOUND_BY_US = "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"
_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
_PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"


class ClaimBinder(Actor):
    """Binds claims and volumes; volumes for claims are made by provisioners."""

    name = "persistentvolume-controller"

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        """Takes the connection and how long things take."""
        super().__init__(connection, delays=delays)
        self._events = Recorder(self.api, self.delays, self.name)

    def act(self) -> None:
        """Looks at every volume, then at every claim."""
        claims = {(text(c, "metadata", "namespace"), text(c, "metadata", "name")): c for c in self.api.list(res.CLAIMS)}
        volumes = by_name(self.api.list(res.VOLUMES))
        if not claims and not volumes:
            return
        classes = by_name(self.api.list(res.STORAGECLASSES))
        free = {}
        for name, volume in volumes.items():
            if self._keep_volume(volume, claims):
                free[name] = volume
        for claim in claims.values():
            if text(claim, "spec", "volumeName"):
                self._keep_bound(claim, volumes)
            elif not is_deleted(claim):
                self._bind(claim, free, classes)

    def _keep_volume(self, volume: Json, claims: Mapping[tuple[str, str], Json]) -> bool:
        """Brings one volume's phase up to date; is it free for a claim?"""
        reference = mapping(volume, "spec", "claimRef")
        claim = claims.get((text(reference, "namespace"), text(reference, "name")))
        uid = text(reference, "uid")
        if not reference or (claim is None and not uid):
            self.api.set_status(res.VOLUMES, volume, {"phase": "Available"})
            return not reference and not is_deleted(volume)
        if claim is None or uid not in ("", text(claim, "metadata", "uid")):
            self.api.set_status(res.VOLUMES, volume, _released(volume))
        elif text(claim, "spec", "volumeName") in ("", text(volume, "metadata", "name")):
            self._join(claim, volume)
        return False

    def _join(self, claim: Json, volume: Json) -> None:
        """Writes on both sides that they belong together; each write is skipped where it stands already."""
        reference = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": text(claim, "metadata", "namespace"),
            "name": text(claim, "metadata", "name"),
            "uid": text(claim, "metadata", "uid"),
        }
        volume = self.api.ensure(res.VOLUMES, {"spec": {"claimRef": reference}}, volume)
        self.api.set_status(res.VOLUMES, volume, {"phase": "Bound"})
        wanted = {
            "metadata": {"annotations": {_BOUND: "yes", _BOUND_BY_US: "yes"}},
            "spec": {"volumeName": text(volume, "metadata", "name")},
        }
        claim = self.api.ensure(res.CLAIMS, wanted, claim)
        modes = list(sequence(volume, "spec", "accessModes"))
        capacity = dict(mapping(volume, "spec", "capacity"))
        self.api.set_status(res.CLAIMS, claim, {"phase": "Bound", "accessModes": modes, "capacity": capacity})

    def _keep_bound(self, claim: Json, volumes: Mapping[str, Json]) -> None:
        volume = volumes.get(text(claim, "spec", "volumeName"))
        if volume is None and text(mapping(claim, "metadata", "annotations"), _BOUND):
            self.api.set_status(res.CLAIMS, claim, {"phase": "Lost"})
            message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
            self._events.warn(res.CLAIMS, claim, "ClaimLost", message)
        elif volume is None or not mapping(volume, "spec", "claimRef"):
            # Asked for by name: it waits for that volume, or takes it.
            self.api.set_status(res.CLAIMS, claim, {"phase": "Pending"})
            if volume is not None:
                self._join(claim, volume)

    def _bind(self, claim: Json, free: dict[str, Json], classes: Mapping[str, Json]) -> None:
        if mapping(claim, "spec").get("storageClassName") is None and (default := _default(classes)):
            claim = self.api.patch(res.CLAIMS, claim, {"spec": {"storageClassName": default}})
        fitting = [volume for volume in free.values() if _fits(volume, claim)]
        if fitting:
            volume = min(fitting, key=_size)
            del free[text(volume, "metadata", "name")]
            self._join(claim, volume)
            return
        self.api.set_status(res.CLAIMS, claim, {"phase": "Pending"})
        self._explain(claim, classes)

    def _explain(self, claim: Json, classes: Mapping[str, Json]) -> None:
        """Says why a claim waits, as the controller does."""
        name = text(claim, "spec", "storageClassName")
        if not name:
            message = "no persistent volumes available for this claim and no storage class is set"
            self._events.note(res.CLAIMS, claim, "FailedBinding", message)
            return
        storage_class = classes.get(name)
        if storage_class is None:
            message = f'storageclass.storage.k8s.io "{name}" not found'
            self._events.warn(res.CLAIMS, claim, "ProvisioningFailed", message)
            return
        provisioner = text(storage_class, "provisioner")
        chosen = text(mapping(claim, "metadata", "annotations"), SELECTED_NODE)
        if text(storage_class, "volumeBindingMode") == "WaitForFirstConsumer" and not chosen:
            message = "waiting for first consumer to be created before binding"
            self._events.note(res.CLAIMS, claim, "WaitForFirstConsumer", message)
            return
        self.api.ensure(res.CLAIMS, {"metadata": {"annotations": {_PROVISIONER: provisioner}}}, claim)
        message = (
            f"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by "
            "the system administrator. If volume creation is delayed, please verify that the provisioner is running "
            "and correctly registered."
        )
        self._events.note(res.CLAIMS, claim, "ExternalProvisioning", message)


def _released(volume: Json) -> Json:
    """The status of a volume whose claim is gone; one that nobody can delete as it should be has failed."""
    name, annotations = text(volume, "metadata", "name"), mapping(volume, "metadata", "annotations")
    deletes = text(volume, "spec", "persistentVolumeReclaimPolicy") == "Delete"
    if not deletes or mapping(volume, "spec", "csi") or text(annotations, _PROVISIONED_BY):
        return {"phase": "Released"}
    message = f'error getting deleter volume plugin for volume "{name}": no deletable volume plugin matched'
    return {"phase": "Failed", "reason": "VolumeFailedDelete", "message": message}


def _default(classes: Mapping[str, Json]) -> str:
    """The newest of the classes that are marked as the default."""
    marked = [c for c in classes.values() if text(mapping(c, "metadata", "annotations"), _DEFAULT) == "true"]
    newest = max(marked, key=lambda item: text(item, "metadata", "creationTimestamp"), default=None)
    return text(newest, "metadata", "name")


def _fits(volume: Json, claim: Json) -> bool:
    modes = sequence(volume, "spec", "accessModes")
    return (
        text(volume, "spec", "storageClassName") == text(claim, "spec", "storageClassName")
        and all(mode in modes for mode in sequence(claim, "spec", "accessModes"))
        and _size(volume) >= bytes_of(text(claim, "spec", "resources", "requests", "storage"))
    )


def _size(volume: Json) -> int:
    return bytes_of(text(volume, "spec", "capacity", "storage"))
