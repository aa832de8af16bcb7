"""Can a claim get storage of Longhorn: its StorageClass, its driver, its CSI workloads, its nodes and their disks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runners.layers.components.base import Scene
from runners.layers.components.common import idle_workloads, sees
from runners.layers.components.releases import settling
from runners.layers.findings import Finding, Severity
from runners.layers.folding import fold_rows, listed
from runners.layers.kinds.longhorn_nodes import LONGHORN_NODES, Disk, LonghornNode
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.storage import CSINODES, DEFAULT_CLASS, STORAGECLASSES, StorageClass
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS

DRIVER = "driver.longhorn.io"
STATIC = "longhorn-static"
"""The class that Longhorn makes for volumes which exist already: a claim of it gets no new storage."""
_CSI = (
    (DAEMONSETS, "longhorn-csi-plugin", "no node can mount a volume"),
    (DEPLOYMENTS, "csi-provisioner", "no claim can bind"),
    (DEPLOYMENTS, "csi-attacher", "no volume can be attached"),
)
"""What Longhorn makes at run time and what can't be done without it; how many pods it has is a setting."""
_CSI_EXTRAS = ((DEPLOYMENTS, "csi-resizer", "no claim can grow"), (DEPLOYMENTS, "csi-snapshotter", "no snapshots"))
_ENGINE = "engine-image-"
_TROUBLING = ("RequiredPackages", "MountPropagation")
"""What a host can't do without; of all else that it lacks only some volumes take notice."""


def classes(scene: Scene) -> list[StorageClass]:
    """The StorageClasses whose claims get new storage of Longhorn."""
    return [row for row in scene.rows.all(STORAGECLASSES) if row.provisioner == DRIVER and row.name != STATIC]


def class_findings(scene: Scene) -> Iterator[Finding]:
    """Is there a class of Longhorn's?"""
    if not sees(scene, STORAGECLASSES):
        return
    found = sorted(classes(scene), key=lambda row: row.name)
    if found:
        names = ", ".join(row.name for row in found)
        text = "is there" if len(found) == 1 else "are there"
        yield Finding(f"StorageClass {names}", Severity.OK, text, about=found[0].key)
        return
    young = settling(scene)
    yield Finding(
        "StorageClass longhorn",
        Severity.BLOCKER,
        f"is not there{' yet' if young else ''}, so no claim can bind",
        f"longhorn-manager makes it when it is up{'' if young else '; when it does not, read the log of the manager'}",
    )


def default_findings(scene: Scene) -> Iterator[Finding]:
    """Is one class the default, and no more than one, whoever's it is?"""
    rows = scene.rows.all(STORAGECLASSES)
    if not sees(scene, STORAGECLASSES) or not rows:
        return
    default = sorted((row for row in rows if row.default), key=lambda row: (row.provisioner == DRIVER, row.name))
    if len(default) > 1:
        yield Finding(
            f"StorageClasses {listed([row.name for row in default])}",
            Severity.WARNING,
            "are all default: a claim that names no class gets the one that was made last",
            f"take the annotation {DEFAULT_CLASS} from all but one",
            about=default[0].key,
        )
    elif not default:
        yield Finding("StorageClasses", Severity.NOTE, "none is default: a claim that names no class stays pending")


def driver_findings(scene: Scene) -> Iterator[Finding]:
    """Is the driver registered on every node that Longhorn knows?"""
    if not sees(scene, NODES, CSINODES):
        return
    ready = {row.name for row in scene.rows.all(NODES) if row.ready}
    # Longhorn may be kept off some nodes: it knows which are its own, once its manager has made them.
    nodes = ready & ({row.name for row in scene.rows.all(LONGHORN_NODES)} or ready)
    registered = {row.name for row in scene.rows.all(CSINODES) if DRIVER in row.drivers}
    lacking = sorted(nodes - registered)
    if lacking:
        yield Finding(
            f"driver {DRIVER}",
            Severity.WARNING,
            f"is registered on {len(nodes & registered)}/{len(nodes)} nodes, not on {listed(lacking)}",
            "look at DaemonSet longhorn-csi-plugin",
            about=(NODES.id, "", lacking[0]),
        )


