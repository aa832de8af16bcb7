"""One open answer: the lines of a watch or a log as they arrive, which another thread can end at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from runners.cluster.errors import ApiError
from runners.cluster.lines import LineSplitter

if TYPE_CHECKING:
    from runners.cluster.transport import Cut

CHUNK = 65536


class Answer(Protocol):
    """The part of an HTTP response that is used here; its headers have been read."""

    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        """By name, whatever its case."""
        ...

    def read(self, amt: int | None = None) -> bytes:
        """The body, or at most ``amt`` bytes of it."""
        ...

    def read1(self, amt: int | None = None) -> bytes:
        """What has arrived, at most ``amt`` bytes; nothing at the end."""
        ...

    def close(self) -> None:
        """Gives the connection up."""
        ...


class Stream:
    """Lines from one request; opened by iterating, in the thread that iterates.

    ``stop`` may be called from any thread and at any time, before the request is sent and while its headers are
    awaited too: the iteration then ends, silently, within milliseconds (while a TCP connection is still being made,
    within the connect timeout).
    """

    def __init__(
        self, cut: Cut, opening: Callable[[], Answer], translated: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Takes what opens the request, and a context that turns the network's exceptions into errors for people."""
        self._cut = cut
        self._opening = opening
        self._translated = translated
        self._answer: Answer | None = None
        self.opened = False
        """The server accepted the request and sent the headers of its answer."""

    def open(self) -> None:
        """Sends the request and waits for the headers; iterating does it too.

        Raises:
            ApiError: the server refused, or could not be reached.
        """
        if self._answer is not None or self._cut.made:
            return
        try:
            with self._translated():
                self._answer = self._opening()
            self.opened = True
        except ApiError:
            self._failed()

    def chunks(self) -> Iterator[bytes]:
        """What arrives, as it arrives and cut anywhere.

        Raises:
            ApiError: as ``batches``.
        """
        self.open()
        while chunk := self._chunk():
            yield chunk

    def batches(self) -> Iterator[list[bytes]]:
        """The lines of each chunk that arrives, raw and without newlines; a chunk that completes none is skipped.

        Raises:
            ApiError: the connection broke, or nothing came within the read timeout. Not after ``stop``.
        """
        splitter = LineSplitter()
        for chunk in self.chunks():
            lines = splitter.feed(chunk)
            if lines:
                yield lines
        rest = splitter.rest()
        if rest and not self._cut.made:
            yield [rest]

    def _chunk(self) -> bytes:
        """What has arrived; nothing at the end, and once it was stopped."""
        if self._answer is None or self._cut.made:
            self.close()
            return b""
        try:
            with self._translated():
                chunk = self._answer.read1(CHUNK)
        except ApiError:
            self._failed()
            return b""
        if not chunk or self._cut.made:
            self.close()
            return b""
        return chunk

    def __iter__(self) -> Iterator[bytes]:
        """The lines one by one."""
        for batch in self.batches():
            yield from batch

    def stop(self) -> None:
        """Ends it from another thread; nothing is yielded any more once this has returned, but for a line in flight."""
        self._cut.make()

    def close(self) -> None:
        """Gives the connection up, from the thread that iterates."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.close()
        self._cut.release()

    def __enter__(self) -> Self:
        """Nothing is sent yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the connection up."""
        self.close()

    def _failed(self) -> None:
        """Lets go; called while an error is handled, which goes on unless it was asked for."""
        self.close()
        if not self._cut.made:
            raise
