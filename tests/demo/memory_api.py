"""A small API server in memory, with just the verbs that actors use, and hands that play the built-in controllers."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from runners.cluster.errors import Conflict, NotFound
from runners.layers.jsons import Json, mapping

Obj = dict[str, Any]


class MemoryApi:
    """Objects by path."""

    def __init__(self) -> None:
        self.objects: dict[str, Obj] = {}
        self.writes: list[tuple[str, str]] = []
        self._uids = itertools.count(1)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        content_type: str = "",
        accept: str = "",
    ) -> Json:
        if method != "GET":
            self.writes.append((method, path))
        if method == "POST":
            return self._create(path, dict(body or {}))
        if method == "GET" and path not in self.objects and not _names_object(path):
            return {"items": list(self.under(path, (query or {}).get("labelSelector", "")))}
        status = path.endswith("/status")
        obj = self.objects.get(path.removesuffix("/status"))
        if obj is None:
            raise NotFound(f"no {path}")
        if method == "PATCH":
            changes = dict(body or {})
            kept = {"status": changes.get("status")} if status else {k: v for k, v in changes.items() if k != "status"}
            _merge(obj, kept)
            obj["metadata"]["generation"] += 0 if status else 1
        if method == "DELETE":
            del self.objects[path]
        return copy.deepcopy(obj)

    def under(self, path: str, labels: str = "") -> Iterator[Obj]:
        """The objects of a collection, over all namespaces where the path names none."""
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        root, _, plural = path.rpartition("/")
        for known, obj in self.objects.items():
            collection = known.rpartition("/")[0]
            anywhere = collection.startswith(f"{root}/namespaces/") and collection.endswith(f"/{plural}")
            if collection == path or ("/namespaces/" not in path and anywhere):
                have = mapping(obj, "metadata", "labels")
                if all(have.get(key) == value for key, value in wanted.items()):
                    yield copy.deepcopy(obj)

    def put(self, collection: str, name: str, **fields: object) -> Obj:
        """Puts an object into a collection, as a person or Helm would."""
        namespace = collection.split("/namespaces/")[1].split("/")[0] if "/namespaces/" in collection else ""
        metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **mapping(fields, "metadata")}
        return self._create(collection, {**fields, "metadata": metadata})

    def controllers(self) -> None:
        """Plays the built-in controllers and kwok: workloads become ready, claims bind."""
        for path, obj in self.objects.items():
            plural = path.split("/")[-2]
            seen = {"observedGeneration": obj["metadata"]["generation"]}
            replicas = mapping(obj, "spec").get("replicas", 1)
            if plural == "daemonsets":
                counts = ("desiredNumberScheduled", "updatedNumberScheduled", "numberReady")
                obj["status"] = {**seen, **dict.fromkeys(counts, 3)}
            if plural in ("deployments", "statefulsets"):
                counts = ("replicas", "readyReplicas", "availableReplicas")
                obj["status"] = {**seen, **dict.fromkeys(counts, replicas)}
        for volume in list(self.under("/api/v1/persistentvolumes")):
            reference = volume["spec"]["claimRef"]
            claim = f"/api/v1/namespaces/{reference['namespace']}/persistentvolumeclaims/{reference['name']}"
            live = self.objects[f"/api/v1/persistentvolumes/{volume['metadata']['name']}"]
            live["status"] = {"phase": "Bound" if claim in self.objects else "Released"}
            if claim in self.objects:
                self.objects[claim]["status"] = {"phase": "Bound"}
                self.objects[claim]["spec"]["volumeName"] = volume["metadata"]["name"]

    def _create(self, collection: str, obj: Obj) -> Obj:
        path = f"{collection}/{obj['metadata']['name']}"
        if path in self.objects:
            raise Conflict(f"{path} exists")
        obj = copy.deepcopy(obj)
        obj["metadata"] |= {"uid": f"uid-{next(self._uids)}", "generation": 1}
        self.objects[path] = obj
        return copy.deepcopy(obj)


def _names_object(path: str) -> bool:
    """``/api/v1/pods`` and ``/api/v1/namespaces/x/pods`` are collections; one part more names an object."""
    parts = path.strip("/").split("/")
    parts = parts[3 if parts[0] == "apis" else 2 :]
    return len(parts) % 2 == 0


def _merge(target: Obj, changes: Mapping[str, Any]) -> None:
    """RFC 7386."""
    for key, value in changes.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, Mapping):
            if not isinstance(target.get(key), dict):
                target[key] = {}
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
