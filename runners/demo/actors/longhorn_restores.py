"""Plays Longhorn's restore of a system backup: settings as they were; jobs, volumes and claims where there are none."""

from __future__ import annotations

from collections.abc import Mapping

from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, by_name
from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn_objects import NAMESPACE, OWN_SETTINGS
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.resources import Resource
from runners.layers.jsons import Json, mapping, sequence, text

_RESTORE = 4.0
"""Seconds, at the stage's pace, that it takes to read a system backup."""
_SETTINGS = "settings"
STAYING = (
    "concurrent-backing-image-replenish-per-node-limit",
    "concurrent-replica-rebuild-per-node-limit",
    "concurrent-volume-backup-restore-per-node-limit",
)
"""Settings that stay as they are, whatever a system backup has (longhorn-manager's system rollout controller)."""
_IN_ORDER: Mapping[str, Resource] = {
    "jobs": res.LONGHORN_RECURRING_JOBS,
    "stored": res.LONGHORN_VOLUMES,
    "volumes": res.VOLUMES,
    "claims": res.CLAIMS,
}


def contents(api: Api) -> Json:
    """What a system backup has in it at this moment: of each volume the newest backup, and what stands for it."""
    stored = [volume for volume in api.list(res.LONGHORN_VOLUMES, NAMESPACE) if text(volume, "status", "lastBackup")]
    names = {text(volume, "metadata", "name") for volume in stored}
    volumes = [each for each in api.list(res.VOLUMES) if text(each, "spec", "csi", "volumeHandle") in names]
    bound = {text(each, "metadata", "name") for each in volumes}
    claims = [each for each in api.list(res.CLAIMS) if text(each, "spec", "volumeName") in bound]
    jobs = api.list(res.LONGHORN_RECURRING_JOBS, NAMESPACE)
    settings = api.list(res.LONGHORN_SETTINGS, NAMESPACE)
    return {
        _SETTINGS: [{"metadata": _named(each), "value": text(each, "value")} for each in settings],
        "jobs": [_bare(each) for each in jobs],
        "stored": [_bare(each) for each in stored],
        "volumes": [_bare(_unbound(each)) for each in volumes],
        "claims": [_bare(each) for each in claims],
    }


def _bare(obj: Json) -> Json:
    """An object as it can be made again, on another cluster."""
    return {"metadata": _named(obj), "spec": dict(mapping(obj, "spec"))}


def _named(obj: Json) -> Json:
    metadata = mapping(obj, "metadata")
    return {name: metadata[name] for name in ("name", "namespace", "labels") if metadata.get(name)}


def _unbound(volume: Json) -> Json:
    """A PersistentVolume that waits for its claim by name, whatever uid that has."""
    spec = mapping(volume, "spec")
    claim = {key: value for key, value in mapping(spec, "claimRef").items() if key not in ("uid", "resourceVersion")}
    return {**volume, "spec": {**spec, "claimRef": claim}}


class SystemRestorer:
    """Carries out system restores."""

    def __init__(self, api: Api, delays: Delays, vault: Vault) -> None:
        """Takes the actor's hands, how long things take, and where backups lie."""
        self._api, self._delays, self._vault = api, delays, vault

    def act(self) -> None:
        """Looks once."""
        for restore in self._api.list(res.LONGHORN_SYSTEM_RESTORES, NAMESPACE):
            if text(restore, "status", "state") not in ("Completed", "Error"):
                name, backup = text(restore, "metadata", "name"), text(restore, "spec", "systemBackup")
                state = self._restore(backup) if self._delays.took(("system", name), _RESTORE) else "Restoring"
                self._api.set_status(res.LONGHORN_SYSTEM_RESTORES, restore, {"state": state})

    def _restore(self, backup: str) -> str:
        kept = self._vault.systems.get(backup)
        if kept is None:
            return "Error"
        self._restore_settings(kept)
        backups = {text(each, "volumeName"): text(each, "url") for each in self._vault.backups.values()}
        for part, resource in _IN_ORDER.items():
            for obj in map(mapping, sequence(kept, "objects", part)):
                namespace, name = text(obj, "metadata", "namespace"), text(obj, "metadata", "name")
                if name not in by_name(self._api.list(resource, namespace)):
                    self._api.ensure(resource, _from_backup(obj, backups) if part == "stored" else obj, None)
        return "Completed"

    def _restore_settings(self, kept: Json) -> None:
        known = by_name(self._api.list(res.LONGHORN_SETTINGS, NAMESPACE))
        for setting in map(mapping, sequence(kept, "objects", _SETTINGS)):
            name = text(setting, "metadata", "name")
            # What the manager writes itself, it would write again.
            if name not in (*OWN_SETTINGS, *STAYING):
                self._api.ensure(res.LONGHORN_SETTINGS, setting, known.get(name))


def _from_backup(volume: Json, backups: Mapping[str, str]) -> Json:
    url = backups.get(text(volume, "metadata", "name"), "")
    return {**volume, "spec": {**mapping(volume, "spec"), "fromBackup": url, "nodeID": ""}}
