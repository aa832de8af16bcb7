"""How fresh what is shown is: one small value for each watch, and the fold for a pane that shows several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Reach(Enum):
    """How well a watch reaches its kind; the order in ``_RANK`` is the order of worry."""

    LIVE = "live"
    LOADING = "loading"
    ABSENT = "not served"
    RECONNECTING = "reconnecting"
    STALE = "stale"
    FORBIDDEN = "forbidden"


_RANK = {reach: rank for rank, reach in enumerate(Reach)}


@dataclass(frozen=True, slots=True)
class Freshness:
    """The state of one watch."""

    reach: Reach
    since: float = 0.0
    """Seconds since the epoch at which this state began; for reconnecting and stale, when the rows were last live."""
    detail: str = ""
    """Why: the verb and resource that are forbidden, or the last error."""

    @property
    def trusted(self) -> bool:
        """May a verdict rest on these rows? A short reconnect does not unmake what was seen."""
        return self.reach in (Reach.LIVE, Reach.RECONNECTING, Reach.ABSENT)

    @property
    def tells_absence(self) -> bool:
        """Is the kind served, and are its rows to be relied on? Only then does it mean something that there is none."""
        return self.trusted and self.reach is not Reach.ABSENT

    def words(self, now: float) -> str:
        """What a pane says of it: ``live``, ``reconnecting 12 s``, ``forbidden: list pods``."""
        if self.reach in (Reach.RECONNECTING, Reach.STALE):
            return f"{self.reach.value} {max(0, round(now - self.since))} s"
        if self.reach is Reach.FORBIDDEN:
            return f"forbidden: {self.detail}"
        return str(self.reach.value)


LIVE = Freshness(Reach.LIVE)
LOADING = Freshness(Reach.LOADING)


def least_fresh(states: Iterable[Freshness]) -> Freshness:
    """The state that a pane over several watches has to show: the most worrying of them."""
    return max(states, key=lambda state: _RANK[state.reach], default=LOADING)
