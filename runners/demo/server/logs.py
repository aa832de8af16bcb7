"""What pods have said: their logs, as text that grows."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from runners.layers.jsons import integer

_QUIET = 5.0
_MOST = 1_000_000
"""Bytes that are kept of a pod; older lines are dropped."""


class Logs:
    """The logs of all pods."""

    def __init__(self) -> None:
        """Nobody has said anything."""
        self._told = threading.Condition()
        self._texts: dict[tuple[str, str], bytes] = {}
        self._dropped: dict[tuple[str, str], int] = {}
        self._closed = False

    def append(self, namespace: str, pod: str, text: str) -> None:
        """Adds to what a pod has said."""
        key = (namespace, pod)
        with self._told:
            whole = self._texts.get(key, b"") + text.encode()
            excess = whole.find(b"\n", len(whole) - _MOST) + 1 if len(whole) > _MOST else 0
            self._texts[key] = whole[excess:]
            self._dropped[key] = self._dropped.get(key, 0) + excess
            self._told.notify_all()

    def close(self) -> None:
        """Ends whoever follows."""
        with self._told:
            self._closed = True
            self._told.notify_all()

    def read(self, namespace: str, pod: str, query: Mapping[str, str]) -> Iterator[bytes]:
        """What a pod has said, or the last lines of it; with ``follow`` also what it will say, and nothing, once, after
        each quiet while."""
        key = (namespace, pod)
        with self._told:
            said = self._texts.get(key, b"")
            position = self._dropped.get(key, 0) + len(said)
        if "tailLines" in query:
            wanted = integer(query, "tailLines")
            said = b"".join(said.splitlines(keepends=True)[-wanted:]) if wanted > 0 else b""
        yield said
        while query.get("follow") in ("1", "true") and not self._closed:
            with self._told:
                if self._end(key) == position:
                    self._told.wait(_QUIET)
                fresh = self._texts.get(key, b"")[max(0, position - self._dropped.get(key, 0)) :]
                position = self._end(key)
            yield fresh

    def _end(self, key: tuple[str, str]) -> int:
        return self._dropped.get(key, 0) + len(self._texts.get(key, b""))
