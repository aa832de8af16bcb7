"""Which kinds are served now: the built-in ones, and those of CustomResourceDefinitions."""

from __future__ import annotations

from runners.demo.server.crds import kinds_of
from runners.demo.server.kinds_served import BUILT_IN, ServedKind
from runners.demo.server.storage import Store
from runners.layers.jsons import Json


class Registry:
    """The kinds by where they are served; their collections begin and end with them."""

    def __init__(self, store: Store) -> None:
        """Serves the built-in kinds from a store."""
        self._store = store
        self._kinds = {_where(kind): kind for kind in BUILT_IN}
        for kind in BUILT_IN:
            store.open(kind.stored)

    def find(self, group: str, version: str, plural: str) -> ServedKind | None:
        """The kind at a path, or None where nothing is served."""
        return self._kinds.get((group, version, plural))

    def all(self) -> tuple[ServedKind, ...]:
        """Every kind, in the order in which they came."""
        return tuple(self._kinds.values())

    def define(self, crd: Json) -> None:
        """Serves what a CustomResourceDefinition defines now, and no more of what it defined before."""
        found = {_where(kind): kind for kind in kinds_of(crd)}
        resource = {kind.resource for kind in found.values()}
        kept = {where: kind for where, kind in self._kinds.items() if kind.resource not in resource}
        for name in resource:
            self._store.open(name)
        self._kinds = kept | found

    def forget(self, resource: str) -> None:
        """Serves a custom resource no more; its objects are gone already."""
        self._kinds = {where: kind for where, kind in self._kinds.items() if kind.resource != resource}
        self._store.close(resource)


def _where(kind: ServedKind) -> tuple[str, str, str]:
    return (kind.group, kind.version, kind.plural)
