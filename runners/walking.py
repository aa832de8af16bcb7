"""One walkthrough on one session: its steps, read from the cluster, and what a person has decided on them."""

from __future__ import annotations

import time
from collections.abc import Callable

from runners.layers.survival.judge import SheetFile
from runners.layers.walkthroughs.decisions import latest
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

    def reload(self) -> None:
        """Reads the decisions again, from the journal and the cluster; slow."""
        self._session.read_decisions()

    def progress(self) -> Progress:
        """Every step's state at this moment."""
        return progress(self.walkthrough, self.moment())

    def moment(self) -> Moment:
        """Everything that a step's proof, or what it offers, may look at now."""
        session, now = self._session, self._clock()
        sheet = session.recovering.sheet
        return Moment(
            picture=session.picture,
            settings=session.settings,
            rows=session.store,
            now=now,
            situation=session.situation,
            decisions=latest(session.recovering.decisions, self.walkthrough.name, now - self.walkthrough.remembers),
            sheet=sheet.content,
            sheet_missing=_missing(sheet) if session.outlook.known is not None else "",
            asked=session.asked,
        )


def _missing(sheet: SheetFile) -> str:
    """Why there is no sheet; empty where there is one."""
    if sheet.content is not None:
        return ""
    if not sheet.path:
        return "bedplate.yaml names none (survival.write)"
    return f"{sheet.path}: {sheet.error or 'is not there'}"
