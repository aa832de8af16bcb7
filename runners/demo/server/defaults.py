"""What the server fills in that a person leaves out, where someone would miss it."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping

from runners.demo.server.crds import CLEANUP, accepted
from runners.demo.server.kinds_served import ServedKind
from runners.layers.jsons import Json, mapping, sequence, text


def defaulted(kind: ServedKind, obj: Json, now: str) -> Json:
    """An object with its kind's defaults, at each write."""
    fill = _AT_EACH_WRITE.get(kind.resource)
    return fill(obj, now) if fill else obj


def begun(kind: ServedKind, obj: Json, now: str) -> Json:
    """A new object with the status that the server begins it with."""
    if kind.has_status and kind.resource not in _MAY_BRING_STATUS:
        obj = {key: value for key, value in obj.items() if key != "status"}
    fill = _AT_FIRST.get(kind.resource)
    return fill(obj, now) if fill else obj


_MAY_BRING_STATUS = frozenset({"nodes"})
"""A kubelet registers its node with a status."""


def _with_spec(obj: Json, **fields: object) -> Json:
    return {**obj, "spec": {**fields, **mapping(obj, "spec")}}


def _namespace(obj: Json, _now: str) -> Json:
    labels = {"kubernetes.io/metadata.name": text(obj, "metadata", "name"), **mapping(obj, "metadata", "labels")}
    metadata = {**mapping(obj, "metadata"), "labels": labels}
    return {**obj, "metadata": metadata, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def _pod(obj: Json, _now: str) -> Json:
    spec = _with_spec(obj, restartPolicy="Always", dnsPolicy="ClusterFirst", terminationGracePeriodSeconds=30)
    return {**spec, "status": {"phase": "Pending", "qosClass": "BestEffort"}}


def _crd(obj: Json, now: str) -> Json:
    known = [item for item in sequence(obj, "metadata", "finalizers") if item != CLEANUP]
    return accepted({**obj, "metadata": {**mapping(obj, "metadata"), "finalizers": [*known, CLEANUP]}}, now)


def _service(obj: Json, _now: str) -> Json:
    spec = dict(mapping(_with_spec(obj, type="ClusterIP", sessionAffinity="None"), "spec"))
    if spec["type"] != "ExternalName":
        name = f"{text(obj, 'metadata', 'namespace')}/{text(obj, 'metadata', 'name')}"
        host = zlib.crc32(name.encode()) % 65000 + 10
        spec.setdefault("clusterIP", f"10.96.{host // 256}.{host % 256}")
        spec.setdefault("clusterIPs", [spec["clusterIP"]])
    ports = [{"protocol": "TCP", "targetPort": mapping(port).get("port"), **mapping(port)} for port in _ports(spec)]
    return {**obj, "spec": {**spec, **({"ports": ports} if ports else {})}, "status": {"loadBalancer": {}}}


def _ports(spec: Json) -> list[object]:
    return list(sequence(spec, "ports"))


def _secret(obj: Json, _now: str) -> Json:
    plain = {key: text(value) for key, value in mapping(obj, "stringData").items()}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
    data = {**mapping(obj, "data"), **encoded}
    rest = {key: value for key, value in obj.items() if key not in ("stringData", "data")}
    return {**rest, **({"data": data} if data else {}), "type": text(obj, "type") or "Opaque"}


def _replicas(obj: Json, _now: str) -> Json:
    return _with_spec(obj, replicas=1)


def _storage_class(obj: Json, _now: str) -> Json:
    return {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate", **obj}


_AT_FIRST: Mapping[str, Callable[[Json, str], Json]] = {
    "namespaces": _namespace,
    "pods": _pod,
    "services": _service,
    "persistentvolumeclaims": lambda obj, _now: {
        **_with_spec(obj, volumeMode="Filesystem"), "status": {"phase": "Pending"},
    },
    "persistentvolumes": lambda obj, _now: {
        **_with_spec(obj, persistentVolumeReclaimPolicy="Retain", volumeMode="Filesystem"),
        "status": {"phase": "Pending"},
    },
    "customresourcedefinitions.apiextensions.k8s.io": _crd,
}  # fmt: skip

_AT_EACH_WRITE: Mapping[str, Callable[[Json, str], Json]] = {
    "secrets": _secret,
    "deployments.apps": _replicas,
    "replicasets.apps": _replicas,
    "statefulsets.apps": _replicas,
    "storageclasses.storage.k8s.io": _storage_class,
}
