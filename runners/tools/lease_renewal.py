"""Renewing a run's Lease in the background of its keeper. A failed renewal is noted and tried again, nothing more."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from types import TracebackType

from runners.layers.jsons import Json, mapping, text
from runners.tools import lease
from runners.tools.lease_client import LeaseClient, LeaseUnreachable

_FIRST_RETRY = 1.0
_GIVING_BACK = 6.0
"""Seconds that the end of a run waits for a renewal that is on its way."""


class LeaseRenewal:
    """Renews from entering to leaving, and gives the Lease back at the end.

    ``facts`` is ``{"lease": LeaseFacts as an object, "environ"}``; ``folder`` takes key files for a moment.
    """

    def __init__(self, facts: Json, folder: Path) -> None:
        told = mapping(facts, "lease")
        environ = {name: text(value) for name, value in mapping(facts, "environ").items()}
        self._holder = text(told, "holder")
        self._client = LeaseClient(mapping(told, "cluster"), mapping(told, "user"), environ, folder)
        every = told.get("every")
        self._every = float(every) if isinstance(every, int | float) else lease.RENEW_EVERY
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_over, name="lease", daemon=True)
        self._trouble = ""

    def __enter__(self) -> LeaseRenewal:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(_GIVING_BACK)
        try:
            given = lease.let_go(self._client.request, self._holder, time.time())
        except LeaseUnreachable as unreachable:
            self._note(f"the Lease could not be given back and runs out by itself: {unreachable}")
        else:
            self._note("the Lease was given back" if given else "the Lease was not ours any more")

    def _renew_until_over(self) -> None:
        pause = self._every  # the program took the Lease a moment ago
        while not self._over.wait(pause):
            trouble = self._renew()
            if trouble != self._trouble:
                self._note(trouble or "the Lease is renewed again")
                pause = _FIRST_RETRY
            self._trouble = trouble
            pause = min(pause * 2, self._every) if trouble else self._every

    def _renew(self) -> str:
        """Renews once; what went wrong, in one line, or nothing."""
        try:
            answer = lease.acquire(self._client.request, self._holder, time.time())
        except LeaseUnreachable as error:
            return f"the Lease could not be renewed: {error}"
        match answer:
            case lease.Held(by=by):
                return f"the Lease is held by {by} now, while this run still works"
            case lease.Refused(code=code, message=message):
                return f"the Lease could not be renewed: the server answered {code} {message}"
            case _:
                return ""

    def _note(self, line: str) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        print(stamp, " ".join(line.split()), file=sys.stderr, flush=True)
