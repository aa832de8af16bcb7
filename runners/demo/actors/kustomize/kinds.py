"""Which resource a manifest's kind is: asked of the server, and asked again when a kind isn't known yet."""

from __future__ import annotations

from dataclasses import dataclass

from runners.cluster.errors import NotFound
from runners.demo.actors.api import Requests
from runners.demo.actors.resources import Resource
from runners.layers.jsons import Json, sequence, text, truth


@dataclass(frozen=True, slots=True)
class Served:
    """A kind that the server knows."""

    resource: Resource
    namespaced: bool


class Kinds:
    """The server's kinds, remembered."""

    def __init__(self, connection: Requests) -> None:
        """Takes the connection."""
        self._connection = connection
        self._known: dict[tuple[str, str], Served] = {}

    def find(self, obj: Json) -> Served | None:
        """The kind of a manifest, or None where the server doesn't know it."""
        version, kind = text(obj, "apiVersion"), text(obj, "kind")
        if (version, kind) not in self._known:
            self._ask(version)
        return self._known.get((version, kind))

    def forget(self) -> None:
        """CRDs have changed: what is known may be wrong."""
        self._known.clear()

    def _ask(self, version: str) -> None:
        path = f"/apis/{version}" if "/" in version else f"/api/{version}"
        try:
            answer = self._connection.request("GET", path)
        except NotFound:
            return
        for item in sequence(answer, "resources"):
            plural, kind = text(item, "name"), text(item, "kind")
            if "/" not in plural:
                resource = Resource(version, plural, kind)
                self._known[version, kind] = Served(resource, truth(item, "namespaced"))
