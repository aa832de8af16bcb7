"""Storage as Kubernetes sees it: StorageClasses, claims, volumes (PV) and the CSI drivers that nodes registered."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, strings, text, truth
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, applied_by, head

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


@dataclass(frozen=True, slots=True)
class StorageClass(Row):
    """One StorageClass."""

    provisioner: str
    reclaim: str
    binding: str
    default: bool
    expandable: bool
    applied_by: str = ""
    """The Flux object that put it there, by its labels; empty when none did."""
    replicas: int = 0
    """How many a volume of Longhorn's gets; 0 where its parameters don't say."""


def storageclass_row(kind: str, obj: Json) -> StorageClass:
    """The row of a decoded StorageClass."""
    return StorageClass(
        *head(kind, obj),
        provisioner=text(obj, "provisioner"),
        reclaim=text(obj, "reclaimPolicy", default="Delete"),
        binding=text(obj, "volumeBindingMode", default="Immediate"),
        default=truth(obj, "metadata", "annotations", DEFAULT_CLASS),
        expandable=truth(obj, "allowVolumeExpansion"),
        applied_by=applied_by(obj),
        replicas=integer(obj, "parameters", "numberOfReplicas"),
    )


STORAGECLASSES: Kind[StorageClass] = Kind(
    id="storageclasses",
    table="storageclasses",
    group="storage.k8s.io",
    version="v1",
    plural="storageclasses",
    singular="StorageClass",
    namespaced=False,
    row=storageclass_row,
    columns=(
        Column("NAME", lambda row, _now: f"{row.name} (default)" if row.default else row.name, grows=True),
        Column("PROVISIONER", lambda row, _now: row.provisioner),
        Column("RECLAIM", lambda row, _now: row.reclaim, drop=1),
        Column("BINDING", lambda row, _now: row.binding),
        Column("EXPANDS", lambda row, _now: "yes" if row.expandable else "no", drop=2),
        AGE,
    ),
    aliases=("sc", "storageclass"),
)


@dataclass(frozen=True, slots=True)
class Claim(Row):
    """One PersistentVolumeClaim."""

    status: str
    """Its phase, or ``Terminating``."""
    volume: str
    capacity: str
    modes: str
    storage_class: str


def claim_row(kind: str, obj: Json) -> Claim:
    """The row of a decoded PersistentVolumeClaim."""
    terminating = text(obj, "metadata", "deletionTimestamp")
    return Claim(
        *head(kind, obj),
        status="Terminating" if terminating else text(obj, "status", "phase", default="Unknown"),
        volume=text(obj, "spec", "volumeName"),
        capacity=text(obj, "status", "capacity", "storage") or text(obj, "spec", "resources", "requests", "storage"),
        modes=access_modes(strings(obj, "spec", "accessModes")),
        storage_class=text(obj, "spec", "storageClassName"),
    )


_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def access_modes(modes: tuple[str, ...]) -> str:
    """Access modes in kubectl's short form."""
    return ",".join(_MODES.get(mode, mode) for mode in modes)


def claim_tone(claim: Claim) -> Tone:
    """Loud when its data is gone, moving while it waits."""
    return {"Bound": Tone.PLAIN, "Pending": Tone.MOVING, "Terminating": Tone.WARN}.get(claim.status, Tone.BAD)


CLAIMS: Kind[Claim] = Kind(
    id="persistentvolumeclaims",
    table="claims",
    group="",
    version="v1",
    plural="persistentvolumeclaims",
    singular="PersistentVolumeClaim",
    row=claim_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("STATUS", lambda row, _now: row.status),
        Column("VOLUME", lambda row, _now: row.volume or "–", drop=2),
        Column("CAPACITY", lambda row, _now: row.capacity or "–", right=True),
        Column("ACCESS", lambda row, _now: row.modes, drop=3),
        Column("CLASS", lambda row, _now: row.storage_class or "–", drop=1),
        AGE,
    ),
    tone=claim_tone,
    aliases=("pvc", "claims", "persistentvolumeclaim"),
)


@dataclass(frozen=True, slots=True)
class Volume(Row):
    """One PersistentVolume."""

    status: str
    capacity: str
    modes: str
    reclaim: str
    claim: str
    """``namespace/name`` of the claim it is bound to."""
    storage_class: str
    driver: str
    handle: str = ""
    """What its CSI driver calls it."""
    source: str = ""
    """The API's word for where its data lies: ``csi``, ``hostPath``, ``local``, ``nfs`` …; empty when none is known."""


_SOURCES = ("csi", "hostPath", "local", "nfs", "iscsi", "fc", "cephfs", "rbd")


def volume_row(kind: str, obj: Json) -> Volume:
    """The row of a decoded PersistentVolume."""
    claim = mapping(obj, "spec", "claimRef")
    return Volume(
        *head(kind, obj),
        status=text(obj, "status", "phase", default="Unknown"),
        capacity=text(obj, "spec", "capacity", "storage"),
        modes=access_modes(strings(obj, "spec", "accessModes")),
        reclaim=text(obj, "spec", "persistentVolumeReclaimPolicy"),
        claim=f"{text(claim, 'namespace')}/{text(claim, 'name')}" if claim else "",
        storage_class=text(obj, "spec", "storageClassName"),
        driver=text(obj, "spec", "csi", "driver"),
        handle=text(obj, "spec", "csi", "volumeHandle"),
        source=next((name for name in _SOURCES if mapping(obj, "spec", name)), ""),
    )


def volume_tone(volume: Volume) -> Tone:
    """Loud when it lost its claim or could not be reclaimed."""
    return {"Bound": Tone.PLAIN, "Available": Tone.PLAIN, "Pending": Tone.MOVING, "Released": Tone.WARN}.get(
        volume.status, Tone.BAD
    )


VOLUMES: Kind[Volume] = Kind(
    id="persistentvolumes",
    table="volumes",
    group="",
    version="v1",
    plural="persistentvolumes",
    singular="PersistentVolume",
    namespaced=False,
    row=volume_row,
    columns=(
        NAME,
        Column("CAPACITY", lambda row, _now: row.capacity, right=True),
        Column("ACCESS", lambda row, _now: row.modes, drop=3),
        Column("RECLAIM", lambda row, _now: row.reclaim, drop=1),
        Column("STATUS", lambda row, _now: row.status),
        Column("CLAIM", lambda row, _now: row.claim or "–"),
        Column("CLASS", lambda row, _now: row.storage_class or "–", drop=1),
        AGE,
    ),
    tone=volume_tone,
    aliases=("pv", "volumes", "persistentvolume"),
)


@dataclass(frozen=True, slots=True)
class CsiNode(Row):
    """The CSI drivers that one node's kubelet has registered."""

    drivers: tuple[str, ...]


def csinode_row(kind: str, obj: Json) -> CsiNode:
    """The row of a decoded CSINode."""
    return CsiNode(
        *head(kind, obj),
        drivers=tuple(text(driver, "name") for driver in sequence(obj, "spec", "drivers")),
    )


CSINODES: Kind[CsiNode] = Kind(
    id="csinodes",
    table="csinodes",
    group="storage.k8s.io",
    version="v1",
    plural="csinodes",
    singular="CSINode",
    namespaced=False,
    row=csinode_row,
    columns=(NAME, Column("DRIVERS", lambda row, _now: ", ".join(row.drivers) or "–"), AGE),
    aliases=("csinode",),
)
