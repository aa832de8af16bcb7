"""The log of one container, as it is written: followed on a thread of its own until somebody stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError
from runners.cluster.stream import Stream
from runners.layers.kinds.pods import PODS

TAIL = 1000
"""Lines of what was written before that are asked for."""
_SILENCE = 86_400.0
"""Seconds without a line before the connection counts as dead: a container may be silent, and keep-alive looks after
what lies between."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which log: of one container, and of its present life or the one before."""

    namespace: str
    pod: str
    container: str
    previous: bool = False


class PodLog:
    """Hands on what a container writes; both callbacks are called on the thread that reads."""

    def __init__(
        self,
        connection: Connection,
        wanted: Wanted,
        came: Callable[[bytes], None],
        ended: Callable[[ApiError | None], None],
    ) -> None:
        """Takes whom to give each piece, cut anywhere, and whom to tell of the end: why, or None where it was whole."""
        self._came = came
        self._ended = ended
        self._stopped = threading.Event()
        self._stream = _stream(connection, wanted)
        self._thread = threading.Thread(target=self._read, name=f"log {wanted.pod}", daemon=True)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it from any thread, also while the server says nothing; what is in flight may still be told."""
        self._stopped.set()
        self._stream.stop()

    def join(self, timeout: float) -> bool:
        """Waits for the thread's end after ``stop``; says whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _read(self) -> None:
        why: ApiError | None = None
        try:
            with self._stream as stream:
                for chunk in stream.chunks():
                    if self._stopped.is_set():
                        return
                    self._came(chunk)
        except ApiError as error:
            why = error
        if not self._stopped.is_set():
            self._ended(why)


def _stream(connection: Connection, wanted: Wanted) -> Stream:
    query = {"container": wanted.container, "tailLines": str(TAIL)}
    query |= {"previous": "true"} if wanted.previous else {"follow": "true"}
    path = f"{PODS.object_path(wanted.namespace, wanted.pod)}/log"
    return connection.stream(path, query=query, accept="*/*", timeout=(connection.limits[0], _SILENCE))
