"""What runs Longhorn's volumes: engines of the manager's own version, their images, and the instance managers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runners.layers.components.base import Scene
from runners.layers.components.common import sees
from runners.layers.components.longhorn_settings import Settings, setting_value
from runners.layers.findings import Finding, Severity, worst
from runners.layers.folding import fold_rows, listed
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.longhorn_engines import (
    LONGHORN_ENGINE_IMAGES,
    LONGHORN_INSTANCE_MANAGERS,
    EngineImage,
    InstanceManager,
)
from runners.layers.kinds.longhorn_nodes import LONGHORN_NODES
from runners.layers.version_steps import version_step

_DEFAULT_IMAGE = "default-engine-image"
_AUTOMATIC = "concurrent-automatic-engine-upgrade-per-node-limit"
_ON_ITS_WAY = ("deploying", "")


def engine_findings(volumes: Iterable[LonghornVolume], settings: Settings) -> Iterator[Finding]:
    """Volumes whose engine is not the manager's own: after an upgrade, until somebody or a setting upgrades them."""
    wanted = setting_value(settings, _DEFAULT_IMAGE)
    if not wanted:
        if settings:
            yield Finding(
                f"Longhorn setting {_DEFAULT_IMAGE}", Severity.UNKNOWN, "says nothing to compare engines with"
            )
        return
    behind: dict[str, list[LonghornVolume]] = {}
    for row in volumes:
        # A volume of data engine v2 runs in the instance manager itself.
        if row.image and row.image != wanted and row.data_engine != "v2":
            behind.setdefault(row.image, []).append(row)
    for image, rows in sorted(behind.items()):
        yield _behind(image, wanted, rows, setting_value(settings, _AUTOMATIC))


def _behind(image: str, wanted: str, rows: Sequence[LonghornVolume], limit: str) -> Finding:
    old, new = _version(image), _version(wanted)
    count = "1 Longhorn volume runs" if len(rows) == 1 else f"{len(rows)} Longhorn volumes run"
    too_far = worst(version_step("", old, new)) is Severity.BLOCKER
    text = f"{count} engine {old}, the manager's is {new}" + (": too far apart" if too_far else "")
    by_itself = limit.isdecimal() and int(limit) > 0
    remedy = (
        f"Longhorn upgrades them, {limit} at a time on a node" if by_itself else f"upgrade them, or set {_AUTOMATIC}"
    )
    severity = Severity.WARNING if too_far else Severity.NOTE
    first = min(rows, key=lambda row: row.name)
    return Finding("Longhorn engines", severity, text, remedy, about=first.key)


def _version(image: str) -> str:
    tag = image.rpartition(":")[2]
    return tag if "/" not in tag else image


def image_findings(scene: Scene, settings: Settings) -> Iterator[Finding]:
    """Engine images that can't run what refers to them, and the manager's own while it is not deployed."""
    wanted = setting_value(settings, _DEFAULT_IMAGE)
    for row in sorted(scene.rows.all(LONGHORN_ENGINE_IMAGES), key=lambda row: row.name):
        about = f"Longhorn engine image {_version(row.image) or row.name}"
        needed = row.image == wanted or row.volumes > 0
        if needed and (finding := _image(about, row)) is not None:
            yield finding


def _image(about: str, row: EngineImage) -> Finding | None:
    if row.incompatible or row.state == "incompatible":
        text = f"is incompatible with this manager, and {row.volumes} engines and replicas are of it"
        return Finding(about, Severity.BLOCKER, text, "upgrade their engines", about=row.key)
    if row.state in ("deployed", "ready"):
        return None
    severity = Severity.WARNING if row.state in (*_ON_ITS_WAY, "error") else Severity.UNKNOWN
    return Finding(about, severity, f"is {row.state or 'not deployed'}", "look at its DaemonSet", about=row.key)


def instance_manager_findings(scene: Scene) -> Iterator[Finding]:
    """Instance managers in error, and ready nodes without one that runs; those of older images stay for a reason."""
    if not sees(scene, LONGHORN_INSTANCE_MANAGERS, LONGHORN_NODES):
        return
    rows = scene.rows.all(LONGHORN_INSTANCE_MANAGERS)
    ready = {row.name: row for row in scene.rows.all(LONGHORN_NODES) if row.ready}
    bad = [row for row in rows if row.node in ready and row.state not in ("running", "starting", "stopped")]
    yield from fold_rows(sorted(bad, key=lambda row: row.name), _manager, _managers)
    running = {row.node for row in rows if row.state in ("running", "starting")}
    without = sorted(ready.keys() - running)
    if without:
        yield Finding(
            "Longhorn instance managers",
            Severity.WARNING,
            f"none runs on {listed(without)}: no volume can be attached there",
            "read the log of longhorn-manager on that node",
            about=ready[without[0]].key,
        )


def _manager(row: InstanceManager) -> Finding:
    severity = Severity.WARNING if row.state in ("error", "unknown") else Severity.UNKNOWN
    text = f"on {row.node} is in state {row.state}"
    return Finding(f"Longhorn instance manager {row.name}", severity, text, "look at its pod", about=row.key)


def _managers(rows: Sequence[InstanceManager]) -> Finding:
    severity = worst(_manager(row) for row in rows)
    text = f"are not as they should be, on {listed([row.node for row in rows])}"
    return Finding(f"{len(rows)} Longhorn instance managers", severity, text, "look at their pods", about=rows[0].key)
