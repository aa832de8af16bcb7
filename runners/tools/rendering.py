"""Rendered manifests as objects: which there are, a hash of each, which are random, and where each belongs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from runners.layers.components.longhorn_defaults import default_settings
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.plans import ObjectRef
from runners.tools.calls import PlanError

CLUSTER_SCOPED: frozenset[tuple[str, str]] = frozenset(
    [("", kind) for kind in ("Namespace", "Node", "PersistentVolume")]
    + [("apiextensions.k8s.io", "CustomResourceDefinition"), ("apiregistration.k8s.io", "APIService")]
    + [("rbac.authorization.k8s.io", kind) for kind in ("ClusterRole", "ClusterRoleBinding")]
    + [("storage.k8s.io", k) for k in ("StorageClass", "CSIDriver", "CSINode", "VolumeAttachment")]
    + [("storage.k8s.io", "VolumeAttributesClass"), ("scheduling.k8s.io", "PriorityClass")]
    + [("networking.k8s.io", kind) for kind in ("IngressClass", "IPAddress", "ServiceCIDR")]
    + [("admissionregistration.k8s.io", f"{who}WebhookConfiguration") for who in ("Validating", "Mutating")]
    + [("admissionregistration.k8s.io", f"{who}AdmissionPolicy") for who in ("Validating", "Mutating")]
    + [("admissionregistration.k8s.io", f"{who}AdmissionPolicyBinding") for who in ("Validating", "Mutating")]
    + [("flowcontrol.apiserver.k8s.io", kind) for kind in ("FlowSchema", "PriorityLevelConfiguration")]
    + [("node.k8s.io", "RuntimeClass"), ("certificates.k8s.io", "CertificateSigningRequest")]
    + [("resource.k8s.io", kind) for kind in ("DeviceClass", "ResourceSlice")]
)
"""(group, kind) of Kubernetes' own kinds that have no namespace."""

_DOCUMENTS = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_FROM_CRDS_FOLDER = re.compile(r"^# Source: \S+/crds/", re.MULTILINE)
_KEEP = "helm.sh/resource-policy"
_HOOK = "helm.sh/hook"

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML has it: a chart full of CRDs takes ten times as long without."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The objects of one manifest."""

    hashes: Mapping[ObjectRef, str] = field(default_factory=dict)
    """SHA-256 of each object, whatever the order of its keys and the layout of its text."""
    beside: frozenset[ObjectRef] = frozenset()
    """Hooks, and what comes from a chart's crds folder: not part of what Helm records for the release."""
    kept: frozenset[ObjectRef] = frozenset()
    """What an uninstall leaves behind."""
    charts: tuple[str, ...] = ()
    """Values of the label ``helm.sh/chart``, each once."""
    longhorn_settings: Mapping[str, str] = field(default_factory=dict)
    """Setting → value, as the manifest sets Longhorn's."""


def placed(ref: ObjectRef, cluster_scoped: frozenset[tuple[str, str]]) -> ObjectRef:
    """The same object without the namespace that helm-diff writes for kinds that have none."""
    if (ref.group, ref.kind) in CLUSTER_SCOPED or (ref.group, ref.kind) in cluster_scoped:
        return ObjectRef(ref.kind, "", ref.name, ref.group)
    return ref


class Renderer:
    """Reads manifests of one release; documents that it has read before cost nothing."""

    def __init__(self, namespace: str, cluster_scoped: frozenset[tuple[str, str]] = frozenset()) -> None:
        """Takes the release's namespace, where objects without one go, and which kinds have none at all."""
        self._namespace = namespace
        self._cluster_scoped = cluster_scoped
        self._seen: dict[str, list[Json]] = {}

    def read(self, manifest: str) -> Rendered:
        """The objects of a manifest as ``helm template`` or ``helm get manifest`` prints it.

        Raises:
            PlanError: it isn't YAML.
        """
        try:
            return self._read(manifest)
        except RecursionError:
            raise PlanError("what the chart renders is nested too deeply") from None

    def _read(self, manifest: str) -> Rendered:
        hashes: dict[ObjectRef, str] = {}
        beside, kept, charts, settings = set(), set(), dict[str, None](), dict[str, str]()
        for document in _DOCUMENTS.split(manifest):
            from_folder = _FROM_CRDS_FOLDER.search(document) is not None
            for obj in self._objects(document):
                ref = self._ref(obj)
                hashes[ref] = _digest(obj)
                annotations = mapping(obj, "metadata", "annotations")
                if from_folder or _HOOK in annotations:
                    beside.add(ref)
                if text(annotations, _KEEP) == "keep":
                    kept.add(ref)
                chart = text(mapping(obj, "metadata", "labels"), "helm.sh/chart")
                charts |= {chart: None} if chart else {}
                settings |= default_settings(obj)
        return Rendered(hashes, frozenset(beside), frozenset(kept), tuple(charts), settings)

    def _objects(self, document: str) -> list[Json]:
        found = self._seen.get(document)
        if found is None:
            found = self._seen[document] = list(_flattened(_load(document)))
        return found

    def _ref(self, obj: Json) -> ObjectRef:
        group, slash, _ = text(obj, "apiVersion").partition("/")
        name = text(obj, "metadata", "name") or text(obj, "metadata", "generateName")
        namespace = text(obj, "metadata", "namespace") or self._namespace
        return placed(ObjectRef(text(obj, "kind"), namespace, name, group if slash else ""), self._cluster_scoped)


def scopes(objects: Mapping[ObjectRef, object]) -> Callable[[ObjectRef], ObjectRef]:
    """Finds the object among rendered ones that helm-diff means, in spite of the namespace it wrote."""
    bare = {(ref.kind, ref.group, ref.name): ref for ref in objects if not ref.namespace}

    def find(ref: ObjectRef) -> ObjectRef:
        return ref if ref in objects else bare.get((ref.kind, ref.group, ref.name), ref)

    return find


def random_between(first: Rendered, second: Rendered) -> frozenset[ObjectRef]:
    """What two renderings of the same release don't agree on: its values are made anew each time."""
    refs = first.hashes.keys() | second.hashes.keys()
    return frozenset(ref for ref in refs if first.hashes.get(ref) != second.hashes.get(ref))


def _load(document: str) -> object:
    try:
        return yaml.load(document, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1} of one of its objects)" if mark is not None else ""
        raise PlanError(f"what the chart renders is not YAML{where}") from None
    except ValueError as error:
        # A date that isn't one, for instance 2026-02-31, fails outside of YAMLError.
        raise PlanError(f"what the chart renders can't be read: {type(error).__name__}") from None


def _flattened(obj: object) -> Iterator[Json]:
    """The object itself, or those of a List; comments and empty documents are none."""
    found = mapping(obj)
    kind = text(found, "kind")
    if kind.endswith("List") and "items" in found:
        for item in sequence(found, "items"):
            yield from _flattened(item)
    elif kind:
        yield found


def _digest(obj: Json) -> str:
    return hashlib.sha256(json.dumps(_canonical(obj), sort_keys=True).encode()).hexdigest()


def _canonical(value: object) -> object:
    """The value with every key a string, as JSON needs them; YAML has keys and scalars of any kind."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_canonical(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
