"""Following the log of a run while it is written."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType


class RunFollower:
    """Reads what a log has gained since the last look; never waits.

    What comes back are the tool's own bytes, cut anywhere: within a line, within a character. Whoever shows them
    keeps the rest of a line until its end comes, and treats them as data.
    """

    def __init__(self, path: Path, offset: int = 0) -> None:
        """Starts at ``offset`` bytes; a negative one counts from the end, where only the tail is wanted."""
        self._path = path
        self._offset = offset
        self._file: int | None = None

    @property
    def offset(self) -> int:
        """How many bytes of the log have been read or passed over."""
        return max(0, self._offset)

    def read_new(self, limit: int = 1 << 20) -> bytes:
        """At most ``limit`` bytes that are new; empty when there are none, or no log yet."""
        if self._file is None and not self._open():
            return b""
        assert self._file is not None
        new = os.pread(self._file, limit, self._offset)
        self._offset += len(new)
        return new

    def close(self) -> None:
        """Lets the file go; reading again opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> RunFollower:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _open(self) -> bool:
        try:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        if self._offset < 0:
            self._offset = max(0, os.fstat(self._file).st_size + self._offset)
        return True
