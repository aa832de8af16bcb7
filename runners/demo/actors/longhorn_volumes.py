"""Plays what Longhorn does with volumes: one for each PersistentVolume of its driver, attached where a pod is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import longhorn_volume_objects as objects
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, by_name
from runners.demo.actors.longhorn_objects import DRIVER, NAMESPACE, digest
from runners.demo.actors.longhorn_volume_objects import Use
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth


class VolumeKeeper:
    """Keeps volumes, engines and replicas in step with PersistentVolumes and pods."""

    def __init__(self, api: Api) -> None:
        """Takes the actor's hands."""
        self._api = api

    def act(self, image: str, nodes: Sequence[Json]) -> None:
        """Looks at every volume once; ``nodes`` are Longhorn's."""
        volumes = by_name(self._api.list(res.LONGHORN_VOLUMES, NAMESPACE))
        pvs = [pv for pv in self._api.list(res.VOLUMES) if text(pv, "spec", "csi", "driver") == DRIVER]
        if not pvs and not volumes:
            return
        engines = by_name(self._api.list(res.LONGHORN_ENGINES, NAMESPACE))
        replicas = by_name(self._api.list(res.LONGHORN_REPLICAS, NAMESPACE))
        users = _users(self._api.list(res.PODS))
        ready = frozenset(text(node, "metadata", "name") for node in nodes if _is_ready(node))
        for pv in pvs:
            claim = mapping(pv, "spec", "claimRef")
            pods = users.get((text(claim, "namespace"), text(claim, "name")), [])
            current = volumes.get(text(pv, "spec", "csi", "volumeHandle"))
            runs = text(current, "spec", "image") or image
            wanted = integer(current, "spec", "numberOfReplicas") or objects.replicas_of_class(pv)
            places = _places(text(pv, "spec", "csi", "volumeHandle"), wanted, ready, replicas)
            self._keep(Use(pv, current, pods, runs, places, ready), engines, replicas)
        self._forget({text(pv, "metadata", "name") for pv in pvs}, volumes, engines, replicas)

    def _keep(self, use: Use, engines: Mapping[str, Json], replicas: Mapping[str, Json]) -> None:
        state = _next_state(text(use.volume, "status", "state"), attached=bool(use.node))
        wanted = objects.volume_changes(use) if use.volume else objects.volume(use)
        obj = self._api.ensure(res.LONGHORN_VOLUMES, wanted, use.volume)
        self._api.set_status(res.LONGHORN_VOLUMES, obj, objects.volume_status(use, state))
        runs = state == "attached"
        engine = self._api.ensure(res.LONGHORN_ENGINES, objects.engine(use), engines.get(f"{use.name}-e-0"))
        self._api.set_status(res.LONGHORN_ENGINES, engine, objects.engine_status(use, runs=runs))
        for node in use.replicas:
            name = objects.replica_name(use.name, node)
            replica = self._api.ensure(res.LONGHORN_REPLICAS, objects.replica(use, node), replicas.get(name))
            up = "running" if runs and node in use.ready else "stopped"
            self._api.set_status(
                res.LONGHORN_REPLICAS,
                replica,
                {"currentState": up, "currentImage": use.image if up == "running" else "", "ownerID": node},
            )

    def _forget(
        self, pvs: set[str], volumes: Mapping[str, Json], engines: Mapping[str, Json], replicas: Mapping[str, Json]
    ) -> None:
        """Deletes what belonged to a PersistentVolume that is gone; a volume that never had one stays."""
        for name, volume in volumes.items():
            known = text(volume, "status", "kubernetesStatus", "pvName")
            if not known or known in pvs:
                continue
            for resource, parts in ((res.LONGHORN_ENGINES, engines), (res.LONGHORN_REPLICAS, replicas)):
                for obj in parts.values():
                    if text(obj, "spec", "volumeName") == name:
                        self._api.delete(resource, obj)
            self._api.delete(res.LONGHORN_VOLUMES, volume)


def _next_state(state: str, *, attached: bool) -> str:
    """Attaching and detaching are seen for one look each."""
    if not state:
        return "creating"
    if attached:
        return "attached" if state in ("attached", "attaching") else "attaching"
    return "detaching" if state in ("attached", "attaching") else "detached"


def _places(name: str, wanted: int, ready: frozenset[str], replicas: Mapping[str, Json]) -> tuple[str, ...]:
    """The nodes of a volume's replicas: those it has, and ready ones for those it lacks."""
    has = sorted(
        text(replica, "spec", "nodeID") for replica in replicas.values() if text(replica, "spec", "volumeName") == name
    )
    others = sorted(ready - set(has), key=lambda node: digest(f"{name} {node}"))
    return tuple([*has, *others][: max(wanted, len(has))])


def _users(pods: Sequence[Json]) -> dict[tuple[str, str], list[Json]]:
    """Pods that have a node and have not ended, by the namespace and name of each claim that they mount."""
    users: dict[tuple[str, str], list[Json]] = {}
    for pod in pods:
        if not text(pod, "spec", "nodeName") or text(pod, "status", "phase") in ("Succeeded", "Failed"):
            continue
        for volume in sequence(pod, "spec", "volumes"):
            if claim := text(volume, "persistentVolumeClaim", "claimName"):
                users.setdefault((text(pod, "metadata", "namespace"), claim), []).append(pod)
    return users


def _is_ready(node: Json) -> bool:
    return any(
        text(item, "type") == "Ready" and truth(item, "status") for item in sequence(node, "status", "conditions")
    )
