"""Keeps the rows of one kind as the server has them: list and watch, resumed, begun again and slowed down as needed.

One daemon thread a kind. What it finds goes to a ``Sink``; once ``stop`` has returned, nothing does.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from runners.cluster.backoff import Backoff
from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError, Forbidden, Gone, Invalid, NotFound, TimedOut
from runners.cluster.events import Batch, Reader
from runners.cluster.listing import initial_query, pages, watch_accept, watch_query
from runners.cluster.standing import Standing
from runners.cluster.stream import Stream
from runners.layers.freshness import Freshness
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Key, Row

_log = logging.getLogger(__name__)


class Sink(Protocol):
    """What a reflector tells of its kind, on its own thread; a call must return at once."""

    def apply(self, changes: Mapping[Key, Row | None]) -> None:
        """Rows that are there now, and None for those that are gone."""
        ...

    def settle(self, keys: set[Key]) -> None:
        """Everything was listed: rows under other keys don't exist any more."""
        ...

    def set_freshness(self, freshness: Freshness) -> None:
        """How fresh the rows are from now on."""
        ...


class Unfinished(ApiError):  # noqa: N818 - as its siblings
    """A watch that should begin with everything there is ended, or fell silent, before it had all been sent."""


@dataclass(frozen=True)
class Timing:
    """The seconds that a reflector goes by."""

    connect: float = 10.0
    idle: float = 130.0
    """Without a byte after which a watch is opened anew. kube-apiserver 1.37 sends a first bookmark within two minutes
    and then one a minute (none for events); a peer that is gone altogether is noticed sooner, by keep-alive probes."""
    watch: tuple[float, float] = (300.0, 600.0)
    """After how long the server shall end a watch: between these, so that not all end together."""
    stale: float = 30.0
    """Without a sign of life after which rows are called stale."""
    resume: float = 15.0
    """Without a sign of life up to which a watch is resumed; after a longer outage everything is listed again, since
    the server may have come back from an older etcd snapshot, and a watch from a version of the future sees nothing."""
    healthy: float = 5.0
    """A watch that lasted this long was no failure."""
    forbidden: float = 60.0
    """Until a refusal is tried again."""
    absent: float = 30.0
    """Until a kind that isn't served is looked for again."""
    first_delay: float = 0.25
    longest_delay: float = 10.0


