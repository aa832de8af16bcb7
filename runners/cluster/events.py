"""What the events of a watch mean for the rows of a kind."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from runners.cluster.decoding import decode
from runners.cluster.errors import from_status
from runners.cluster.words import Asked
from runners.layers.jsons import Json, mapping, text
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Key, Row

_log = logging.getLogger(__name__)

# What reading an object of unexpected types raises; a bug in a row function shows in the log and in the count.
_ODD = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


@dataclass
class Batch:
    """What some events add up to: of several for one object the last counts."""

    changes: dict[Key, Row | None] = field(default_factory=dict)
    """Rows by key; None where the object is gone."""
    version: str = ""
    """The newest resource version that was seen; empty when none was."""
    complete: bool = False
    """The bookmark that ends the initial events was among them."""


class Reader:
    """Reads the events of one kind; an object that makes no row is skipped and counted."""

    def __init__(self, kind: AnyKind, server: str) -> None:
        """Takes the kind, and the server's address for errors."""
        self._kind = kind
        self._server = server
        self.skipped = 0

    def batch(self, lines: Iterable[bytes]) -> Batch:
        """The sum of some lines of a watch.

        Raises:
            ApiError: an ERROR event was among them; what came before it is lost, and is sent again after a resume.
            ValueError: a line is not JSON: this is no watch.
        """
        batch = Batch()
        for line in lines:
            event = decode(line)
            self._add(batch, text(event, "type"), mapping(event, "object"))
        return batch

    def listed(self, objects: Iterable[Json]) -> Batch:
        """The sum of some objects of a list."""
        batch = Batch()
        for obj in objects:
            self._add(batch, "ADDED", obj)
        return batch

    def _add(self, batch: Batch, what: str, obj: Json) -> None:
        if what == "ERROR":
            raise from_status(obj, Asked("watch", self._kind.plural), self._server)
        batch.version = text(obj, "metadata", "resourceVersion") or batch.version
        if what == "BOOKMARK":
            ended = text(mapping(obj, "metadata", "annotations"), "k8s.io/initial-events-end")
            batch.complete = batch.complete or ended == "true"
        elif what == "DELETED":
            namespace, name = text(obj, "metadata", "namespace"), text(obj, "metadata", "name")
            batch.changes[(self._kind.id, namespace, name)] = None
        elif what in ("ADDED", "MODIFIED"):
            row = self._row(obj)
            if row is not None:
                batch.changes[row.key] = row

    def _row(self, obj: Json) -> Row | None:
        try:
            row: Row = self._kind.row(self._kind.id, obj)
        except _ODD as error:
            self._skip(obj, f"{type(error).__name__}: {error}")
            return None
        if not row.name:
            self._skip(obj, "it has no name")
            return None
        return row

    def _skip(self, obj: Json, why: str) -> None:
        self.skipped += 1
        name = text(obj, "metadata", "name")
        _log.warning("%s %s/%s is left out: %s", self._kind.id, text(obj, "metadata", "namespace"), name, why)
