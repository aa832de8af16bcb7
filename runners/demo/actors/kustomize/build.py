"""Finds the manifests below a path, as kustomize does: by its kustomization.yaml, or all of them where it has none."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

import yaml

from runners.layers.jsons import Json, mapping, strings, text

_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_KNOWN = {"apiVersion", "kind", "metadata", "resources", "namespace", "labels", "commonAnnotations"}


class BuildError(Exception):
    """The manifests can't be built; the text says of which file."""


class _Loader(_Base):  # type: ignore[misc, valid-type]
    """Reads what JSON can say: times stay texts."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


def has_path(files: Mapping[str, bytes], path: str) -> bool:
    """Is there anything below a path?"""
    folder = _normal(path)
    return any(_below(name, folder) for name in files)


def build(files: Mapping[str, bytes], path: str) -> Sequence[Json]:
    """The objects below a path, in the order in which they are named.

    Raises:
        BuildError: a file is no YAML, or no object, or asks for what isn't played here.
    """
    return list(_folder(files, _normal(path), ()))


def _folder(files: Mapping[str, bytes], folder: str, above: tuple[str, ...]) -> Iterator[Json]:
    if folder in above:
        raise BuildError(f"kustomize build failed: cycle detected at '{folder}'")
    own = next((name for each in _NAMES if (name := posixpath.join(folder, each)) in files), "")
    if own:
        yield from _kustomization(files, folder, own, (*above, folder))
        return
    # A folder below that has a kustomization is one resource; every other file stands for itself.
    roots = {posixpath.dirname(name) for name in files if posixpath.basename(name) in _NAMES and _below(name, folder)}
    for name in sorted(name for name in files if _below(name, folder)):
        inside = next((root for root in sorted(roots) if _below(name, root)), "")
        if not inside and name.endswith((".yaml", ".yml")):
            yield from _objects(files[name], name)
    for root in sorted(roots):
        if not any(root != other and _below(f"{root}/", other) for other in roots):
            yield from _folder(files, root, (*above, folder))


def _kustomization(files: Mapping[str, bytes], folder: str, name: str, above: tuple[str, ...]) -> Iterator[Json]:
    said = next(iter(_documents(files[name], name)), {})
    if unknown := sorted(set(said) - _KNOWN):
        raise BuildError(f"kustomize build failed: {name}: {', '.join(unknown)} can't be played here")
    for resource in strings(said, "resources"):
        path = _normal(posixpath.join(folder, resource))
        if path in files:
            found = _objects(files[path], path)
        elif has_path(files, path):
            found = _folder(files, path, above)
        else:
            raise BuildError(f"kustomize build failed: accumulating resources from '{resource}': no such file")
        for obj in found:
            yield _transformed(obj, said)


def _transformed(obj: Json, kustomization: Json) -> Json:
    metadata = dict(mapping(obj, "metadata"))
    namespace = text(kustomization, "namespace")
    if namespace and text(obj, "kind") not in CLUSTER_WIDE:
        metadata["namespace"] = namespace
    annotations = mapping(kustomization, "commonAnnotations")
    if annotations:
        metadata["annotations"] = {**mapping(metadata, "annotations"), **annotations}
    for entry in (mapping(item) for item in _items(kustomization, "labels")):
        metadata["labels"] = {**mapping(metadata, "labels"), **mapping(entry, "pairs")}
    return {**obj, "metadata": metadata}


CLUSTER_WIDE = frozenset(
    {
        *("Namespace", "Node", "PersistentVolume", "StorageClass", "CSIDriver", "PriorityClass"),
        *("CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "APIService", "IngressClass"),
        *("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    }
)
"""Built-in kinds without a namespace."""


def _items(value: Json, name: str) -> Sequence[object]:
    found = value.get(name)
    return found if isinstance(found, list) else ()


def _objects(content: bytes, name: str) -> Iterator[Json]:
    for document in _documents(content, name):
        if text(document, "kind").endswith("List") and isinstance(document.get("items"), list):
            yield from (mapping(item) for item in _items(document, "items"))
        elif not (text(document, "kind") and text(document, "apiVersion") and text(document, "metadata", "name")):
            raise BuildError(f"kustomize build failed: {name}: missing kind, apiVersion or metadata.name")
        else:
            yield document


def _documents(content: bytes, name: str) -> Iterator[Json]:
    try:
        decoded = list(yaml.load_all(content, Loader=_Loader))
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise BuildError(f"kustomize build failed: {name}: {said}") from error
    for document in decoded:
        if isinstance(document, Mapping):
            yield document
        elif document is not None:
            raise BuildError(f"kustomize build failed: {name}: holds no object")


def _normal(path: str) -> str:
    found = posixpath.normpath(path or ".").lstrip("/")
    return "" if found == "." else found


def _below(name: str, folder: str) -> bool:
    return not folder or name.startswith(f"{folder}/")
