"""Plays what Longhorn does with volumes: one for each PersistentVolume of its driver, attached where a pod is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import longhorn_volume_objects as objects
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, by_name
from runners.demo.actors.delays import Delays
from runners.demo.actors.events import Recorder
from runners.demo.actors.longhorn_objects import DRIVER, NAMESPACE, digest, is_ready
from runners.demo.actors.longhorn_volume_objects import Use
from runners.demo.actors.times import now
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth

_RESTORE = 6.0
"""Seconds, at the stage's pace, in which a volume is filled from its backup."""
_REBUILD = 15.0
"""Seconds, at the stage's pace, in which a replica is written anew."""
_ENGINE = 5.0
"""The same for a volume's engine, where engines are upgraded by themselves."""


class VolumeKeeper:
    """Keeps volumes, engines and replicas in step with PersistentVolumes and pods."""

    def __init__(self, api: Api, delays: Delays) -> None:
        """Takes the actor's hands, and how long things take."""
        self._api, self._delays = api, delays
        self._events = Recorder(api, delays, "longhorn-volume-controller")

    def act(self, image: str, nodes: Sequence[Json], *, upgrades_engines: bool = False) -> None:
        """Looks at every volume once.

        Args:
            image: the engine image of the manager's version.
            nodes: Longhorn's.
            upgrades_engines: engines of older images are upgraded, one after the other.
        """
        volumes = by_name(self._api.list(res.LONGHORN_VOLUMES, NAMESPACE))
        pvs = [pv for pv in self._api.list(res.VOLUMES) if text(pv, "spec", "csi", "driver") == DRIVER]
        if not pvs and not volumes:
            return
        engines = by_name(self._api.list(res.LONGHORN_ENGINES, NAMESPACE))
        replicas = by_name(self._api.list(res.LONGHORN_REPLICAS, NAMESPACE))
        users = _users(self._api.list(res.PODS))
        ready = frozenset(text(node, "metadata", "name") for node in nodes if is_ready(node))
        filling = {name for name, volume in volumes.items() if _is_filled(volume) is False}
        for name, volume in volumes.items():
            if name in filling:
                self._fill(name, volume, image)
            elif text(volume, "spec", "fromBackup") and not text(volume, "status", "kubernetesStatus", "pvName"):
                state = _next_state(text(volume, "status", "state"), attached=False)
                self._api.set_status(res.LONGHORN_VOLUMES, volume, {"state": state})
        for pv in pvs:
            if text(pv, "spec", "csi", "volumeHandle") in filling:
                continue
            claim = mapping(pv, "spec", "claimRef")
            pods = users.get((text(claim, "namespace"), text(claim, "name")), [])
            current = volumes.get(text(pv, "spec", "csi", "volumeHandle"))
            runs = text(current, "spec", "image") or image
            wanted = integer(current, "spec", "numberOfReplicas") or objects.replicas_of_class(pv)
            name = text(pv, "spec", "csi", "volumeHandle")
            places = _places(name, wanted, ready, replicas)
            failed = self._failed(current, [replica for replica in replicas.values() if _is_of(replica, name)], ready)
            self._keep(Use(pv, current, pods, runs, places, ready, failed), engines, replicas)
        if upgrades_engines:
            self._upgrade_one(image, volumes)
        self._forget({text(pv, "metadata", "name") for pv in pvs}, volumes, engines, replicas)

    def _fill(self, name: str, volume: Json, image: str) -> None:
        """Data flows into a volume from its backup; until it is there, nobody may use it."""
        done = self._delays.took(("restore", name), _RESTORE)
        before = text(volume, "status", "state")
        status = objects.filling_status(image, _next_state(before, attached=not done), done=done)
        self._api.set_status(res.LONGHORN_VOLUMES, volume, status)

    def fail(self, volume: str, node: str) -> None:
        """Breaks the replica of a volume on a node."""
        replica = self._api.get(res.LONGHORN_REPLICAS, NAMESPACE, objects.replica_name(volume, node))
        if replica is not None:
            self._api.patch(res.LONGHORN_REPLICAS, replica, {"spec": {"failedAt": now()}})

    def _failed(self, volume: Json | None, replicas: Sequence[Json], ready: frozenset[str]) -> frozenset[str]:
        """The nodes of replicas that have failed: with their node, or by themselves, until they are rebuilt."""
        failed = {text(each, "spec", "nodeID"): each for each in replicas if text(each, "spec", "failedAt")}
        if text(volume, "status", "state") != "attached":
            return frozenset(failed)
        usable = any(node in ready and node not in failed for node in (text(r, "spec", "nodeID") for r in replicas))
        for replica in replicas:
            node, name = text(replica, "spec", "nodeID"), text(replica, "metadata", "name")
            if node not in ready and node not in failed:
                self._api.patch(res.LONGHORN_REPLICAS, replica, {"spec": {"failedAt": now()}})
                failed[node] = replica
            # Without any other copy it is salvaged as it is; otherwise it is written anew from one that is whole.
            elif node in ready and node in failed and (not usable or self._delays.took(("rebuild", name), _REBUILD)):
                self._api.patch(res.LONGHORN_REPLICAS, replica, {"spec": {"failedAt": "", "healthyAt": now()}})
                del failed[node]
        return frozenset(failed)

    def _upgrade_one(self, image: str, volumes: Mapping[str, Json]) -> None:
        old = (each for _name, each in sorted(volumes.items()) if text(each, "spec", "image") != image)
        volume = next(old, None)
        if volume is not None and self._delays.took(("engine", text(volume, "metadata", "name"), image), _ENGINE):
            self._api.patch(res.LONGHORN_VOLUMES, volume, {"spec": {"image": image}})

    def _keep(self, use: Use, engines: Mapping[str, Json], replicas: Mapping[str, Json]) -> None:
        state = _next_state(text(use.volume, "status", "state"), attached=bool(use.node))
        wanted = objects.volume_changes(use) if use.volume else objects.volume(use)
        obj = self._api.ensure(res.LONGHORN_VOLUMES, wanted, use.volume)
        status = objects.volume_status(use, state)
        self._tell(obj, text(use.volume, "status", "robustness"), text(status, "robustness"))
        self._api.set_status(res.LONGHORN_VOLUMES, obj, status)
        runs = state == "attached"
        engine = self._api.ensure(res.LONGHORN_ENGINES, objects.engine(use), engines.get(f"{use.name}-e-0"))
        self._api.set_status(res.LONGHORN_ENGINES, engine, objects.engine_status(use, runs=runs))
        for node in use.replicas:
            name = objects.replica_name(use.name, node)
            replica = self._api.ensure(res.LONGHORN_REPLICAS, objects.replica(use, node), replicas.get(name))
            up = "running" if runs and use.mode(node) != "ERR" else "stopped"
            self._api.set_status(
                res.LONGHORN_REPLICAS,
                replica,
                {"currentState": up, "currentImage": use.image if up == "running" else "", "ownerID": node},
            )

    def _tell(self, volume: Json, before: str, after: str) -> None:
        """An event for a volume that becomes better or worse."""
        known = ("healthy", "degraded", "faulted")
        if before != after and before in known and after in known:
            say = self._events.note if after == "healthy" else self._events.warn
            name = text(volume, "metadata", "name")
            say(res.LONGHORN_VOLUMES, volume, after.capitalize(), f"volume {name} became {after}")

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
                    if _is_of(obj, name):
                        self._api.delete(resource, obj)
            self._api.delete(res.LONGHORN_VOLUMES, volume)


def _is_filled(volume: Json) -> bool | None:
    """Has a volume that is made from a backup its data? None for one that isn't."""
    if not text(volume, "spec", "fromBackup"):
        return None
    return truth(volume, "status", "restoreInitiated") and not truth(volume, "status", "restoreRequired")


def _next_state(state: str, *, attached: bool) -> str:
    """Attaching and detaching are seen for one look each."""
    if not state:
        return "creating"
    if attached:
        return "attached" if state in ("attached", "attaching") else "attaching"
    return "detaching" if state in ("attached", "attaching") else "detached"


def _places(name: str, wanted: int, ready: frozenset[str], replicas: Mapping[str, Json]) -> tuple[str, ...]:
    """The nodes of a volume's replicas: those it has, and ready ones for those it lacks."""
    has = sorted(text(replica, "spec", "nodeID") for replica in replicas.values() if _is_of(replica, name))
    others = sorted(ready - set(has), key=lambda node: digest(f"{name} {node}"))
    return tuple([*has, *others][: max(wanted, len(has))])


def _is_of(part: Json, volume: str) -> bool:
    return text(part, "spec", "volumeName") == volume


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
