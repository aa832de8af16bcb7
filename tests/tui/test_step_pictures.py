"""Every step in every state on a screen of 80 × 24, and each state in colour; a person has looked at them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from runners.layers.findings import Finding
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.steps import Moment, Walkthrough
from runners.layers.walkthroughs.timeline import OPENED, Entry, Passage
from tests.layers import upgrade_worlds as u
from tests.layers import walk_worlds as k
from tests.layers import worlds as w
from tests.layers.step_states import states
from tests.snapshot_support import TextPictures
from tests.tui.still_session import StillSession, clock, still_session
from tests.tui.test_overview import started
from tests.tui.test_screen_pictures import Compare
from tests.tui.test_step_texts import FACTS_WIDTH, STEPS_WIDTH
from tests.widgets.fixtures import screen_text
from tui.app import BedplateApp
from tui.screens.walkthrough import WalkthroughScreen
from widgets.facts import FactsPane
from widgets.steps import StepsPane

pytestmark = [pytest.mark.long, pytest.mark.anyio]

NARROW, WIDE = (80, 24), (120, 36)
WALKS = pytest.mark.parametrize("name", k.WALKTHROUGHS)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[StillSession]:
    """A session on the repository whose steps are shown."""
    made = still_session(tmp_path, settings=k.SETTINGS)
    made.fill(k.BARE)
    yield made
    made.stop()


class StillWalk:
    """A walkthrough that stands where a test wants it."""

    def __init__(self, walkthrough: Walkthrough) -> None:
        self.walkthrough = walkthrough
        self.passage = Passage("", "", "home", "", (Entry(w.NOW - 761, OPENED, "", "", "ada@workshop"),))
        self.unrecorded: Finding | None = None
        self.found = Progress(walkthrough, ())

    def reload(self) -> None:
        """Nothing else has happened."""

    def progress(self) -> Progress:
        return self.found

    def moment(self) -> Moment:
        """What a step that watches sees move: the new version is applied, and nothing of it has settled."""
        return k.At(k.NEWER, {("longhorn-system", "longhorn"): u.NEW}).moment()


def at_step(walkthrough: Walkthrough, index: int, view: StepView) -> Progress:
    """Everything before it is done, and what follows comes later; while the cluster is away all is unknown."""
    away = view.away
    before = StepState.DONE if away is None else StepState.UNKNOWN
    after = StepState.LATER if away is None else StepState.UNKNOWN
    views = [StepView(step, before if at < index else after) for at, step in enumerate(walkthrough.steps)]
    views[index] = view
    return Progress(walkthrough, tuple(views), away)


def cases(name: str) -> Iterator[tuple[int, StepView]]:
    """Every step of a walkthrough in every state that it can have."""
    for index, step in enumerate(k.WALKTHROUGHS[name].steps):
        for view in states(name, step):
            yield index, view


class Stand:
    """A walkthrough's screen that shows what it is told to."""

    def __init__(self, session: StillSession, name: str) -> None:
        self.app = BedplateApp(session, clock)
        self.walk = StillWalk(k.WALKTHROUGHS[name])
        self.session = session
        self.screen: WalkthroughScreen

    async def open(self, pilot: Pilot[None]) -> None:
        await started(self.app, pilot)
        header = self.app.overview.header
        self.screen = WalkthroughScreen(self.session, self.app.operator, self.walk.walkthrough, header, clock)
        self.screen._walk = self.walk  # type: ignore[assignment]
        self.screen._follow = lambda run: None  # type: ignore[method-assign]  # there is no log to be shown
        await self.app.push_screen(self.screen)
        while self.app.screen is not self.screen or self.app.focused is None:
            await pilot.pause()

    async def shows(self, pilot: Pilot[None], index: int, view: StepView) -> None:
        self.walk.found = at_step(self.walk.walkthrough, index, view)
        pane = self.screen.query_one(StepsPane)
        pane.show(self.walk.found)
        pane.move_by(index - pane.index)
        self.screen.show_picture(self.session.picture, self.screen._header)
        await pilot.pause()
        drawn: list[str] = []
        while drawn != (drawn := screen_text(self.app)):
            await pilot.pause()


@WALKS
async def test_every_step_in_every_state(name: str, session: StillSession, snapshot: SnapshotAssertion) -> None:
    stand, pages = Stand(session, name), []
    async with stand.app.run_test(size=NARROW) as pilot:
        await stand.open(pilot)
        assert stand.screen.query_one(StepsPane).content_size.width - 1 == STEPS_WIDTH
        assert stand.screen.query_one(FactsPane).content_size.width - 1 == FACTS_WIDTH
        for index, view in cases(name):
            await stand.shows(pilot, index, view)
            lines = [line.rstrip() for line in screen_text(stand.app)]
            assert f" {view.state.symbol} {index + 1} {view.step.title}" in "\n".join(lines).replace("▶", " ")
            pages.append("\n".join((f"── {view.step.id}: {view.state.value}", *lines)))
    assert "\n".join(pages) == snapshot(extension_class=TextPictures)


STATES = [("recover", state, size) for state in StepState for size in (NARROW, WIDE)]


@pytest.mark.parametrize(
    ("name", "state", "size"), STATES, ids=[f"{name}-{state.name.lower()}-{size[0]}" for name, state, size in STATES]
)
def test_a_state_in_colour(
    name: str, state: StepState, size: tuple[int, int], session: StillSession, snap_compare: Compare
) -> None:
    index, view = max(
        ((index, view) for index, view in cases(name) if view.state is state),
        key=lambda case: len(case[1].proof) + len(case[1].closed_by),
    )
    stand = Stand(session, name)

    async def run_before(pilot: Pilot[None]) -> None:
        await stand.open(pilot)
        await stand.shows(pilot, index, view)

    assert snap_compare(stand.app, terminal_size=size, run_before=run_before)
