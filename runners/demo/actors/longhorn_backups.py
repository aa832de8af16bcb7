"""Plays what Longhorn does for backups: the target's state, one backup for each run of a job, and system backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import longhorn_backup_objects as objects
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, by_name
from runners.demo.actors.longhorn_objects import NAMESPACE, digest
from runners.demo.actors.longhorn_restores import contents
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.times import now
from runners.layers.cron import longest_pause
from runners.layers.jsons import Json, mapping, sequence, text, truth
from runners.layers.kinds.base import timestamp


class BackupKeeper:
    """Keeps the target's state, and makes the backups that recurring jobs of the group ``default`` ask for."""

    def __init__(self, api: Api, vault: Vault) -> None:
        """Takes the actor's hands, and where backups lie."""
        self._api, self._vault = api, vault
        self.trouble = ""
        """Why the backup target can't be reached; empty when it can."""

    def act(self, defaults: Json, manager: str) -> None:
        """Looks once.

        Args:
            defaults: what the release's values say of the backup target.
            manager: the manager's image.
        """
        targets = by_name(self._api.list(res.LONGHORN_BACKUP_TARGETS, NAMESPACE))
        target = targets.get("default") or self._api.ensure(
            res.LONGHORN_BACKUP_TARGETS, objects.backup_target(defaults), None
        )
        status = objects.backup_target_status(target, self.trouble)
        self._api.set_status(res.LONGHORN_BACKUP_TARGETS, target, status)
        if truth(status, "available"):
            self._learn()
            volumes = self._api.list(res.LONGHORN_VOLUMES, NAMESPACE)
            newest = self._newest()
            made = self._run_jobs(text(target, "spec", "backupTargetURL"), volumes, newest)
            self._tell(volumes, {**newest, **made})
            self._back_up_the_system(manager)

    def _learn(self) -> None:
        """Makes objects of what lies on the target, as a new cluster does."""
        known = by_name(self._api.list(res.LONGHORN_BACKUPS, NAMESPACE))
        volumes = by_name(self._api.list(res.LONGHORN_BACKUP_VOLUMES, NAMESPACE))
        for name, status in self._vault.backups.items():
            if name not in known:
                volume = objects.volume_of(status)
                backup = self._api.ensure(res.LONGHORN_BACKUPS, objects.backup(name, volume), None)
                self._api.set_status(res.LONGHORN_BACKUPS, backup, status)
                self._tell_target(volume, {**backup, "status": status}, volumes)
        systems = by_name(self._api.list(res.LONGHORN_SYSTEM_BACKUPS, NAMESPACE))
        for name, kept in self._vault.systems.items():
            if name not in systems:
                made = self._api.ensure(res.LONGHORN_SYSTEM_BACKUPS, objects.system_backup(name), None)
                self._api.set_status(res.LONGHORN_SYSTEM_BACKUPS, made, mapping(kept, "status"))

    def _run_jobs(self, url: str, volumes: Sequence[Json], newest: Mapping[str, Json]) -> Mapping[str, Json]:
        """Makes the backups that are due, and returns them by the name of their volume."""
        jobs = self._api.list(res.LONGHORN_RECURRING_JOBS, NAMESPACE)
        pauses = [
            longest_pause(text(job, "spec", "cron"))
            for job in jobs
            if text(job, "spec", "task") == "backup" and "default" in sequence(job, "spec", "groups")
        ]
        # A demo's first night is over as soon as a volume is in use.
        attached = (volume for volume in volumes if pauses and text(volume, "status", "state") == "attached")
        return {
            name: self._back_up(volume, url)
            for volume in attached
            if _age(newest.get(name := text(volume, "metadata", "name"))) > min(pauses)
        }

    def _newest(self) -> Mapping[str, Json]:
        """The newest complete backup of each volume."""
        found = sorted(self._api.list(res.LONGHORN_BACKUPS, NAMESPACE), key=_snapshot_at)
        return {
            text(each, "status", "volumeName"): each for each in found if text(each, "status", "state") == "Completed"
        }

    def _back_up(self, volume: Json, url: str) -> Json:
        stamp = now()
        name = f"backup-{digest(text(volume, 'metadata', 'name') + stamp, 16)}"
        backup = self._api.ensure(res.LONGHORN_BACKUPS, objects.backup(name, volume), None)
        status = objects.backup_status(name, volume, url, stamp)
        self._api.set_status(res.LONGHORN_BACKUPS, backup, status)
        self._vault.keep_backup(name, status)
        return {**backup, "status": status}

    def _tell(self, volumes: Sequence[Json], newest: Mapping[str, Json]) -> None:
        """Each volume, and what stands for it on the target, name the newest backup; a restored one's is of before."""
        known = by_name(self._api.list(res.LONGHORN_BACKUP_VOLUMES, NAMESPACE))
        for volume in volumes:
            backup = newest.get(text(volume, "metadata", "name"))
            if backup is not None:
                last = {
                    "lastBackup": text(backup, "metadata", "name"),
                    "lastBackupAt": text(backup, "status", "snapshotCreatedAt"),
                }
                self._api.set_status(res.LONGHORN_VOLUMES, volume, last)
                self._tell_target(volume, backup, known)

    def _tell_target(self, volume: Json, backup: Json, known: Mapping[str, Json]) -> None:
        wanted = objects.backup_volume(volume)
        current = self._api.ensure(res.LONGHORN_BACKUP_VOLUMES, wanted, known.get(text(wanted, "metadata", "name")))
        self._api.set_status(res.LONGHORN_BACKUP_VOLUMES, current, objects.backup_volume_status(volume, backup))

    def _back_up_the_system(self, manager: str) -> None:
        backups: Sequence[Json] = self._api.list(res.LONGHORN_SYSTEM_BACKUPS, NAMESPACE)
        for backup in backups:
            if text(backup, "status", "state") != "Ready":
                status = objects.system_backup_status(manager, now())
                self._api.set_status(res.LONGHORN_SYSTEM_BACKUPS, backup, status)
                kept = {"status": status, "objects": contents(self._api)}
                self._vault.keep_system(text(backup, "metadata", "name"), kept)


def _snapshot_at(backup: Json) -> float:
    return timestamp(text(backup, "status", "snapshotCreatedAt"))


def _age(backup: Json | None) -> float:
    """Seconds; infinitely many where there is none."""
    return timestamp(now()) - _snapshot_at(backup) if backup is not None else float("inf")
