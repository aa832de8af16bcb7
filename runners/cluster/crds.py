"""Which CustomResourceDefinitions there are: watched by name only, so that new kinds appear without a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from runners.layers.freshness import Freshness, Reach
from runners.layers.jsons import Json
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Key, Kind, Row, head


def _row(kind: str, obj: Json) -> Row:
    return Row(*head(kind, obj))


CRDS: AnyKind = Kind(
    id="customresourcedefinitions",
    table="customresourcedefinitions",
    group="apiextensions.k8s.io",
    version="v1",
    plural="customresourcedefinitions",
    singular="CustomResourceDefinition",
    namespaced=False,
    metadata_only=True,
    row=_row,
    columns=(),
)


class CrdNames:
    """Takes what a reflector of ``CRDS`` finds, keeps the names, and says when anything changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """Takes what is called, on the watch's thread, after each change."""
        self._changed = changed
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._live = False

    @property
    def live(self) -> bool:
        """The names are what the server has."""
        return self._live

    def matching(self, wanted: Callable[[str], bool]) -> frozenset[str]:
        """The names (``plural.group``) whose group is wanted."""
        with self._lock:
            return frozenset(name for name in self._names if wanted(name.partition(".")[2]))

    def apply(self, changes: Mapping[Key, Row | None]) -> None:
        """Adds and removes names; another version of a known CRD is a change too."""
        with self._lock:
            for (_, _, name), row in changes.items():
                (self._names.discard if row is None else self._names.add)(name)
        self._changed()

    def settle(self, keys: set[Key]) -> None:
        """Removes every other name."""
        with self._lock:
            self._names &= {name for _, _, name in keys}
        self._changed()

    def set_freshness(self, freshness: Freshness) -> None:
        """Says whether the names can be relied on."""
        self._live = freshness.reach is Reach.LIVE
        self._changed()
