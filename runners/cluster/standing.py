"""How fresh one watch is, from what happens to it: the rules behind live, reconnecting, stale and forbidden."""

from __future__ import annotations

import time

from runners.cluster.errors import ApiError, Forbidden, NotFound
from runners.layers.freshness import LIVE, LOADING, Freshness, Reach

_WAITING = (Reach.RECONNECTING, Reach.LOADING)


class Standing:
    """The freshness of one watch; each method returns the present one."""

    def __init__(self, stale_after: float) -> None:
        """Takes the seconds without a sign of life after which rows are stale."""
        self._stale_after = stale_after
        self._heard = time.time()
        self._was_live = False
        self.now = LOADING

    @property
    def silent(self) -> float:
        """Seconds since the last sign of life."""
        return time.time() - self._heard

    def heard(self) -> None:
        """Something came from the server."""
        self._heard = time.time()

    def live(self) -> Freshness:
        """The rows are what the server has."""
        self.heard()
        self._was_live = True
        self.now = LIVE
        return self.now

    def failed(self, error: ApiError) -> Freshness:
        """It broke, or was refused.

        Rows that were never live are not called reconnecting, since those are trusted for a while.
        """
        if isinstance(error, Forbidden | NotFound):
            self._was_live = False
            since = self.now.since if self.now.reach in (Reach.FORBIDDEN, Reach.ABSENT) else time.time()
            absent = isinstance(error, NotFound)
            self.now = Freshness(Reach.ABSENT, since) if absent else Freshness(Reach.FORBIDDEN, since, str(error.asked))
        elif self.now.reach is not Reach.STALE:
            reach = Reach.RECONNECTING if self._was_live else Reach.LOADING
            self.now = Freshness(reach, self._heard, str(error))
            self.aged()
        return self.now

    def aged(self) -> Freshness:
        """Time went by."""
        if self.now.reach in _WAITING and self.silent > self._stale_after:
            self.now = Freshness(Reach.STALE, self._heard, self.now.detail)
        return self.now
