"""Plays Longhorn's manager: what Longhorn makes by itself after Helm has succeeded, in the order in which it does.

Nodes and CSI parts first, and the StorageClass last of all: between a release that is deployed and storage that is
usable there is a time that a person can see.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache

import yaml

from runners.demo.actors import longhorn_objects as objects
from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn_backups import BackupKeeper
from runners.demo.actors.longhorn_restores import SystemRestorer
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.longhorn_volumes import VolumeKeeper
from runners.demo.actors.workloads import daemonset_ready, deployment_ready, image_of, workload
from runners.layers.components.longhorn_defaults import DEFAULTS, default_settings
from runners.layers.jsons import Json, integer, mapping, text

NAMESPACE = objects.NAMESPACE
RELEASE = "owner=helm,name=longhorn"
CLASS_CONFIG = "longhorn-storageclass"
APPLIED = "longhorn.io/last-applied-configmap"
"""The annotation in which the manager keeps the text that it made the StorageClass from."""


class Longhorn(Actor):
    """Longhorn's manager and its CSI sidecars, as far as the API server sees them."""

    name = "longhorn-manager"

    def __init__(
        self,
        connection: Requests,
        *,
        storage_delay: float = 3.0,
        delays: Delays | None = None,
        vault: Vault | None = None,
    ) -> None:
        """Takes the connection.

        Args:
            connection: the cluster.
            storage_delay: seconds between everything being ready and the StorageClass.
            delays: how long other things take.
            vault: where backups lie; a new one where none is given.
        """
        super().__init__(connection, delays=delays)
        self.may_offer_storage = threading.Event()
        """Cleared, it holds the StorageClass back."""
        self.may_offer_storage.set()
        self._storage_delay = storage_delay
        self._volumes = VolumeKeeper(self.api, self.delays)
        vault = vault or Vault()
        self._backups = BackupKeeper(self.api, vault)
        self._restores = SystemRestorer(self.api, self.delays, vault)

    def act(self) -> None:
        """Makes what the manager would have made by now."""
        daemonsets = by_name(self.api.list(res.DAEMONSETS, NAMESPACE))
        manager = daemonsets.get("longhorn-manager")
        if manager is None:
            self._leave(daemonsets)
            return
        image = image_of(manager).replace("longhorn-manager", "longhorn-engine")
        nodes = self.api.list(res.LONGHORN_NODES, NAMESPACE)
        if daemonset_ready(manager) and (nodes or self._installed()):
            nodes = self._keep_nodes(by_name(nodes))
            self._keep_engine_image(image, daemonsets)
            self._keep_settings(image)
            self._keep_instance_managers(image, nodes)
            if self._keep_csi(image, daemonsets):
                self._register_driver()
                self._offer_storage()
        if nodes:
            self._volumes.act(image, nodes, upgrades_engines=self._engine_limit() > 0)
            defaults = self.api.get(res.CONFIGMAPS, NAMESPACE, "longhorn-default-resource")
            self._restores.act()
            self._backups.act(_yaml(text(defaults, "data", "default-resource.yaml")), image_of(manager))

    def fail_replica(self, volume: str, node: str) -> None:
        """Breaks a volume's replica on a node: the volume is degraded until it is rebuilt, which begins by itself."""
        self._volumes.fail(volume, node)

    def lose_target(self, trouble: str) -> None:
        """From the next look on the backup target can't be reached, for this reason; an empty one brings it back."""
        self._backups.trouble = trouble

    def _installed(self) -> bool:
        """Helm has succeeded; asked only before anything was made."""
        return self.api.exists(res.SECRETS, NAMESPACE, f"{RELEASE},status=deployed")

    def _keep_nodes(self, current: Mapping[str, Json]) -> Sequence[Json]:
        kept = []
        for node in self.api.list(res.NODES):
            name = text(node, "metadata", "name")
            # What a person changes of it (scheduling, tags, disks) stays.
            obj = current.get(name) or self.api.ensure(res.LONGHORN_NODES, objects.node(name), None)
            self.api.set_status(res.LONGHORN_NODES, obj, objects.node_status(node, obj))
            kept.append(obj)
        return kept

    def _keep_engine_image(self, image: str, daemonsets: Mapping[str, Json]) -> None:
        name = objects.engine_image_name(image)
        known = by_name(self.api.list(res.LONGHORN_ENGINE_IMAGES, NAMESPACE))
        self.api.ensure(res.LONGHORN_ENGINE_IMAGES, objects.engine_image(image), known.get(name))
        volumes = self.api.list(res.LONGHORN_VOLUMES, NAMESPACE)
        for each, obj in known.items():
            used = text(obj, "spec", "image")
            daemonset = f"engine-image-{each}"
            self.api.ensure(res.DAEMONSETS, workload(daemonset, NAMESPACE, used), daemonsets.get(daemonset))
            count = sum(1 for volume in volumes if text(volume, "status", "currentImage") == used)
            ready = daemonset_ready(daemonsets.get(daemonset))
            self.api.set_status(res.LONGHORN_ENGINE_IMAGES, obj, objects.engine_image_status(used, ready, count))

    def _keep_settings(self, image: str) -> None:
        known = by_name(self.api.list(res.LONGHORN_SETTINGS, NAMESPACE))
        defaults = default_settings(self.api.get(res.CONFIGMAPS, NAMESPACE, DEFAULTS) or {})
        for name, setting in by_name(tuple(objects.settings(image))).items():
            # A person's value stays, but for what the manager itself sets, or the chart's ConfigMap.
            if name not in known or name in objects.OWN_SETTINGS or name in defaults:
                own = {"value": defaults[name]} if name in defaults else {}
                self.api.ensure(res.LONGHORN_SETTINGS, {**setting, **own}, known.get(name))

    def _engine_limit(self) -> int:
        """How many engines a node may upgrade at once by themselves; 0 is none."""
        return integer(self.api.get(res.LONGHORN_SETTINGS, NAMESPACE, objects.ENGINE_LIMIT), "value")

    def _keep_instance_managers(self, image: str, nodes: Sequence[Json]) -> None:
        """One a node, of the manager's version; those of older ones stay while a volume runs an engine of theirs."""
        known = by_name(self.api.list(res.LONGHORN_INSTANCE_MANAGERS, NAMESPACE))
        images = {text(each, "status", "currentImage") for each in self.api.list(res.LONGHORN_VOLUMES, NAMESPACE)}
        kept = set()
        for node in nodes:
            for used in (images | {image}) - {""}:
                wanted = objects.instance_manager(used, text(node, "metadata", "name"))
                name = text(wanted, "metadata", "name")
                kept.add(name)
                if used == image or name in known:
                    obj = self.api.ensure(res.LONGHORN_INSTANCE_MANAGERS, wanted, known.get(name))
                    self.api.set_status(res.LONGHORN_INSTANCE_MANAGERS, obj, objects.instance_manager_status(node))
        for name, obj in known.items():
            if name not in kept:
                self.api.delete(res.LONGHORN_INSTANCE_MANAGERS, obj)

    def _keep_csi(self, image: str, daemonsets: Mapping[str, Json]) -> bool:
        """Makes the CSI workloads; answers whether all of them are ready."""
        plugin = image.replace("longhorn-engine", "longhorn-manager")
        self.api.ensure(
            res.DAEMONSETS, workload(objects.CSI_PLUGIN, NAMESPACE, plugin), daemonsets.get(objects.CSI_PLUGIN)
        )
        deployments = by_name(self.api.list(res.DEPLOYMENTS, NAMESPACE))
        for name, sidecar in objects.CSI_SIDECARS.items():
            self.api.ensure(res.DEPLOYMENTS, workload(name, NAMESPACE, sidecar, replicas=3), deployments.get(name))
        return daemonset_ready(daemonsets.get(objects.CSI_PLUGIN)) and all(
            deployment_ready(deployments.get(name)) for name in objects.CSI_SIDECARS
        )

    def _register_driver(self) -> None:
        drivers = by_name(self.api.list(res.CSIDRIVERS))
        self.api.ensure(res.CSIDRIVERS, objects.CSI_DRIVER, drivers.get(objects.DRIVER))
        known = by_name(self.api.list(res.CSINODES))
        for node in self.api.list(res.NODES):
            current = known.get(text(node, "metadata", "name"))
            self.api.ensure(res.CSINODES, objects.csi_node(node, current), current)

    def _offer_storage(self) -> None:
        config = self.api.get(res.CONFIGMAPS, NAMESPACE, CLASS_CONFIG)
        written = text(config, "data", "storageclass.yaml")
        wanted = _yaml(written)
        name = text(wanted, "metadata", "name")
        if not name:
            return
        current = self.api.get(res.STORAGECLASSES, "", name)
        if text(current, "metadata", "annotations", APPLIED) == written:
            return
        if not self._long_enough():
            return
        if current is not None:
            # Its parameters can't be changed in place: the real manager, too, deletes it and makes it again.
            self.api.delete(res.STORAGECLASSES, current)
        annotations = {**mapping(wanted, "metadata", "annotations"), APPLIED: written}
        self.api.ensure(res.STORAGECLASSES, {**wanted, "metadata": {"name": name, "annotations": annotations}}, None)

    def _long_enough(self) -> bool:
        return self.delays.took("storage", self._storage_delay) and self.may_offer_storage.is_set()

    def _leave(self, daemonsets: Mapping[str, Json]) -> None:
        """What the uninstall job takes away; a manager that is only missing from its release takes nothing."""
        if objects.CSI_PLUGIN not in daemonsets or self.api.exists(res.SECRETS, NAMESPACE, RELEASE):
            return
        for storage_class in self.api.list(res.STORAGECLASSES):
            if text(storage_class, "metadata", "annotations", APPLIED):
                self.api.delete(res.STORAGECLASSES, storage_class)
        for deployment in self.api.list(res.DEPLOYMENTS, NAMESPACE):
            if text(deployment, "metadata", "name") in objects.CSI_SIDECARS:
                self.api.delete(res.DEPLOYMENTS, deployment)
        for node in self.api.list(res.CSINODES):
            self.api.patch(res.CSINODES, node, {"spec": {"drivers": objects.other_drivers(node)}})
        for driver in self.api.list(res.CSIDRIVERS):
            if text(driver, "metadata", "name") == objects.DRIVER:
                self.api.delete(res.CSIDRIVERS, driver)
        for name, daemonset in daemonsets.items():
            if name == objects.CSI_PLUGIN or name.startswith("engine-image-"):
                self.api.delete(res.DAEMONSETS, daemonset)


@lru_cache(maxsize=8)
def _yaml(written: str) -> Json:
    """A YAML mapping out of a ConfigMap; an empty one where it is none."""
    try:
        decoded = yaml.safe_load(written) if written else None
    except yaml.YAMLError:
        decoded = None
    return mapping(decoded)
