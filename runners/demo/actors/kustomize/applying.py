"""Applies manifests and prunes what is no longer among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from runners.cluster.errors import ApiError
from runners.demo.actors.api import Api
from runners.demo.actors.kustomize.inventory import Entry, entry_of
from runners.demo.actors.kustomize.kinds import Kinds, Served
from runners.layers.jsons import Json, mapping, text

GROUP = "kustomize.toolkit.fluxcd.io"
_FIRST = ("CustomResourceDefinition", "Namespace", "ClusterRole", "StorageClass", "PriorityClass")
_RANK = {kind: rank for rank, kind in enumerate((*_FIRST, "ServiceAccount", "Secret", "ConfigMap"))}


class ApplyError(Exception):
    """The server doesn't take an object; the text says which and why."""


class Applier:
    """Writes the objects of Kustomizations."""

    def __init__(self, api: Api, kinds: Kinds) -> None:
        """Takes the actor's hands, and what the server knows."""
        self._api, self._kinds = api, kinds
        self._last: dict[tuple[str, Entry], Json] = {}
        """What was applied last, by the owner's uid: a field that is gone from Git has to go from the cluster."""

    def apply(self, owner: Json, manifests: Sequence[Json]) -> Sequence[Entry]:
        """Applies manifests in the order of their kinds and returns their inventory.

        Raises:
            ApplyError: one of them was refused; those before it are applied.
        """
        done = []
        for manifest in sorted(manifests, key=lambda obj: _RANK.get(text(obj, "kind"), len(_RANK))):
            done.append(self._apply(owner, _labelled(owner, manifest)))
            if text(manifest, "kind") == "CustomResourceDefinition":
                self._kinds.forget()
        return done

    def find(self, entry: Entry) -> Json | None:
        """The live object of an entry, or None."""
        served = self._kinds.find({"apiVersion": entry.api_version, "kind": entry.kind})
        return self._api.get(served.resource, entry.namespace, entry.name) if served else None

    def prune(self, owner: Json, entries: Collection[Entry]) -> None:
        """Deletes objects that are the owner's and may be pruned, the last kinds first."""
        for entry in sorted(entries, key=lambda each: -_RANK.get(each.kind, len(_RANK))):
            served = self._kinds.find({"apiVersion": entry.api_version, "kind": entry.kind})
            live = self.find(entry)
            if served and live is not None and _is_mine(owner, live) and not _says(live, "prune", "disabled"):
                self._api.delete(served.resource, live)
            self._last.pop((text(owner, "metadata", "uid"), entry), None)

    def _apply(self, owner: Json, manifest: Json) -> Entry:
        served = self._kinds.find(manifest)
        about = f"{text(manifest, 'kind')}/{text(manifest, 'metadata', 'name')}"
        if served is None:
            kind, version = text(manifest, "kind"), text(manifest, "apiVersion")
            raise ApplyError(f'{about} dry-run failed: no matches for kind "{kind}" in version "{version}"')
        manifest = _placed(manifest, served, about)
        entry = entry_of(manifest)
        live = self._api.get(served.resource, entry.namespace, entry.name)
        key = (text(owner, "metadata", "uid"), entry)
        if live is not None and _says(live, "reconcile", "disabled"):
            return entry
        wanted = {name: value for name, value in manifest.items() if name != "status"}
        try:
            changes = _with_removals(wanted, self._last.get(key, {})) if live is not None else wanted
            self._api.ensure(served.resource, changes, live)
        except ApiError as error:
            raise ApplyError(f"{entry.said} dry-run failed: {error}") from error
        self._last[key] = wanted
        return entry


def _labelled(owner: Json, manifest: Json) -> Json:
    metadata = mapping(manifest, "metadata")
    extra = mapping(owner, "spec", "commonMetadata")
    labels = {**mapping(metadata, "labels"), **mapping(extra, "labels"), **_labels(owner)}
    annotations = {**mapping(metadata, "annotations"), **mapping(extra, "annotations")}
    noted = {"annotations": annotations} if annotations else {}
    return {**manifest, "metadata": {**metadata, "labels": labels, **noted}}


def _labels(owner: Json) -> Mapping[str, str]:
    return {f"{GROUP}/{part}": text(owner, "metadata", part) for part in ("name", "namespace")}


def _is_mine(owner: Json, live: Json) -> bool:
    labels = mapping(live, "metadata", "labels")
    return all(text(labels, key) == value for key, value in _labels(owner).items())


def _says(live: Json, what: str, value: str) -> bool:
    metadata = mapping(live, "metadata")
    return any(text(mapping(metadata, part), f"{GROUP}/{what}") == value for part in ("annotations", "labels"))


def _placed(manifest: Json, served: Served, about: str) -> Json:
    metadata = dict(mapping(manifest, "metadata"))
    if not served.namespaced:
        metadata.pop("namespace", None)
    elif not text(metadata, "namespace"):
        raise ApplyError(f"{about} namespace not specified: the server could not find the requested resource")
    return {**manifest, "metadata": metadata}


def _with_removals(wanted: Json, before: Json) -> Json:
    """What is wanted, and None for what was wanted before and isn't any more."""
    merged: dict[str, object] = dict.fromkeys(before.keys() - wanted.keys())
    for key, value in wanted.items():
        earlier = before.get(key)
        both = isinstance(value, Mapping) and isinstance(earlier, Mapping)
        merged[key] = _with_removals(mapping(value), mapping(earlier)) if both else value
    return merged
