"""Claims with all that lies behind them, as a store would hold them, made from few words."""

from __future__ import annotations

from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, LONGHORN_BACKUPS, Backup, BackupTarget
from runners.layers.kinds.storage import CLAIMS, VOLUMES, Claim, Volume
from tests.layers.worlds import LONG_AGO, NOW

HOUR = 3600.0


def claim(name: str, volume: str | None = None, namespace: str = "apps") -> Claim:
    bound = f"pv-{name}" if volume is None else volume
    status = "Bound" if bound else "Pending"
    return Claim(CLAIMS.id, namespace, name, f"uid-{name}", LONG_AGO, status, bound, "10Gi", "RWO", "longhorn")


def volume(name: str, driver: str = "driver.longhorn.io", source: str = "csi", namespace: str = "apps") -> Volume:
    return Volume(
        VOLUMES.id,
        "",
        f"pv-{name}",
        f"uid-pv-{name}",
        LONG_AGO,
        status="Bound",
        capacity="10Gi",
        modes="RWO",
        reclaim="Delete",
        claim=f"{namespace}/{name}",
        storage_class="longhorn" if driver else "local-path",
        driver=driver,
        handle=f"lh-{name}" if driver else "",
        source=source,
    )


def stored(name: str, robustness: str = "healthy", replicas: int = 3, last_backup_at: float = 0.0) -> LonghornVolume:
    return LonghornVolume(
        LONGHORN_VOLUMES.id,
        "longhorn-system",
        f"lh-{name}",
        f"uid-lh-{name}",
        LONG_AGO,
        state="attached",
        robustness=robustness,
        size=10 * 2**30,
        replicas=replicas,
        image="",
        claim=f"apps/{name}",
        node="node-1",
        last_backup_at=last_backup_at,
    )


def backup(
    name: str, hours: float = 2, state: str = "Completed", *, id: str = "", error: str = "", target: str = "default"
) -> Backup:
    at = NOW - hours * HOUR
    return Backup(
        LONGHORN_BACKUPS.id,
        "longhorn-system",
        id or f"backup-{name}-{hours:g}",
        f"uid-backup-{name}-{hours:g}",
        at,
        volume=f"lh-{name}",
        state=state,
        url=f"s3://backups@home/?backup=backup-{name}&volume=lh-{name}" if state == "Completed" else "",
        size=2**30,
        volume_size=10 * 2**30,
        made=at + 60,
        snapshot_at=at,
        error=error,
        target=target,
    )


def target(*, available: bool = True, url: str = "s3://backups@home/") -> BackupTarget:
    return BackupTarget(
        LONGHORN_BACKUP_TARGETS.id,
        "longhorn-system",
        "default",
        "uid-target",
        LONG_AGO,
        url=url,
        credential_secret="backup-credentials",
        available=available,
        message="" if available else "connection refused",
    )


def whole(name: str, hours: float = 2) -> list[Row]:
    """A claim that would return, with an old and a new backup."""
    return [claim(name), volume(name), stored(name), backup(name, hours + 24), backup(name, hours)]


def world() -> list[Row]:
    """Some claims that would return, and one of each trouble."""
    return [
        target(),
        *whole("photos", 3),
        *whole("wiki", 26),
        *[claim("cache"), volume("cache", "", "hostPath")],
        *[claim("db"), volume("db"), stored("db"), backup("db", 5, "Error", error="proxyServer=10.42.0.7: timed out")],
        *[claim("new"), volume("new"), stored("new")],
        claim("soon", ""),
    ]
