"""What runs Longhorn's volumes: their engines, the images these are of, and the instance managers they live in."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head
from runners.layers.kinds.longhorn import GROUP, VERSION


@dataclass(frozen=True, slots=True)
class LonghornEngine(Row):
    """The engine of one attached volume."""

    volume: str
    state: str
    image: str
    node: str


def longhorn_engine_row(kind: str, obj: Json) -> LonghornEngine:
    """The row of a decoded engines.longhorn.io."""
    return LonghornEngine(
        *head(kind, obj),
        volume=text(obj, "spec", "volumeName"),
        state=text(obj, "status", "currentState", default="unknown"),
        image=text(obj, "status", "currentImage"),
        node=text(obj, "spec", "nodeID"),
    )


LONGHORN_ENGINES: Kind[LonghornEngine] = Kind(
    id="longhorn-engines",
    table="longhorn-engines",
    group=GROUP,
    version=VERSION,
    plural="engines",
    singular="Engine",
    row=longhorn_engine_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("VOLUME", lambda row, _now: row.volume),
        Column("STATE", lambda row, _now: row.state, toned=True),
        Column("IMAGE", lambda row, _now: row.image or "–", drop=2),
        Column("NODE", lambda row, _now: row.node or "–", drop=1),
        AGE,
    ),
    tone=lambda row: Tone.PLAIN if row.state in ("running", "stopped") else Tone.MOVING,
    aliases=("lhe",),
)


@dataclass(frozen=True, slots=True)
class EngineImage(Row):
    """One engine image: every version that some volume still runs has one."""

    image: str
    state: str
    """deployed, deploying, incompatible, ready, error."""
    volumes: int
    """How many engines and replicas refer to it."""
    incompatible: bool


def engine_image_row(kind: str, obj: Json) -> EngineImage:
    """The row of a decoded engineimages.longhorn.io."""
    return EngineImage(
        *head(kind, obj),
        image=text(obj, "spec", "image"),
        state=text(obj, "status", "state", default="unknown"),
        volumes=integer(obj, "status", "refCount"),
        incompatible=truth(obj, "status", "incompatible"),
    )


LONGHORN_ENGINE_IMAGES: Kind[EngineImage] = Kind(
    id="longhorn-engineimages",
    table="longhorn-engineimages",
    group=GROUP,
    version=VERSION,
    plural="engineimages",
    singular="EngineImage",
    row=engine_image_row,
    columns=(
        NAME,
        Column("STATE", lambda row, _now: "incompatible" if row.incompatible else row.state, toned=True),
        Column("IMAGE", lambda row, _now: row.image or "–"),
        Column("REFS", lambda row, _now: str(row.volumes), sort=lambda row: row.volumes, right=True),
        AGE,
    ),
    tone=lambda row: Tone.BAD if row.incompatible else Tone.GOOD if row.state == "deployed" else Tone.MOVING,
    aliases=("lhei", "engineimages"),
)


@dataclass(frozen=True, slots=True)
class InstanceManager(Row):
    """One pod in which engines and replicas of a node run; those of older images stay while a volume uses them."""

    state: str
    """running, starting, stopped, error, unknown."""
    node: str
    image: str
    data_engine: str


def instance_manager_row(kind: str, obj: Json) -> InstanceManager:
    """The row of a decoded instancemanagers.longhorn.io."""
    return InstanceManager(
        *head(kind, obj),
        state=text(obj, "status", "currentState", default="unknown"),
        node=text(obj, "spec", "nodeID"),
        image=text(obj, "spec", "image"),
        data_engine=text(obj, "spec", "dataEngine"),
    )


_MANAGER_TONES = {"running": Tone.GOOD, "starting": Tone.MOVING, "stopped": Tone.MUTED}

LONGHORN_INSTANCE_MANAGERS: Kind[InstanceManager] = Kind(
    id="longhorn-instancemanagers",
    table="longhorn-instancemanagers",
    group=GROUP,
    version=VERSION,
    plural="instancemanagers",
    singular="InstanceManager",
    row=instance_manager_row,
    columns=(
        NAME,
        Column("STATE", lambda row, _now: row.state, toned=True),
        Column("NODE", lambda row, _now: row.node or "–"),
        Column("IMAGE", lambda row, _now: row.image or "–", drop=2),
        AGE,
    ),
    tone=lambda row: _MANAGER_TONES.get(row.state, Tone.BAD),
    aliases=("lhim", "instancemanagers"),
)
