"""One walkthrough on one session: its steps, read from the cluster, and what a person has decided on them."""

from __future__ import annotations

import time
from collections.abc import Callable

from runners.asks import no_record
from runners.layers.findings import Finding, Severity, worst
from runners.layers.freshness import Freshness, Reach
from runners.layers.walkthroughs.decisions import latest
from runners.layers.walkthroughs.engine import Progress, StepState, StepView, progress
from runners.layers.walkthroughs.steps import NOTHING_TO_PROVE, Doing, Moment, Walkthrough
from runners.layers.walkthroughs.timeline import EVENTS, FINISHED, OPENED, PROVED, Passage, passages
from runners.session import Session
from runners.tools.asked_versions import own_version

_UNREAD = Freshness(Reach.LOADING, detail="what was decided on it is being read")


class Walk:
    """Where a walkthrough stands. It can be left at any time: nothing of it is kept but the decisions."""

    def __init__(self, session: Session, walkthrough: Walkthrough, clock: Callable[[], float] = time.time) -> None:
        """Takes the session, the steps, and the present time in seconds since the epoch."""
        self.walkthrough = walkthrough
        self._session = session
        self._clock = clock
        self._known: dict[str, StepView] = {}
        """Each step by its id, as it was when its proof could be told last: what was not seen says nothing."""
        self.passage: Passage | None = None
        """What happened on it so far, as of the last reload."""
        self._is_opened = False
        self._is_finished = False
        self._unread: Finding | None = None
        self._unwritten: Finding | None = None

    @property
    def unrecorded(self) -> Finding | None:
        """Why nothing can be put on record, and so nothing can be decided or begun; None while it can."""
        return self._unwritten or self._unread

    def reload(self) -> None:
        """Reads the decisions and what happened again, from the journal and the cluster; slow."""
        session = self._session
        if session.identity is not None:
            if not all(session.ahead.keys.values()):  # somebody is putting it there, in another terminal
                session.ahead.look_for_keys()
            session.read_decisions()
            own = (self.walkthrough.name, session.cluster_words)
            try:
                known = passages(session.journal.lines(*EVENTS), session.seen_runs.all)
            except OSError as error:
                self._unread = no_record(error)
                return
            self._unread = None
            self.passage = next((each for each in reversed(known) if (each.walkthrough, each.cluster) == own), None)

    def progress(self) -> Progress:
        """Every step's state at this moment; what was proved since the last time is put on record.

        Before decisions were read nothing can be told: a colleague may have decided what would be asked again.
        """
        known = self._session.identity is not None
        unread = _UNREAD if known and not self._session.recovering.is_read else None
        found = progress(self.walkthrough, self.moment(), unread)
        if known:
            self._put_on_record(found)
        return found

    def now(self) -> float:
        """The present time, in seconds since the epoch."""
        return self._clock()

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
            decisions=latest(session.recovering.decisions, self.walkthrough.name, now - self.walkthrough.holds),
            sheet=sheet.content,
            sheet_missing=sheet.missing if session.outlook.known is not None else "",
            encrypted=session.ahead.facts.git.encrypted if session.ahead.facts.looked else None,
            asked={name: found for name, asked in session.asked.items() if (found := own_version(asked, name))},
        )

    def _put_on_record(self, found: Progress) -> None:
        if self._session.options.rehearsing is not None:
            self._session.options.rehearsing.follow(found)
        if not self._is_opened:
            self._note(OPENED, title=self.walkthrough.title)
            self._is_opened = self._unwritten is None
        if found.away is None:  # what is proved meanwhile is new once the cluster is back
            for view in found.steps:
                before = self._known.get(view.step.id)
                if before is not None and _became_proved(before, view):
                    self._note(PROVED, step=view.step.id, title=view.step.title, milestone=view.step.milestone)
                if worst(view.proof) is not Severity.UNKNOWN:
                    self._known[view.step.id] = view
        if not found.finished:
            self._is_finished = False
        elif not self._is_finished and self._went_on:
            self._note(FINISHED)
            self._is_finished = self._unwritten is None
            if self._is_finished:
                self._session.outlook.ask()  # a recovery that is over counts for the survival of the next one

    @property
    def _went_on(self) -> bool:
        """Has it come to no end yet? Where nobody decided anything, all was over before it was opened."""
        return self.passage is not None and bool(self.moment().decisions) and not self.passage.is_over

    def _note(self, event: str, **facts: str) -> None:
        try:
            self._session.journal.write(event, self._session.identity, walkthrough=self.walkthrough.name, **facts)
        except OSError as error:  # the cluster says the same without it
            self._unwritten = no_record(error)
        else:
            self._unwritten = None


def _became_proved(before: StepView, view: StepView) -> bool:
    """Was it known not to be proved, and is by now? A decision has a line of its own."""
    if view.state is not StepState.DONE or view.step.doing is Doing.DECISION:
        return False
    if any(finding.subject == NOTHING_TO_PROVE for finding in view.proof):
        return False
    return before.state is not StepState.DONE
