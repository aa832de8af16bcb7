"""MinIO tenants, ``minio.min.io/v2``: their state in the operator's own words."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, sequence, text
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool of a tenant's servers."""

    statefulset: str
    state: str
    """``PoolInitialized`` is the good one."""


@dataclass(frozen=True, slots=True)
class Tenant(Row):
    """One MinIO tenant."""

    state: str
    """``status.currentState``; ``Initialized`` is the good one."""
    health: str
    """``status.healthStatus``: green, yellow, red."""
    message: str
    drives_online: int
    drives_offline: int
    drives_healing: int = 0
    write_quorum: int = 0
    """Drives that have to be online for a write; 0 while the operator has not said."""
    pools: tuple[Pool, ...] = ()


def tenant_row(kind: str, obj: Json) -> Tenant:
    """The row of a decoded tenants.minio.min.io."""
    return Tenant(
        *head(kind, obj),
        state=text(obj, "status", "currentState"),
        health=text(obj, "status", "healthStatus"),
        message=text(obj, "status", "healthMessage"),
        drives_online=integer(obj, "status", "drivesOnline"),
        drives_offline=integer(obj, "status", "drivesOffline"),
        drives_healing=integer(obj, "status", "drivesHealing"),
        write_quorum=integer(obj, "status", "writeQuorum"),
        pools=tuple(Pool(text(item, "ssName"), text(item, "state")) for item in sequence(obj, "status", "pools")),
    )


_TONES = {"green": Tone.GOOD, "yellow": Tone.WARN, "red": Tone.BAD}

TENANTS: Kind[Tenant] = Kind(
    id="tenants",
    table="tenants",
    group="minio.min.io",
    version="v2",
    plural="tenants",
    singular="Tenant",
    row=tenant_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("STATE", lambda row, _now: row.state or "–"),
        Column("HEALTH", lambda row, _now: row.health or "–", toned=True),
        Column("DRIVES", lambda row, _now: f"{row.drives_online}/{row.drives_online + row.drives_offline}"),
        AGE,
    ),
    tone=lambda row: _TONES.get(row.health, Tone.MOVING),
    aliases=("tenant",),
)
