"""The hands of a run of our own: patient reads, and writes that are sent once and are right when it is done already."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from runners.cluster.connection import Connection
from runners.cluster.errors import Conflict, NotFound, ServerTrouble, Unreachable
from runners.cluster.kubeconfig import load
from runners.layers.jsons import Json, mapping, sequence
from runners.probes.base import Say

PATIENCE = 600.0
"""Seconds for which a server that does not answer is asked again; only reads are."""
_PAUSE = 1.0
_MERGE = "application/merge-patch+json"


class Requests(Protocol):
    """What they need of a connection."""

    def request(self, method: str, path: str, *, body: Json | None = None, content_type: str = ...) -> Json:
        """Asks once; raises ApiError."""
        ...


class Hands:
    """One cluster, as a probe or an act reads and writes it."""

    def __init__(self, connection: Requests, say: Say) -> None:
        """Takes the connection, and where the run's log is written."""
        self._connection = connection
        self.say = say

    def find(self, path: str) -> Json | None:
        """An object as it is now; None where it is not there.

        Raises:
            ApiError: it may not be read, or the server does not answer for long.
        """
        try:
            return self._read(path)
        except NotFound:
            return None

    def items(self, path: str) -> Sequence[Json]:
        """The objects of a collection.

        Raises:
            ApiError: as ``find``.
        """
        return [mapping(item) for item in sequence(self._read(path), "items")]

    def make(self, collection: str, obj: Json) -> None:
        """Creates an object; one of its name that is there already is left as it is.

        Raises:
            ApiError: it can't be created.
        """
        try:
            self._connection.request("POST", collection, body=obj)
        except Conflict:
            return

    def change(self, path: str, changes: Json) -> None:
        """Merges changes into an object.

        Raises:
            ApiError: it can't be changed.
        """
        self._connection.request("PATCH", path, body=changes, content_type=_MERGE)

    def remove(self, path: str) -> None:
        """Deletes an object; it may be gone already.

        Raises:
            ApiError: it can't be deleted.
        """
        try:
            self._connection.request("DELETE", path)
        except NotFound:
            return

    def pause(self) -> None:
        """Lets the cluster work before it is looked at again."""
        time.sleep(_PAUSE)

    def _read(self, path: str) -> Json:
        since = time.monotonic()
        while True:
            try:
                return self._connection.request("GET", path)
            except (Unreachable, ServerTrouble) as error:
                if time.monotonic() - since > PATIENCE:
                    raise
                self.say(f"  the server can't answer, it is asked again: {error}")
                self.pause()


@contextmanager
def hands(say: Say) -> Iterator[Hands]:
    """The hands of a run: on the cluster of its private kubeconfig."""
    connection = Connection(load(dict(os.environ)))
    try:
        yield Hands(connection, say)
    finally:
        connection.close()
