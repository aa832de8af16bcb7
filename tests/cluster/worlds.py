"""Two servers that the same tests run against: the embedded one of the demo, and the real API server."""

from __future__ import annotations

import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from runners.cluster import kubeconfig
from runners.cluster.access import Access
from runners.cluster.connection import Connection
from runners.cluster.errors import NotFound, ServerTrouble
from runners.demo.server.server import EmbeddedServer
from runners.layers.jsons import Json, sequence, strings, text
from runners.layers.kinds.base import Kind
from tests.cluster.relay import Relay
from tests.cluster.support import THINGS, Thing, access
from tests.rig.cluster import Rig

APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

MAPS = "/api/v1/namespaces/default/configmaps"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class World(ABC):
    """A server with some objects, of which a test sees only its own: their names begin with the suite's."""

    def __init__(self, suite: str, found: Access) -> None:
        """Takes the test's name, and the access of an administrator."""
        self.suite = suite
        self._access = found
        self._made: list[Callable[[], None]] = []
        self.admin = self.connection()

    @property
    def kind(self) -> Kind[Thing]:
        """The kind that is watched: the ConfigMaps of this test."""
        return replace(THINGS, labels=f"suite={self.suite}")

    def connection(self) -> Connection:
        """A connection as an administrator, closed in the end."""
        return self._connection(self._access)

    def relayed(self) -> tuple[Connection, Relay]:
        """A connection that can be cut."""
        relay = Relay(self._access.server)
        self._made.append(relay.close)
        server = self._access.server.replace(f":{relay.target_port}", f":{relay.port}")
        return self._connection(replace(self._access, server=server)), relay

    @abstractmethod
    def stranger(self) -> Connection:
        """A connection of someone who may not read ConfigMaps."""

    def named(self, name: str) -> str:
        """A name as it is here."""
        return f"{self.suite}-{name}"

    def path(self, name: str, collection: str = MAPS) -> str:
        """The path of an object of this test."""
        return f"{collection}/{self.named(name)}"

    def put(self, name: str, colour: str = "", **metadata: object) -> Json:
        """Creates or changes a ConfigMap."""
        labels = {"suite": self.suite, "colour": colour}
        head = {"name": self.named(name), "labels": labels, **metadata}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": head, "data": {"secret": "inside"}}
        return self.send("PATCH", self.path(name), body, APPLY, fieldManager="test", force="true")

    def delete(self, name: str) -> Json:
        """Deletes a ConfigMap."""
        return self.send("DELETE", self.path(name))

    def get(self, name: str, collection: str = MAPS) -> Json | None:
        """An object, or None."""
        with suppress(NotFound):
            return self.send("GET", self.path(name, collection))
        return None

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | list[object] | None = None,
        media: str = "",
        **query: str,
    ) -> Json:
        """Sends one request as an administrator."""
        content = media or (MERGE if method == "PATCH" else "application/json")
        pairs = {name.rstrip("_"): value for name, value in query.items()}
        return self.admin.request(method, path, query=pairs, body=body, content_type=content)

    def define(self, *, status: bool = True) -> Kind[Thing]:
        """Defines a kind of this test's own and waits until it is served; its objects have to be in ``default``."""
        crd = definition(f"{self.suite}.example", status=status)
        name = text(crd, "metadata", "name")
        self.send("POST", CRDS, crd)
        self._made.append(lambda: self.undefine(name))
        kind = replace(THINGS, id="widgets", group=f"{self.suite}.example", version="v1", plural="widgets")
        deadline = time.monotonic() + 10
        while not self._serves(kind.path):
            assert time.monotonic() < deadline, f"{name} is not served"
            time.sleep(0.02)
        return kind

    @property
    def widgets(self) -> str:
        """The collection of the test's own kind."""
        return f"/apis/{self.suite}.example/v1/namespaces/default/widgets"

    def add_widget(self, name: str, colour: str = "", **fields: object) -> Json:
        """Creates an object of the test's own kind."""
        head = {"name": self.named(name), "labels": {"colour": colour}}
        return self.send("POST", self.widgets, {**self.widget, "metadata": head, **fields})

    @property
    def widget(self) -> dict[str, object]:
        """What every object of the test's own kind says of itself."""
        return {"apiVersion": f"{self.suite}.example/v1", "kind": "Widget"}

    def undefine(self, name: str = "") -> None:
        """Removes the test's own kind."""
        with suppress(NotFound):
            self.send("DELETE", f"{CRDS}/{name or f'widgets.{self.suite}.example'}")

    def close(self) -> None:
        """Removes what was made."""
        for undo in reversed(self._made):
            undo()

    def _serves(self, path: str) -> bool:
        try:
            self.send("GET", path)
        except (NotFound, ServerTrouble):
            # While it begins, the real one says that its storage is being initialized.
            return False
        return True

    def _connection(self, found: Access) -> Connection:
        made = Connection(found)
        self._made.append(made.close)
        return made


class RealWorld(World):
    """The rig's API server."""

    def __init__(self, rig: Rig, suite: str) -> None:
        self._rig = rig
        super().__init__(suite, kubeconfig.load(os.environ, kubeconfig=rig.kubeconfig))

    def stranger(self) -> Connection:
        return self._connection(kubeconfig.load(os.environ, kubeconfig=self._rig.kubeconfig_for("nobody")))

    def close(self) -> None:
        """Removes the ConfigMaps too: others go on using this server."""
        for item in sequence(self.send("GET", MAPS, labelSelector=f"suite={self.suite}"), "items"):
            if strings(item, "metadata", "finalizers"):
                self.send("PATCH", f"{MAPS}/{text(item, 'metadata', 'name')}", {"metadata": {"finalizers": None}})
        self.send("DELETE", MAPS, labelSelector=f"suite={self.suite}")
        super().close()


class EmbeddedWorld(World):
    """The embedded server of the demo."""

    def __init__(self, suite: str) -> None:
        self._server = EmbeddedServer()
        self._server.__enter__()
        super().__init__(suite, access(self._server.url, user={"token": self._server.token}))

    def stranger(self) -> Connection:
        self._server.forbid("*", "configmaps")
        return self.connection()

    def close(self) -> None:
        """Ends the server."""
        super().close()
        self._server.__exit__(None, None, None)


WORLDS = ("embedded", pytest.param("real", marks=pytest.mark.rig))
"""The parameters of a fixture that is one of the two."""


@contextmanager
def world_of(request: pytest.FixtureRequest) -> Iterator[World]:
    """The world that a fixture's parameter names, for one test."""
    suite = "t" + re.sub(r"[^a-z0-9]", "", request.node.name.lower().partition("[real")[0].removeprefix("test"))[-40:]
    made: World
    made = RealWorld(request.getfixturevalue("api_rig"), suite) if request.param == "real" else EmbeddedWorld(suite)
    try:
        yield made
    finally:
        made.close()


def definition(group: str, *, status: bool) -> dict[str, object]:
    """The CustomResourceDefinition of widgets in a group."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [{**version, **({"subresources": {"status": {}}} if status else {})}],
        },
    }
