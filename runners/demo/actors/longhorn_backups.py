"""Plays what Longhorn does for backups: the target's state, one backup for each run of a job, and system backups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import longhorn_backup_objects as objects
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api, by_name
from runners.demo.actors.longhorn_objects import NAMESPACE, digest
from runners.demo.actors.times import now
from runners.layers.cron import longest_pause
from runners.layers.jsons import Json, sequence, text, truth
from runners.layers.kinds.base import timestamp


class BackupKeeper:
    """Keeps the target's state, and makes the backups that recurring jobs of the group ``default`` ask for."""

    def __init__(self, api: Api) -> None:
        """Takes the actor's hands."""
        self._api = api
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
            self._run_jobs(text(target, "spec", "backupTargetURL"))
            self._back_up_the_system(manager)

    def _run_jobs(self, url: str) -> None:
        jobs = self._api.list(res.LONGHORN_RECURRING_JOBS, NAMESPACE)
        pauses = [
            longest_pause(text(job, "spec", "cron"))
            for job in jobs
            if text(job, "spec", "task") == "backup" and "default" in sequence(job, "spec", "groups")
        ]
        if not pauses:
            return
        newest = self._newest()
        known = by_name(self._api.list(res.LONGHORN_BACKUP_VOLUMES, NAMESPACE))
        for volume in self._api.list(res.LONGHORN_VOLUMES, NAMESPACE):
            name = text(volume, "metadata", "name")
            backup = newest.get(name)
            # A demo's first night is over as soon as a volume is in use.
            if text(volume, "status", "state") == "attached" and _age(backup) > min(pauses):
                backup = self._back_up(volume, url)
            if backup is not None:
                self._tell(volume, backup, known)

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
        return {**backup, "status": status}

    def _tell(self, volume: Json, backup: Json, known: Mapping[str, Json]) -> None:
        """Its volume, and what stands for that on the target, name the newest backup."""
        last = {
            "lastBackup": text(backup, "metadata", "name"),
            "lastBackupAt": text(backup, "status", "snapshotCreatedAt"),
        }
        self._api.set_status(res.LONGHORN_VOLUMES, volume, last)
        wanted = objects.backup_volume(volume)
        current = self._api.ensure(res.LONGHORN_BACKUP_VOLUMES, wanted, known.get(text(wanted, "metadata", "name")))
        self._api.set_status(res.LONGHORN_BACKUP_VOLUMES, current, objects.backup_volume_status(volume, backup))

    def _back_up_the_system(self, manager: str) -> None:
        backups: Sequence[Json] = self._api.list(res.LONGHORN_SYSTEM_BACKUPS, NAMESPACE)
        for backup in backups:
            if text(backup, "status", "state") != "Ready":
                self._api.set_status(res.LONGHORN_SYSTEM_BACKUPS, backup, objects.system_backup_status(manager, now()))


def _snapshot_at(backup: Json) -> float:
    return timestamp(text(backup, "status", "snapshotCreatedAt"))


def _age(backup: Json | None) -> float:
    """Seconds; infinitely many where there is none."""
    return timestamp(now()) - _snapshot_at(backup) if backup is not None else float("inf")
