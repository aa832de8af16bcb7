"""The app: one session, the overview on it, and the way from a command to a change."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import Worker

from runners.asks import Refusal
from runners.cluster_runs import SeenRuns
from runners.layers.commands import PLAN, Command, Target
from runners.layers.findings import Finding, Severity
from runners.layers.picture import ComponentState, Picture
from runners.layers.rehearsal.steps import as_rehearsed
from runners.layers.runs import RunRecord
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.recover import NAME as RECOVER
from runners.layers.walkthroughs.steps import Option
from runners.operate import Operator
from runners.saved_texts import save
from runners.session import Session
from runners.tools.calls import ToolError
from tui.bridge import Bridge, Merged
from tui.dialogs import hooks_question, plain_question
from tui.events import CommandChosen, ComponentAsked, GraphAsked, RowAsked, RunChanged, SaveAsked
from tui.failures import failure
from tui.opening import screen_for
from tui.screens.change import ChangeScreen
from tui.screens.choosing import ChoosingScreen
from tui.screens.component import ComponentScreen
from tui.screens.following import FollowingScreen
from tui.screens.graph import GraphScreen
from tui.screens.ground import Ground
from tui.screens.help import HelpScreen
from tui.screens.overview import GuideText, Overview
from tui.screens.plan import PlanScreen
from tui.screens.question import QuestionScreen
from tui.screens.run_log import RunLogScreen
from tui.screens.survival import SurvivalScreen
from tui.screens.walkthrough import WalkthroughScreen
from tui.walk_choice import offered, pointed_at
from widgets.cards import LayerPane
from widgets.header import HeaderFacts
from widgets.theme import dress

FirstScreen = Callable[[Picture, HeaderFacts], FollowingScreen]
"""Makes what lies on the overview at first, from the picture and the header of that moment."""
_COLLECT_AFTER = 2.0
"""Seconds after the start at which garbage is collected again; a collection before costs the first frame."""
_GC_THRESHOLDS = (100_000, 50, 1000)


class BedplateApp(App[None]):
    """The terminal program."""

    TITLE = "Bedplate"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+c",
            "interrupt",
            "Interrupt or quit",
            show=False,
            priority=True,
            tooltip="interrupt the running tool, or quit",
        ),
        Binding("exclamation_mark", "acknowledge", "Seen", show=False, tooltip="an alarm was seen: take it down"),
    ]

    def __init__(
        self,
        session: Session,
        clock: Callable[[], float] = time.time,
        guide: GuideText | None = None,
        first: FirstScreen | None = None,
    ) -> None:
        """Takes a session that is not started yet, the present time, a guide's words, and what lies on the overview.

        The time is in seconds since the epoch.
        """
        super().__init__()
        dress(self)  # before anything is drawn, or every style would be found twice
        self.session = session
        self._clock = clock
        self.set_class(session.options.demo, "-demo")
        self.set_class(session.options.rehearsing is not None, "-rehearsal")
        self.overview = Overview(session, clock, guide)
        self.operator = Operator(session)
        self._first = first
        self._bridge: Bridge | None = None
        self._resumed = False
        self._alarms: frozenset[str] = frozenset()
        self._concluding: set[str] = set()
        self._conclusions: dict[str, tuple[Finding, ...]] = {}

    def on_mount(self) -> None:
        """Shows the overview; the cluster is asked once the first frame is out."""
        self.push_screen(self.overview)
        if self._first is not None:
            self.push_screen(self._first(self.session.picture, self.overview.header))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._bridge = Bridge()
        shown = Merged(self._bridge, self._show_picture)
        self.session.subscribe(lambda _picture: shown.ask())
        self.overview.attach(self._bridge)
        self.session.start()
        self.set_timer(_COLLECT_AFTER, _collect_again)

    def _show_picture(self) -> None:
        self._ring_for_alarms()
        self.overview.show_picture(self.session.picture)
        for screen in self.screen_stack:
            if isinstance(screen, FollowingScreen) and screen.is_mounted:
                screen.show_picture(self.session.picture, self.overview.header)
        seen = self.session.seen_runs
        if not self._resumed and seen.cluster:
            self._resumed = True
            self._resume(seen)
        for run in seen.unconcluded:
            self._conclude_soon(run)

    def _ring_for_alarms(self) -> None:
        """Rings once for what is new; the line on the screens stays until it is acknowledged."""
        causes = frozenset[str]().union(*(alarm.causes for alarm in self.session.picture.alarms))
        if causes - self._alarms:
            self.bell()
        self._alarms = causes

    def action_acknowledge(self) -> None:
        """Takes down the alarms that are on the screen."""
        self.session.acknowledge_alarms()

    def _resume(self, seen: SeenRuns) -> None:
        """Takes up the run that is going on, or the newest that ended while no screen was there."""
        for run in (*seen.running, *seen.unconcluded)[:1]:
            self.overview.follow(run)

    def _conclude_soon(self, run: RunRecord) -> None:
        """Asks the cluster what a run did, once; also of a run that another has pushed off the screen."""
        if run.id in self._concluding:
            return
        self._concluding.add(run.id)
        self.run_worker(self._conclude(run), group="conclude", description="read what a run did", exit_on_error=False)

    def on_command_chosen(self, event: CommandChosen) -> None:
        """Asks before a change, or says why there is none to ask for; what only reads is shown at once."""
        event.stop()
        hooks = self.operator.runs_code(event.command, event.target)
        if not hooks or self.session.options.read_only:
            self._open(event.command, event.target)
            return
        cluster = f"{self.session.options.access.context} · {self.session.options.access.server}"
        question = hooks_question(event.target, hooks, self.operator.hooks(event.target), cluster)
        opened = partial(self._open, event.command, event.target, may_run_code=True)
        self.push_screen(QuestionScreen(question), lambda yes: opened() if yes else None)

    def _open(self, command: Command, target: Target, *, may_run_code: bool = False) -> None:
        if command is PLAN:
            self.push_screen(PlanScreen(self.operator, target, may_run_code=may_run_code))
        else:
            screen = ChangeScreen(self.session, self.operator, command, target, may_run_code=may_run_code)
            self.push_screen(screen, self._follow)

    def on_layer_pane_card_opened(self, event: LayerPane.CardOpened) -> None:
        """Shows a component whole."""
        self._show_component(event.component)

    def on_component_asked(self, event: ComponentAsked) -> None:
        """Shows a component whole."""
        self._show_component(event.component)

    def _show_component(self, state: ComponentState) -> None:
        self.push_screen(ComponentScreen(self.session, state, self.overview.header, self._clock))

    def on_graph_asked(self, event: GraphAsked) -> None:
        """Shows what something waits for, and what waits for it."""
        self.push_screen(GraphScreen(self.session, event.node, self.overview.header, self._clock))

    async def action_walk(self, name: str = "") -> None:
        """Opens a walkthrough, or asks which one, with the mark at the one that is due."""
        # Awaited here and in no worker: a key that is pressed ahead waits for the screen that it is meant for.
        about = await pointed_at(self.session, self.overview.card)
        if not name:
            options, due = offered(self.session, about)
            why = "Each finds its place by what the cluster proves; the mark stands at the one that is due."
            if due is None:
                why = "The cluster is not seen yet: which one is due can't be told (esc, then w, looks again)."
                due = [option.answer for option in options].index(RECOVER)  # its first steps change nothing
            self.push_screen(ChoosingScreen("Walkthroughs", why, options, marked=due), self._walk_chosen)
            return
        steps = WALKTHROUGHS[name](about)
        if self.session.options.rehearsing is not None:
            steps = as_rehearsed(steps, self.session.options.rehearsing.missing)
        self.push_screen(WalkthroughScreen(self.session, self.operator, steps, self.overview.header, self._clock))

    async def _walk_chosen(self, option: Option | None) -> None:
        if option is not None:
            await self.action_walk(option.answer)

    def on_row_asked(self, event: RowAsked) -> None:
        """Shows more of a row, or says where that is to be had."""
        found = screen_for(self.session, event.row, event.face, self._clock)
        if isinstance(found, str):
            self.notify(found, markup=False)
        else:
            self.push_screen(found)

    def on_save_asked(self, event: SaveAsked) -> None:
        """Writes a text to a file of the person's own, and says where it is."""
        try:
            path = save(event.name, event.text, self.session.options.environ)
        except OSError as error:
            self.notify(f"not saved: {error.filename}: {error.strerror}", severity="error", markup=False)
        else:
            self.notify(f"saved to {path}", timeout=10, markup=False)

    def on_run_changed(self, event: RunChanged) -> None:
        """The followed run ended and its log is whole: what it did comes below it."""
        event.stop()
        self.session.noticed(event.run)
        if event.run.id in self._conclusions:
            self._show_conclusion(event.run)
        else:
            self._conclude_soon(event.run)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of the app's own failed in a way that nobody foresaw."""
        if words := failure(event):
            self.notify(words, severity="error", timeout=30, markup=False)

    def action_help(self) -> None:
        """Shows every key."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_survival(self) -> None:
        """Shows what would come back if the cluster died now."""
        if not isinstance(self.screen, SurvivalScreen):
            self.push_screen(SurvivalScreen(self.session, self.overview.header, self._clock))

    def action_leave(self) -> None:
        """Closes the screen; runs go on without it, and a person is told so."""
        running = self.session.seen_runs.running
        if not running:
            self._end(True)
            return
        goes_on = "it goes on without the screen, and is shown at the next start"
        label = self.session.options.label.lower()
        then = f"the {label} ends, and everything in it" if label else goes_on
        rows = (("running", running[0].title), ("then", then))
        self.push_screen(QuestionScreen(plain_question("Leave?", rows, "Leave")), self._end)

    def action_interrupt(self) -> None:
        """With a run going on, offers to interrupt it; else quits. Never quits silently while a tool runs."""
        run = self._run_to_interrupt()
        if run is None:
            self._end(True)
        elif not isinstance(self.screen, QuestionScreen):
            rows = (
                ("running", run.title),
                ("does", "sends the tool one SIGINT; it ends in its own way, and the release is marked failed"),
                ("cancel", "keeps watching"),
            )
            dialog = plain_question(f"Interrupt run {run.short_id}?", rows, "Interrupt")
            self.push_screen(QuestionScreen(dialog), lambda yes: self._interrupt(run) if yes else None)

    def _run_to_interrupt(self) -> RunRecord | None:
        """Of the runs that go on the one that a person looks at, or else the newest."""
        running = self.session.seen_runs.running
        # A key may come before a screen has its widgets.
        meant = self.screen.meant_run if isinstance(self.screen, Ground) and self.screen.is_mounted else None
        return next((run for run in running if meant is not None and run.id == meant.id), next(iter(running), None))

    def _interrupt(self, run: RunRecord) -> None:
        try:
            there = self.operator.interrupt(run)
        except Refusal as refusal:
            self.notify(str(refusal), title="not interrupted", severity="warning", markup=False)
            return
        if not there:
            self.notify(f"{run.title} has ended already", markup=False)

    def _follow(self, run: RunRecord | None) -> None:
        if run is not None:
            self.overview.follow(run)

    async def _conclude(self, run: RunRecord) -> None:
        try:
            findings = await self.operator.conclude(run)
        except (ToolError, Refusal) as error:
            findings = (Finding(run.title, Severity.UNKNOWN, f"what it did could not be read: {error}"),)
        self._conclusions[run.id] = findings
        self._show_conclusion(run)

    def _show_conclusion(self, run: RunRecord) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Overview | RunLogScreen):
                screen.show_conclusion(run, self._conclusions[run.id])

    def _end(self, yes: bool | None) -> None:
        if not yes:
            return
        if self._bridge is not None:
            self._bridge.close()
        self.overview.detach()
        self.session.stop()
        self.exit()


def _collect_again() -> None:
    gc.set_threshold(*_GC_THRESHOLDS)
    gc.enable()
