"""Puts the lines of a stream together again, wherever its chunks were cut."""

from __future__ import annotations


class LineSplitter:
    """Takes chunks as they arrive and gives back whole lines; work is linear in the bytes, however long a line is."""

    def __init__(self) -> None:
        """Starts with nothing pending."""
        self._pending: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that the chunk completes, without their newlines; empty lines are left out."""
        head, newline, tail = chunk.partition(b"\n")
        if not newline:
            self._pending.append(chunk)
            return []
        self._pending.append(head)
        lines = [b"".join(self._pending), *tail.split(b"\n")]
        last = lines.pop()
        self._pending = [last] if last else []
        return [line for line in lines if line]

    def rest(self) -> bytes:
        """What came after the last newline."""
        return b"".join(self._pending)
