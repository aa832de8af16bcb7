"""A walkthrough: its steps at the left, the one that is read beside them, and the log of what it runs below."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import takewhile
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.worker import Worker

from runners.demo.walk_remarks import remark
from runners.edges import Errand
from runners.layers.picture import Picture
from runners.layers.runs import RunRecord
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.steps import Doing, Walkthrough
from runners.operate import Operator
from runners.session import Session
from runners.walking import Walk
from tui.bridge import Bridge
from tui.events import CommandChosen, Face, RowAsked, RunChanged
from tui.failures import failure
from tui.screens.following import FollowingScreen
from tui.screens.step_deeds import StepDeeds
from tui.screens.step_questions import StepQuestions
from tui.tail import RunTail
from tui.walk_texts import command_of, over_words, record_facts, standing, step_facts, step_hints, summary_facts
from widgets.alarm import AlarmBanner
from widgets.facts import Fact, FactsPane
from widgets.header import Header, HeaderFacts
from widgets.hints import HintBar
from widgets.log import LogPane
from widgets.prompt import Prompt
from widgets.safe import label
from widgets.steps import StepsPane

LOOK_EVERY = 3.0
"""Seconds between two looks at what others decided."""
_ENTER = "do this step; what only looks is waited for, and what is over or comes later leads to the next"
_LATER = "the steps before it come first"
_ROOMY = 30
"""Lines of a screen from which on the log of an earlier step is shown beside a later one."""


class WalkthroughScreen(FollowingScreen):
    """Leaving it ends nothing: where it stands is read from the cluster again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Go on", show=False, tooltip=_ENTER),
        Binding("s", "skip", "Skip", show=False, tooltip="skip this step, with a reason"),
        Binding("u", "take_back", "Take back", show=False, tooltip="take back what was decided on this step"),
        Binding("c", "copy", "Copy", show=False, tooltip="copy the step's command"),
        Binding("tab", "app.focus_next", show=False, tooltip="next or previous pane"),
        Binding("shift+tab", "app.focus_previous", show=False, tooltip="next or previous pane"),
        Binding("escape,q", "back", "Back", show=False, tooltip="leave: it keeps its place"),
        Binding("question_mark", "app.help", "Help", show=False, tooltip="every key"),
    ]

    def __init__(
        self,
        session: Session,
        operator: Operator,
        walkthrough: Walkthrough,
        header: HeaderFacts,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Takes the session, who carries out what is decided, the steps, what the header says, and the time."""
        super().__init__()
        self._session = session
        self._walk = Walk(session, walkthrough, clock)
        self._header = header
        self._clock = clock
        self._tail: RunTail | None = None
        self._progress: Progress | None = None
        self._read: tuple[str, StepState, Decision | None] | None = None
        """Which step was shown last, in which state, and what was decided on it."""
        self._was_shown = False
        """Was it ever shown where the walkthrough stands?"""
        self._deeds = StepDeeds(self, session, operator, self._walk, self._look)
        self._questions = StepQuestions(self, session, self._walk.moment, self._deeds)

    def compose(self) -> ComposeResult:
        """Header, steps and what is said of one, its log, the line for a reason, keys."""
        yield Header(self._header, clock=self._clock)
        yield AlarmBanner()
        with Horizontal(id="walk"):
            yield StepsPane(self._walk.walkthrough.title, id="steps")
            yield FactsPane(id="step")
        yield LogPane(id="log")
        yield Prompt(id="prompt")
        yield HintBar()

    def on_mount(self) -> None:
        """Begins to follow the cluster, and what others decide."""
        self._bridge = Bridge(lambda: self.is_there)
        self._tail = RunTail(self._session.runs, self._bridge, self.query_one(LogPane), self._run_ended, self._clock)
        self.set_interval(1.0, self._tick)
        self.set_interval(LOOK_EVERY, self._look)
        self._looking = Errand(self._reload, self._reading_failed, settle=0.0)
        self._looking.start()
        self.show_picture(self._session.picture, self._header)  # first: what is read then knows that it was opened
        self._look()
        self.query_one(StepsPane).focus()

    def on_unmount(self) -> None:
        """Follows no more; what runs goes on."""
        self._looking.stop()
        self._bridge.close()
        if self._tail is not None:
            self._tail.close()

    @property
    def meant_run(self) -> RunRecord | None:
        """The one whose log is shown."""
        return self._tail.run if self._tail else None

    @property
    def view(self) -> StepView | None:
        """The step that is read."""
        index = self.query_one(StepsPane).index
        return self._progress.steps[index] if self._progress and index < len(self._progress.steps) else None

    def show_picture(self, picture: Picture, header: HeaderFacts) -> None:
        """Shows where it stands by the picture of a moment."""
        self.query_one(Header).facts = header
        self.query_one(AlarmBanner).alarms = picture.alarms
        self._progress = self._walk.progress()
        steps = self.query_one(StepsPane)
        steps.show(self._progress)
        if self._progress.away is None and self._session.identity is not None and not self._was_shown:
            self._was_shown = True
            if self._progress.is_new:
                steps.move_to_edge(-1)  # what there is to go by is read before anything is done
        self._show_step()

    def action_go_on(self) -> None:
        """Does the step under the cursor, or says what it waits for."""
        view = self.view
        if view is None:
            return
        if view.state.over or view.state is StepState.LATER:
            self._go_to_the_next(view)
        elif view.run is not None and not view.run.state.ended:
            self.notify(f"{view.run.title} is still running: it goes on by itself once that has ended", markup=False)
        elif view.away is not None:
            self.notify(_away_words(view), markup=False)
        elif view.step.doing is Doing.COMMAND and view.step.command is not None:
            self.post_message(CommandChosen(view.step.command, view.step.target))
        elif view.step.doing is not Doing.LOOK:
            self._questions.ask(view)
        else:
            self.notify("this step only looks: it goes on by itself once the cluster proves it", markup=False)

    def _go_to_the_next(self, view: StepView) -> None:
        if self._onward:
            self.query_one(StepsPane).follow()
        else:
            self.notify(over_words(view), markup=False)

    def action_skip(self) -> None:
        """Asks for the reason why the step is skipped."""
        view = self.view
        if view is None:
            return
        if view.state.over:
            self.notify(over_words(view), markup=False)
        elif view.state is StepState.LATER:
            self.notify(_LATER, markup=False)
        elif view.away is not None:
            self.notify(_away_words(view), markup=False)
        elif view.step.skip:
            self._questions.ask_why(view)
        else:
            self.notify(f"{view.step.title} can't be skipped: what follows rests on it", markup=False)

    def action_take_back(self) -> None:
        """Takes back a decision."""
        view = self.view
        if view is None:
            return
        if view.decision is None:
            self.notify(f"nothing was decided on {view.step.title}", markup=False)
        else:
            self._deeds.decide(view, Choice.TAKEN_BACK)

    def action_copy(self) -> None:
        """Hands the step's command to the terminal's clipboard (OSC 52)."""
        view = self.view
        context, look = self._session.options.access.context, self._walk.moment
        command = command_of(view.step, self._session.settings, context, look) if view is not None else ""
        if not command:
            self.notify("this step has no command", markup=False)
            return
        self._deeds.copy(command)

    def action_back(self) -> None:
        """leave: it keeps its place."""
        self.leave()

    def on_descendant_focus(self) -> None:
        """Says what enter does in that pane."""
        self._show_step()

    def on_steps_pane_step_selected(self) -> None:
        """Reads another step."""
        self._show_step()

    def on_facts_pane_fact_opened(self, event: FactsPane.FactOpened) -> None:
        """Shows the object that a proof is about."""
        row = self._session.store.get(event.about)
        if row is not None:
            self.post_message(RowAsked(row, Face.DESCRIPTION))

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Hands what was typed to whoever asked."""
        event.stop()
        self.query_one(StepsPane).focus()
        self._questions.take(event.text)

    def on_prompt_cancelled(self, event: Prompt.Cancelled) -> None:
        """Decides nothing."""
        event.stop()
        self.query_one(StepsPane).focus()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What nobody foresaw is said too."""
        if words := failure(event):
            self.notify(words, severity="error", timeout=30, markup=False)

    def _look(self) -> None:
        self._looking.ask()

    def _reading_failed(self, words: str) -> None:
        self._bridge.post(lambda: self.notify(words, severity="error", timeout=30, markup=False))

    def _reload(self) -> None:
        self._walk.reload()
        self._bridge.post(lambda: self.show_picture(self._session.picture, self.query_one(Header).facts))

    def _tick(self) -> None:
        if self._tail is not None:
            self._tail.tick()
        self._show_step()

    def _show_step(self) -> None:
        view = self.view
        if view is None:
            return
        if self._progress is not None:
            where = standing(self._progress, self._walk.passage, self._clock())
            self.query_one(StepsPane).border_subtitle = label(where)
        is_over, pane = self._is_at_the_end, self.query_one(FactsPane)
        heading = f"{self._walk.walkthrough.title} is over" if is_over else view.step.title
        pane.show(self._facts_of(view), heading, anew=self._has_news(view))
        self._follow(view.run or self._run_before(view))
        hints = step_hints(view, onward=self._onward, opens=pane.is_at_what_opens, summed_up=is_over)
        self.query_one(HintBar).show(hints)

    def _facts_of(self, view: StepView) -> list[Fact]:
        """What is said of a step; at the end, below what the whole walkthrough came to."""
        watch, passage, options = view.step.watch, self._walk.passage, self._session.options
        sections = watch(self._walk.moment()) if watch is not None and not view.state.over else ()
        told = step_facts(
            view,
            self._session.settings,
            options.access.context,
            self._clock(),
            sections,
            since=passage.moved if passage is not None else None,
            look=self._walk.moment,
            remark=remark(view) if options.demo and options.rehearsing is None else "",
        )
        facts = [*record_facts(self._walk.unrecorded), *told]
        if not self._is_at_the_end or passage is None:
            return facts
        own = (Fact(view.step.title, head="Step"), *facts)
        return [*summary_facts(self._walk.walkthrough, passage, self._session.picture.survival), *own]

    def _has_news(self, view: StepView) -> bool:
        """Is there another step, state or decision than there was?

        What can't be seen for a moment takes nobody from what they read.
        """
        if view.away is not None:
            return False
        before, self._read = self._read, (view.step.id, view.state, view.decision)
        return before is not None and before != self._read

    @property
    def _onward(self) -> int:
        """The number of the step that is next; 0 where none is."""
        found = self._progress
        return 0 if found is None or found.finished or found.away is not None else found.current + 1

    @property
    def _is_at_the_end(self) -> bool:
        """Is all over, and the last step read, where the cursor then is by itself?"""
        found = self._progress
        return found is not None and found.finished and self.query_one(StepsPane).index == len(found.steps) - 1

    def _run_before(self, view: StepView) -> RunRecord | None:
        """The run of the step that began what this one watches: while it goes on, and where there is room."""
        if view.step.watch is None or self._progress is None:
            return None
        earlier = takewhile(lambda each: each is not view, self._progress.steps)
        run = next((each.run for each in reversed([*earlier]) if each.step.watch and each.run), None)
        return run if run is not None and (not run.state.ended or self.size.height >= _ROOMY) else None

    def _follow(self, run: RunRecord | None) -> None:
        self.set_class(run is not None, "-with-run")
        shown = self._tail.run if self._tail is not None else None
        if run is not None and self._tail is not None and (shown is None or shown.id != run.id):
            self._tail.follow(run)

    def _run_ended(self, run: RunRecord) -> None:
        self.post_message(RunChanged(run))


def _away_words(view: StepView) -> str:
    return "; ".join(f"{each.subject}: {each.text}" for each in view.proof)
