"""One walkthrough on one session: its steps, read from the cluster, and what a person has decided on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from runners.decision_keeping import decisions
from runners.layers.walkthroughs.decisions import Decision, latest
from runners.layers.walkthroughs.engine import Progress, progress
from runners.layers.walkthroughs.steps import Moment, Walkthrough
from runners.session import Session


class Walk:
    """Where a walkthrough stands. It can be left at any time: nothing of it is kept but the decisions."""

    def __init__(self, session: Session, walkthrough: Walkthrough, clock: Callable[[], float] = time.time) -> None:
        """Takes the session, the steps, and the present time in seconds since the epoch."""
        self.walkthrough = walkthrough
        self._session = session
        self._clock = clock
        self._decisions: Mapping[str, Decision] = {}

    def reload(self) -> None:
        """Reads the decisions again, from the journal and the cluster; slow."""
        identity = self._session.identity
        if identity is not None:
            found = decisions(self._session.connection, self._session.journal, identity)
            self._decisions = latest(found, self.walkthrough.name, self._clock() - self.walkthrough.holds)

    def progress(self) -> Progress:
        """Every step's state at this moment."""
        session = self._session
        moment = Moment(
            picture=session.picture,
            settings=session.settings,
            rows=session.store,
            now=self._clock(),
            situation=session.situation,
            decisions=self._decisions,
        )
        return progress(self.walkthrough, moment)