class Reflector:
    """One kind's watch."""

    def __init__(
        self,
        connection: Connection,
        kind: AnyKind,
        sink: Sink,
        *,
        timing: Timing = Timing(),
        recovered: Callable[[], None] = lambda: None,
    ) -> None:
        """Takes what to watch and whom to tell; ``recovered`` is called when it is live after it was not."""
        self.kind = kind
        self._connection = connection
        self._sink = sink
        self._timing = timing
        self._recovered = recovered
        self._reader = Reader(kind, connection.server)
        self._standing = Standing(timing.stale)
        self._backoff = Backoff(timing.first_delay, timing.longest_delay)
        self._version = ""
        self._lists_by_watch = True
        self._live_at = 0.0
        self._gate = threading.RLock()
        self._stopped = False
        self._stream: Stream | None = None
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {kind.id}", daemon=True)

    @property
    def skipped(self) -> int:
        """How many objects made no row, so far."""
        return self._reader.skipped

    def start(self) -> None:
        """Starts the thread; the kind is loading from now on."""
        self._tell(lambda: self._sink.set_freshness(self._standing.now))
        self._thread.start()

    def stop(self) -> None:
        """Ends it: the sink is told nothing any more once this has returned. Any thread may call it, also twice."""
        with self._gate:
            self._stopped = True
            stream = self._stream
        self._wake.set()
        if stream is not None:
            stream.stop()

    def join(self, timeout: float) -> bool:
        """Waits for the thread's end; says whether it has ended."""
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def nudge(self) -> None:
        """Ends a pause before the next try: there is reason to believe that it works now."""
        self._wake.set()

    def tick(self) -> None:
        """Lets time pass: what has had no sign of life for long becomes stale. Called about once a second."""
        self._stand(self._standing.aged)

    def _run(self) -> None:
        while not self._stopped:
            pause = self._once()
            if not self._stopped:
                self._wake.wait(pause)
                self._wake.clear()

    def _once(self) -> float:
        """One watch from its opening to its end; returns how long to pause."""
        began, self._live_at = time.monotonic(), 0.0
        try:
            self._follow()
            pause = 0.0 if time.monotonic() - began > 1.0 else self._backoff.next()
        except ApiError as error:
            pause = self._met(error)
        except ValueError as error:
            what = f"watch {self.kind.plural} on {self._connection.server}: the answer is not a watch: {error}"
            pause = self._met(ApiError(what))
        except Exception as error:  # noqa: BLE001 - the thread's edge: a bug shows in the pane and the log, and is retried
            _log.exception("the watch of %s failed", self.kind.id)
            pause = self._met(ApiError(f"watch {self.kind.plural}: {type(error).__name__}: {error}"))
        if self._live_at and time.monotonic() - self._live_at > self._timing.healthy:
            self._backoff.reset()
        return pause

    def _follow(self) -> None:
        """Lists where that is needed, and watches until the server ends it."""
        if not self._version and not self._lists_by_watch:
            self._list()
        initial = not self._version
        seen: set[Key] = set()
        stream = self._open(initial)
        try:
            stream.open()
            if not initial:
                self._live()
            for lines in stream.batches():
                batch = self._reader.batch(lines)
                if initial:
                    initial = self._begin(batch, seen)
                else:
                    self._apply(batch)
                    self._version = batch.version or self._version
        except TimedOut as error:
            if not (initial and stream.opened):
                raise
            raise Unfinished(str(error)) from error
        finally:
            stream.close()
        if initial and not self._stopped:
            raise Unfinished(f"watch {self.kind.plural} on {self._connection.server}: it ended before all was sent")

    def _open(self, initial: bool) -> Stream:
        seconds = int(random.uniform(*self._timing.watch))
        query = initial_query(self.kind, seconds) if initial else watch_query(self.kind, self._version, seconds)
        limits = (self._timing.connect, self._timing.idle)
        stream = self._connection.stream(self.kind.path, query=query, accept=watch_accept(self.kind), timeout=limits)
        with self._gate:
            self._stream = stream
            if self._stopped:
                stream.stop()
        return stream

    def _begin(self, batch: Batch, seen: set[Key]) -> bool:
        """Takes initial events, which are shown as they come; returns whether more of them are awaited."""
        self._apply(batch)
        for key, row in batch.changes.items():
            (seen.discard if row is None else seen.add)(key)
        if not batch.complete:
            return True
        self._version = batch.version
        self._tell(lambda: self._sink.settle(seen))
        self._live()
        return False

    def _list(self) -> None:
        """Everything there is, page by page."""
        seen: set[Key] = set()
        version = ""
        for page in pages(self._connection, self.kind):
            if self._stopped:
                return
            version = page.version
            batch = self._reader.listed(page.objects)
            self._apply(batch)
            seen.update(batch.changes)
        self._tell(lambda: self._sink.settle(seen))
        self._version = version

    def _apply(self, batch: Batch) -> None:
        self._standing.heard()
        if batch.changes:
            self._tell(lambda: self._sink.apply(batch.changes))

    def _live(self) -> None:
        self._live_at = time.monotonic()
        if self._stand(self._standing.live):
            self._recovered()

    def _met(self, error: ApiError) -> float:
        """What follows from an error: what is said of the rows, how to go on, and after how long."""
        lived = time.monotonic() - self._live_at if self._live_at else 0.0
        if lived and isinstance(error, TimedOut):
            # Quiet, or dead: the next try will tell, and shows nothing if it succeeds.
            return 0.0
        if lived:
            # It was there until it broke, however quiet.
            self._standing.heard()
        if self._lists_by_watch and not self._version and isinstance(error, Invalid | Unfinished | Forbidden):
            # Not offered, not finished, or a right to list without one to watch: the plain list says more.
            self._lists_by_watch = False
            return 0.0
        if isinstance(error, Gone | Forbidden | NotFound) or self._standing.silent > self._timing.resume:
            self._version = ""
        if isinstance(error, NotFound):
            self._tell(lambda: self._sink.settle(set()))
        self._stand(lambda: self._standing.failed(error))
        if isinstance(error, Forbidden):
            return self._timing.forbidden
        if isinstance(error, NotFound):
            return self._timing.absent
        if isinstance(error, Gone) and lived > 1.0:
            return 0.0
        return max(error.retry_after, self._backoff.next())

    def _stand(self, change: Callable[[], Freshness]) -> bool:
        """Tells the freshness that follows from what happened, if it is another; returns whether it is."""
        with self._gate:
            before = self._standing.now
            now = change()
            if now == before or self._stopped:
                return False
            self._sink.set_freshness(now)
            return True

    def _tell(self, tell: Callable[[], None]) -> None:
        """Calls the sink, unless it was stopped; a stop waits for a call that is under way."""
        with self._gate:
            if not self._stopped:
                tell()
