"""What Flux manages: every object that it reaches in Git from a root, by the ways that it goes itself.

A folder with a kustomization.yaml is what that lists; one without is all the YAML in and below it. A Flux Kustomization
leads on to its ``spec.path``, with its namespace and its substitutions. What is commented out is not there.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runners.layers.discovery.documents import Files, Reading, is_known, read
from runners.layers.discovery.helmfiles import Remark
from runners.layers.discovery.manifests import GOTK_COMPONENTS, Manifest, manifests_in, substituted
from runners.layers.discovery.paths import first_of, folder_of, from_root, resolved
from runners.layers.jsons import Json, mapping, sequence, strings, text

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
KUSTOMIZE_GROUP = "kustomize.toolkit.fluxcd.io"
HELM_GROUP = "helm.toolkit.fluxcd.io"
SOURCE_GROUP = "source.toolkit.fluxcd.io"
_WITHOUT_NAMESPACE = frozenset(
    {
        *("Namespace", "CustomResourceDefinition", "StorageClass", "PersistentVolume", "IngressClass", "PriorityClass"),
        *("ClusterRole", "ClusterRoleBinding", "VolumeSnapshotClass", "RuntimeClass", "CSIDriver", "GatewayClass"),
        *("ClusterIssuer", "ClusterSecretStore", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
    }
)
"""Kinds that no namespace is laid over."""
_ROUNDS = 3
"""Times that a walk begins anew with the ConfigMaps that the one before reached, for substitutions from them."""


@dataclass(frozen=True, slots=True)
class FluxRoot:
    """Where Flux begins in Git."""

    path: str
    """The folder, relative to the repository; empty is its root."""
    sources: frozenset[str] = frozenset({"flux-system"})
    """Names of the GitRepository or OCIRepository objects that are this repository."""


@dataclass(frozen=True, slots=True)
class GitObject:
    """One object in Git that Flux manages."""

    group: str
    """``apps``; empty for the core."""
    kind: str
    namespace: str
    """As Flux applies it; empty where none is written, which may be an object without one."""
    name: str
    path: str
    """The file that it stands in."""
    line: int
    applier: str = ""
    """The Flux Kustomization that applies it, ``namespace/name``; empty for the root's own."""
    release: tuple[str, str] | None = None
    """Of a HelmRelease: namespace and name of the Helm release that it makes in this cluster."""
    chart: str = ""
    """Of a HelmRelease: the chart's name, as far as it is written there."""

    @property
    def id(self) -> str:
        """``HelmRelease metallb-system/metallb``."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Reached:
    """Everything that was reached from one root."""

    objects: tuple[GitObject, ...] = ()
    broken: tuple[Remark, ...] = ()
    """What Flux can't get past: files that are not there, or can't be read."""
    beyond: tuple[Remark, ...] = ()
    """Ways that lead out of the repository, or to where Git does not say."""
    decrypts: tuple[Remark, ...] = ()
    """``namespace/name`` of each Secret that a Kustomization decrypts with, where it first says so."""


def flux_reached(files: Files, root: FluxRoot) -> Reached:
    """Every object that Flux manages from a root, in the order in which it is reached, and the ways that end."""
    variables: Mapping[tuple[str, str], Mapping[str, str]] = {}
    readings: dict[str, Reading] = {}
    for _ in range(_ROUNDS):
        walk = _Walk(files, root, variables, readings)
        walk.folder(root.path, _Way())
        if walk.config_maps == variables:
            break
        variables = walk.config_maps
    broken, beyond = tuple(dict.fromkeys(walk.broken)), tuple(dict.fromkeys(walk.beyond))
    return Reached(tuple(walk.found.values()), broken, beyond, tuple(walk.decrypts.values()))


@dataclass(frozen=True, slots=True)
class _Way:
    """How a folder was come to, as far as it changes what is in it."""

    applier: str = ""
    namespaces: tuple[str, ...] = ()
    """Namespaces that are laid over the objects' own, the innermost first: the last one counts."""
    prefix: str = ""
    suffix: str = ""
    variables: Mapping[str, str] | None = None
    """What is filled in; None where nothing is, not even a variable's own default."""
    seen: frozenset[str] = frozenset()
    """Folders on the way here: kustomize ends at a circle, and so does this."""

    def placed(self, manifest: Manifest) -> Manifest:
        """An object as it is applied after all that was laid over it on the way."""
        over = self.namespaces and manifest.kind not in _WITHOUT_NAMESPACE
        own = self.namespaces[-1] if over else manifest.namespace
        name = f"{self.prefix}{manifest.name}{self.suffix}"
        return replace(manifest, namespace=self.filled(own), name=self.filled(name))

    def filled(self, value: str) -> str:
        """A value after the substitutions of the Kustomization that applies it."""
        return value if self.variables is None else substituted(value, self.variables)