def csi_findings(scene: Scene) -> Iterator[Finding]:
    """Are the workloads there that Longhorn makes at run time? How far those are that are there is said elsewhere."""
    there = {(row.kind, row.name): row for row in scene.workloads}
    yield from idle_workloads(there[kind.id, name] for kind, name, _ in _CSI if (kind.id, name) in there)
    if not sees(scene, DAEMONSETS, DEPLOYMENTS):
        return
    for severity, wanted in ((Severity.BLOCKER, _CSI), (Severity.WARNING, _CSI_EXTRAS)):
        for kind, name, loss in wanted:
            if (kind.id, name) not in there:
                young = settling(scene)
                text = f"is not there{' yet' if young else ''}, so {loss}"
                remedy = "" if young else "restart longhorn-driver-deployer"
                yield Finding(f"{kind.singular} {name}", severity, text, remedy)
    if not any(kind == DAEMONSETS.id and name.startswith(_ENGINE) for kind, name in there):
        yield Finding(f"DaemonSet {_ENGINE}…", Severity.BLOCKER, "is not there, so no engine can run", "see its images")


def node_findings(scene: Scene) -> Iterator[Finding]:
    """Are Longhorn's nodes ready, may replicas be put there, and what do their hosts lack?"""
    rows = sorted(scene.rows.all(LONGHORN_NODES), key=lambda row: row.name)
    yield from fold_rows([row for row in rows if row.ready and not row.allowed], _closed_node, _closed_nodes)
    bad = [row for row in rows if row.status != "ready" and not (row.ready and not row.allowed)]
    yield from fold_rows(sorted(bad, key=lambda row: row.ready), _bad_node, _bad_nodes)
    if sees(scene, LONGHORN_NODES) and not any(row.status == "ready" for row in rows):
        yield Finding("Longhorn nodes", Severity.BLOCKER, "none is ready and schedulable")
    yield from fold_rows([row for row in rows if row.lacks], _poor_node, _poor_nodes)


def _closed_node(row: LonghornNode) -> Finding:
    return Finding(f"Longhorn node {row.name}", Severity.NOTE, "takes no replicas: its spec says so", about=row.key)


def _closed_nodes(rows: Sequence[LonghornNode]) -> Finding:
    text = f"take no replicas, as their specs say: {listed([row.name for row in rows])}"
    return Finding(f"{len(rows)} Longhorn nodes", Severity.NOTE, text, about=rows[0].key)


def _bad_node(row: LonghornNode) -> Finding:
    text = f"{row.status}: {row.reason or 'no reason given'}"
    return Finding(f"Longhorn node {row.name}", Severity.WARNING, text, about=row.key)


def _bad_nodes(rows: Sequence[LonghornNode]) -> Finding:
    text = f"are not ready or not schedulable: {listed([row.name for row in rows])}"
    return Finding(f"{len(rows)} Longhorn nodes", Severity.WARNING, text, about=rows[0].key)


def _poor_node(row: LonghornNode) -> Finding:
    severity = Severity.WARNING if any(lack.startswith(_TROUBLING) for lack in row.lacks) else Severity.NOTE
    text = f"its host lacks something: {'; '.join(row.lacks)}"
    return Finding(f"Longhorn node {row.name}", severity, text, "longhornctl check preflight", about=row.key)


def _poor_nodes(rows: Sequence[LonghornNode]) -> Finding:
    found = [_poor_node(row) for row in rows]
    text = f"their hosts lack something: {listed([row.name for row in rows])}"
    severity = max(each.severity for each in found)
    return Finding(f"{len(rows)} Longhorn nodes", severity, text, "longhornctl check preflight", about=rows[0].key)


def disk_findings(scene: Scene) -> Iterator[Finding]:
    """Disks of ready nodes that should take replicas and don't."""
    rows = [row for row in scene.rows.all(LONGHORN_NODES) if row.status == "ready" and _closed_disks(row)]
    yield from fold_rows(sorted(rows, key=lambda row: row.name), _node_with_bad_disks, _nodes_with_bad_disks)


def _closed_disks(row: LonghornNode) -> list[Disk]:
    return [disk for disk in row.disks if disk.allowed and not (disk.ready and disk.schedulable)]


def _node_with_bad_disks(row: LonghornNode) -> Finding:
    told = [
        f"{disk.path or disk.name} takes no replicas: {disk.reason or 'no reason given'}" for disk in _closed_disks(row)
    ]
    return Finding(f"disks of Longhorn node {row.name}", Severity.WARNING, "; ".join(told), about=row.key)


def _nodes_with_bad_disks(rows: Sequence[LonghornNode]) -> Finding:
    text = f"have disks that take no replicas: {listed([row.name for row in rows])}"
    return Finding(f"{len(rows)} Longhorn nodes", Severity.WARNING, text, about=rows[0].key)
