"""Two servers that the same tests run against: one in memory on loopback, and the real API server."""

from __future__ import annotations

import json
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from runners.cluster import kubeconfig
from runners.cluster.connection import Connection
from runners.layers.kinds.base import Kind
from tests.cluster.fake_api import Exchange, FakeApi, bookmark, event
from tests.cluster.support import PATH, THINGS, Thing, access
from tests.rig.cluster import Rig

Shape = Callable[[dict[str, object]], dict[str, object]]


class World(ABC):
    """A server with some ConfigMaps, of which a test sees only its own."""

    suite: str

    @property
    def kind(self) -> Kind[Thing]:
        """The kind that is watched: the ConfigMaps of this test."""
        return replace(THINGS, labels=f"suite={self.suite}")

    @abstractmethod
    def connection(self) -> Connection:
        """A connection as an administrator."""

    @abstractmethod
    def put(self, name: str, colour: str = "") -> None:
        """Creates or changes an object."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Deletes an object."""


class RealWorld(World):
    """The rig's API server."""

    def __init__(self, rig: Rig, suite: str) -> None:
        self.suite = suite
        self._rig = rig
        self._writer = self.connection()

    def connection(self) -> Connection:
        return Connection(kubeconfig.load(os.environ, kubeconfig=self._rig.kubeconfig))

    def put(self, name: str, colour: str = "") -> None:
        labels = {"suite": self.suite, "colour": colour}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": self._name(name), "labels": labels}}
        self._writer.request(
            "PATCH",
            self._path(name),
            query={"fieldManager": "test", "force": "true"},
            body=body,
            content_type="application/apply-patch+yaml",
        )

    def delete(self, name: str) -> None:
        self._writer.request("DELETE", self._path(name))

    def close(self) -> None:
        """Removes what was made."""
        query = {"labelSelector": f"suite={self.suite}"}
        self._writer.request("DELETE", "/api/v1/namespaces/default/configmaps", query=query)
        self._writer.close()

    def _name(self, name: str) -> str:
        return f"{self.suite}-{name}"

    def _path(self, name: str) -> str:
        return f"/api/v1/namespaces/default/configmaps/{self._name(name)}"


class MemoryWorld(World):
    """A server that lists, pages and watches ConfigMaps as the real one does, in memory."""

    suite = "memory"

    def __init__(self, api: FakeApi) -> None:
        self._api = api
        self._changed = threading.Condition()
        self._version = 100
        self._objects: dict[str, dict[str, object]] = {}
        self._log: list[tuple[int, dict[str, object]]] = []
        self._closed = False
        api.script(PATH, self._answer)

    def connection(self) -> Connection:
        return Connection(access(self._api.url))

    def put(self, name: str, colour: str = "") -> None:
        self._write("MODIFIED" if name in self._objects else "ADDED", name, colour)

    def delete(self, name: str) -> None:
        self._write("DELETED", name, "")

    def close(self) -> None:
        """Ends every watch."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _write(self, what: str, name: str, colour: str) -> None:
        with self._changed:
            self._version += 1
            metadata = {
                "name": f"memory-{name}",
                "namespace": "default",
                "uid": name,
                "resourceVersion": str(self._version),
                "labels": {"suite": "memory", "colour": colour},
                "managedFields": [{"manager": "test", "fieldsV1": {"f:x": {}}}],
            }
            obj: dict[str, object] = {"metadata": metadata, "data": {"secret": "inside"}}
            if what == "DELETED":
                del self._objects[name]
            else:
                self._objects[name] = obj
            self._log.append((self._version, event(what, obj)))
            self._changed.notify_all()

    def _answer(self, exchange: Exchange) -> None:
        assert exchange.query["labelSelector"] == "suite=memory"
        shape = _partial if "PartialObjectMetadata" in exchange.header("Accept") else _whole
        if "watch" in exchange.query:
            self._watch(exchange, shape)
        else:
            self._list(exchange, shape)

    def _list(self, exchange: Exchange, shape: Shape) -> None:
        with self._changed:
            objects, version = [self._objects[name] for name in sorted(self._objects)], self._version
        begin, limit = int(exchange.query.get("continue") or 0), int(exchange.query["limit"])
        rest = str(begin + limit) if begin + limit < len(objects) else ""
        items = [shape(obj) for obj in objects[begin : begin + limit]]
        exchange.json({"metadata": {"resourceVersion": str(version), "continue": rest}, "items": items})

    def _watch(self, exchange: Exchange, shape: Shape) -> None:
        exchange.begin()
        with self._changed:
            initial, version = list(self._objects.values()), self._version
        if "sendInitialEvents" in exchange.query:
            exchange.events(*(event("ADDED", shape(obj)) for obj in initial), bookmark(version, ends=True))
        else:
            version = int(exchange.query["resourceVersion"])
        while True:
            with self._changed:
                while not self._closed and self._version <= version:
                    self._changed.wait()
                if self._closed:
                    return
                news = [item for at, item in self._log if at > version]
                version = self._version
            for item in news:
                found = json.loads(json.dumps(item))
                exchange.events(event(found["type"], shape(found["object"])))


def _whole(obj: dict[str, object]) -> dict[str, object]:
    return obj


def _partial(obj: dict[str, object]) -> dict[str, object]:
    return {"kind": "PartialObjectMetadata", "metadata": obj["metadata"]}