class _Walk:
    """One walk through a repository from a root."""

    def __init__(
        self,
        files: Files,
        root: FluxRoot,
        variables: Mapping[tuple[str, str], Mapping[str, str]],
        readings: dict[str, Reading],
    ) -> None:
        self._files, self._root, self._variables, self._readings = files, root, variables, readings
        self._sorted = sorted(path for path in files if path.endswith((".yaml", ".yml")))
        self._folders = {folder for path in files for folder in _parents(path)}
        self._listings = {folder_of(path) for path in files if posixpath.basename(path) in KUSTOMIZATION_FILES}
        self._applied: set[tuple[str, str]] = set()
        self.found: dict[tuple[object, ...], GitObject] = {}
        """Each object once, under what it is and where it stands: a root leads to its own folder once more."""
        self.broken: list[Remark] = []
        self.beyond: list[Remark] = []
        self.decrypts: dict[str, Remark] = {}
        self.config_maps: dict[tuple[str, str], Mapping[str, str]] = {}

    def folder(self, folder: str, way: _Way) -> None:
        """Everything that a folder stands for."""
        if folder in way.seen:
            return
        way = replace(way, seen=way.seen | {folder})
        listing = first_of(self._files, folder, KUSTOMIZATION_FILES)
        if listing is not None:
            self._listed(listing, way)
            return
        # kustomize-controller makes a kustomization.yaml of its own where there is none: all the YAML in and below,
        # and a folder that has one as a whole.
        inside = f"{folder}/" if folder else ""
        whole: set[str] = set()
        for path in self._below(inside):
            owner = next((at for at in _parents(path) if at.startswith(inside) and at in self._listings), "")
            if not owner:
                self._file(path, way)
            elif owner not in whole:
                whole.add(owner)
                self.folder(owner, way)

    def _below(self, inside: str) -> Sequence[str]:
        begin = bisect_left(self._sorted, inside)
        end = bisect_left(self._sorted, f"{inside}\U0010ffff") if inside else len(self._sorted)
        return self._sorted[begin:end]

    def _listed(self, listing: str, way: _Way) -> None:
        reading = self._read(listing)
        for document in reading.documents[:1]:
            laid = way.namespaces
            if namespace := text(document, "namespace"):
                laid = (namespace, *laid)
            inner = replace(
                way,
                namespaces=laid,
                prefix=way.prefix + text(document, "namePrefix"),
                suffix=text(document, "nameSuffix") + way.suffix,
            )
            for key in ("resources", "bases", "components"):
                for name in strings(document, key):
                    self._entry(listing, name, inner)

    def _entry(self, listing: str, name: str, way: _Way) -> None:
        path = resolved(folder_of(listing), name)
        if "://" in name or name.startswith("git@") or "?ref=" in name:
            self.beyond.append(Remark(listing, 0, f"lists {name}, which is not in this repository"))
        elif path is None:
            self.beyond.append(Remark(listing, 0, f"lists {name}, which is outside of the repository"))
        elif path in self._files:
            self._file(path, way)
        elif path in self._folders:
            self.folder(path, way)
        else:
            self.broken.append(Remark(listing, 0, f"lists {name}, which is not there"))

    def _file(self, path: str, way: _Way) -> None:
        if posixpath.basename(path) == GOTK_COMPONENTS:
            return
        for manifest in manifests_in(self._read(path), path):
            self._object(way.placed(manifest), way)

    def _object(self, manifest: Manifest, way: _Way) -> None:
        is_local = manifest.group == HELM_GROUP and not manifest.is_remote
        release = _helm_release(manifest, way) if is_local else None
        chart = text(manifest.body, "spec", "chart", "spec", "chart") if release else ""
        named = (manifest.group, manifest.kind, manifest.namespace, manifest.name)
        at = (*named, manifest.path, manifest.line)
        self.found.setdefault(at, GitObject(*at, way.applier, release, chart))
        if manifest.kind == "ConfigMap" and not manifest.group:
            data = {key: text(value) for key, value in mapping(manifest.body, "data").items()}
            self.config_maps[manifest.namespace, manifest.name] = data
        elif manifest.kind == "Kustomization" and manifest.group == KUSTOMIZE_GROUP:
            self._applies(manifest, way)

    def _applies(self, manifest: Manifest, way: _Way) -> None:
        """Follows a Flux Kustomization to its path, once."""
        at, spec = (manifest.namespace, manifest.name), mapping(manifest.body, "spec")
        if at in self._applied:
            return
        self._applied.add(at)
        if secret := text(spec, "decryption", "secretRef", "name"):
            name = f"{manifest.namespace}/{secret}"
            self.decrypts.setdefault(name, Remark(manifest.path, manifest.line, name))
        source, path = text(spec, "sourceRef", "name"), way.filled(text(spec, "path"))
        if manifest.is_remote:
            words = f"{manifest.id} applies {path or '/'} to another cluster"
            self.beyond.append(Remark(manifest.path, manifest.line, words))
            return
        if source not in self._root.sources:
            words = f"{manifest.id} applies {path or '/'} of the source {source or '(none)'}: not of this repository"
            self.beyond.append(Remark(manifest.path, manifest.line, words))
            return
        if not is_known(path):
            words = f"{manifest.id} applies {path}: what that is Git does not say"
            self.beyond.append(Remark(manifest.path, manifest.line, words))
            return
        folder = from_root(path)
        if folder and folder not in self._folders:
            words = f"{manifest.id} applies {path}, which is not there"
            self.broken.append(Remark(manifest.path, manifest.line, words))
            return
        target = text(spec, "targetNamespace")
        inner = _Way(
            applier=f"{manifest.namespace}/{manifest.name}",
            namespaces=(way.filled(target),) if target else (),
            variables=dict(self._substitutions(spec, manifest.namespace, way)) if "postBuild" in spec else None,
        )
        for name in ("", *strings(spec, "components")):
            below = resolved(folder, name)
            if below is not None:
                self.folder(below, inner)

    def _substitutions(self, spec: Json, namespace: str, way: _Way) -> Iterator[tuple[str, str]]:
        """What a Flux Kustomization fills in: from ConfigMaps in Git, and what it writes itself, which wins."""
        for item in sequence(spec, "postBuild", "substituteFrom"):
            if text(item, "kind") == "ConfigMap":
                yield from self._variables.get((namespace, text(item, "name")), {}).items()
        for name, value in mapping(spec, "postBuild", "substitute").items():
            yield name, way.filled(text(value))

    def _read(self, path: str) -> Reading:
        reading = self._readings.get(path)
        if reading is None:
            reading = self._readings[path] = read(self._files[path])
        if reading.mistake:
            self.broken.append(Remark(path, reading.line, reading.mistake))
        return reading


def _helm_release(manifest: Manifest, way: _Way) -> tuple[str, str]:
    """Namespace and name of the Helm release that a HelmRelease makes, as helm-controller names it."""
    target = way.filled(text(manifest.body, "spec", "targetNamespace"))
    name = way.filled(text(manifest.body, "spec", "releaseName"))
    return target or manifest.namespace, name or (f"{target}-{manifest.name}" if target else manifest.name)


def _parents(path: str) -> Sequence[str]:
    """The folders above a file, outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: at + 1]) for at in range(len(parts))]
