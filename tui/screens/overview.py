"""The overview: both layers as cards, a live table below them, and the log of the running tool."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from runners.layers.commands import COMMANDS
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness
from runners.layers.gates import open_commands
from runners.layers.kinds.base import Tone
from runners.layers.kinds.pods import Pod
from runners.layers.kinds.runs import RunRow
from runners.layers.picture import Layer, Picture
from runners.layers.runs import RunRecord
from runners.session import Session
from tui.bridge import Bridge
from tui.events import CommandChosen, Face, RowAsked, RunChanged
from tui.feeds import TableFeed
from tui.keys import command_bindings, hints
from tui.screens.ground import Ground
from tui.tail import RunTail
from tui.targets import Targets, component_targets, row_targets
from tui.texts import conclusion_text
from tui.views import VIEWS, view
from widgets.cards import LayerPane
from widgets.guide import Guide
from widgets.header import Header, HeaderFacts
from widgets.hints import HintBar
from widgets.log import LogPane
from widgets.prompt import Prompt
from widgets.table import LiveTable
from widgets.tabs import Tab, TabStrip

_SHORT = 30
_TALL = 50
"""Screens with fewer lines than the one get less room for cards, those with more than the other get more."""

GuideText = Callable[[Picture, tuple[RunRecord, ...]], str]
"""What to do next, from the picture and the runs of the cluster (newest first); empty where nothing is to be said."""


class Overview(Ground[None]):
    """Where a person lands, and where everything is seen at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *command_bindings(),
        Binding("left", "view(-1)", "Previous tab", show=False, tooltip="The table's previous tab"),
        Binding("right", "view(1)", "Next tab", show=False, tooltip="The table's next tab"),
        Binding("l", "log", "Logs", show=False, tooltip="The log of the pod, or of the next run"),
        Binding("y", "more('yaml')", "YAML", show=False, tooltip="The YAML of the row"),
        Binding("e", "more('events')", "Events", show=False, tooltip="The events about the row's object"),
        Binding("d", "more('describe')", "Describe", show=False, tooltip="All that describes the row's object"),
        Binding("slash", "filter", "Filter", show=False, tooltip="Show only rows with a text"),
        Binding("escape", "back", "Back", show=False, tooltip="Clear the filter, then back to the cards"),
        Binding("question_mark", "app.help", "Help", show=False, tooltip="Every key"),
        Binding("q", "app.leave", "Quit", show=False, tooltip="Close the screen; runs go on"),
        *(Binding(str(at + 1), f"show('{found.id}')", found.label, show=False) for at, found in enumerate(VIEWS)),
    ]

    def __init__(
        self, session: Session, clock: Callable[[], float] = time.time, guide: GuideText | None = None
    ) -> None:
        """Takes the session that it shows, the present time in seconds since the epoch, and what guides through."""
        super().__init__()
        self._guide = guide
        self._clock = clock
        self._session = session
        self._view = VIEWS[0]
        self._feed: TableFeed | None = None
        self._tail: RunTail | None = None
        self._concluded = ""

    def compose(self) -> ComposeResult:
        """Header, cards, tabs, table, log, footer."""
        yield Header(self.header, clock=self._clock)
        yield Guide()
        with Horizontal(id="layers"):
            yield LayerPane("Foundation · helmfile", id="foundation", clock=self._clock)
            yield LayerPane("GitOps · flux", id="gitops", clock=self._clock)
        yield TabStrip(id="tabs")
        yield LiveTable(id="table", clock=self._clock)
        yield LogPane(id="log")
        yield Prompt(id="prompt")
        yield HintBar()

    @property
    def is_following(self) -> bool:
        """Does it follow the session by now?"""
        return self._feed is not None

    def attach(self, bridge: Bridge) -> None:
        """Begins to follow the session; called once, when the first frame is out."""
        self._feed = TableFeed(self._session.store, bridge, self.query_one(LiveTable), self._show_tabs)
        self._tail = RunTail(self._session.runs, bridge, self.query_one(LogPane), self._run_changed, self._clock)
        self._feed.show(self._view)
        self.set_interval(1.0, self._tail.tick)
        self.show_picture(self._session.picture)
        self.query_one("#foundation").focus()

    def detach(self) -> None:
        """Follows no more."""
        if self._feed is not None and self._tail is not None:
            self._feed.close()
            self._tail.close()

    def show_picture(self, picture: Picture) -> None:
        """Shows the verdicts of a moment."""
        self._show_header()
        footer = [_notice(picture) or (self._session.settings.origin, Tone.MUTED)]
        self._pane("foundation").show(picture.layer(Layer.FOUNDATION), footer=footer, freshness=picture.freshness)
        heading = f"GitOps · flux {picture.flux_version}" if picture.flux_version else "GitOps · flux"
        self._pane("gitops").show(
            picture.layer(Layer.GITOPS),
            footer=[(picture.flux_summary or "no Kustomization yet", Tone.MUTED)],
            freshness=picture.freshness,
            heading=heading,
        )
        self._show_tabs()
        self.show_hints()

    def follow(self, run: RunRecord) -> None:
        """Shows a run's log as it is written."""
        assert self._tail is not None
        self._concluded = ""
        self.add_class("-with-run")
        self._tail.follow(run)
        self._show_header()

    def show_conclusion(self, run: RunRecord, findings: tuple[Finding, ...]) -> None:
        """Writes below a run's whole log, once, what the cluster says that it did."""
        shown = self.run
        if shown is not None and shown.id == run.id and shown.state.ended and self._concluded != run.id:
            self._concluded = run.id
            self.query_one(LogPane).append(conclusion_text(findings))

    @property
    def meant_run(self) -> RunRecord | None:
        """The run under the cursor, or else the one whose log is shown."""
        table = self.query_one(LiveTable)
        return table.row.record if table.has_focus and isinstance(table.row, RunRow) else self.run

    @property
    def run(self) -> RunRecord | None:
        """The run whose log is shown."""
        return self._tail.run if self._tail else None

    def targets(self) -> Targets:
        """What keys would act on now, by the scope of their commands: it depends on where the focus is."""
        focused = self.focused.id if self.focused is not None else ""
        if focused in ("foundation", "gitops"):
            card = self._pane(focused).component
            return component_targets(card, self._session.store.table("flux")) if card else {}
        return row_targets(self.query_one(LiveTable).row) if focused == "table" else {}

    def show_hints(self) -> None:
        """Shows what can be done where the focus is."""
        found = self.targets().items()
        commands = [each for scope, at in found for each in open_commands(self._session.situation(at), scope)]
        self.query_one(HintBar).show(hints(commands))

    def action_command(self, name: str) -> None:
        """Hands a command to the app, with what it acts on; elsewhere, says where it does."""
        command = next(found for found in COMMANDS if found.name == name)
        target = self.targets().get(command.scope)
        if target is not None:
            self.post_message(CommandChosen(command, target))
        else:
            self.notify(f"{command.name} acts on {command.scope.value}: go to one with tab", markup=False)

    def action_view(self, step: int) -> None:
        """Turns to the next or previous tab."""
        at = (VIEWS.index(self._view) + step) % len(VIEWS)
        self.action_show(VIEWS[at].id)

    def action_show(self, view_id: str) -> None:
        """Turns to a tab, and puts the focus on its table."""
        table = self.query_one(LiveTable)
        if self._view.id != view_id:
            table.filter = ""
        self._view = view(view_id)
        if self._feed is not None:
            self._feed.show(self._view)
        table.focus()
        self._show_tabs()

    def action_next_run(self) -> None:
        """Turns to the log of the run before the one that is shown, and from the oldest back to the newest."""
        runs = self._session.picture.runs
        at = next((index for index, run in enumerate(runs) if self.run is not None and run.id == self.run.id), -1)
        if runs:
            self.follow(runs[(at + 1) % len(runs)])

    def action_filter(self) -> None:
        """Opens the line for the filter."""
        self.query_one(Prompt).ask("/", self.query_one(LiveTable).filter)

    def action_back(self) -> None:
        """Clears the filter; without one, goes back to the cards."""
        table = self.query_one(LiveTable)
        if table.filter:
            self._filter("")
        else:
            self.query_one("#foundation").focus()

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Filters while it is typed."""
        self._filter(event.text)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Keeps the filter, and goes to what it left."""
        self._filter(event.text)
        self.query_one(LiveTable).focus()

    def on_prompt_cancelled(self) -> None:
        """Drops the filter."""
        self._filter("")
        self.query_one(LiveTable).focus()

    def on_tab_strip_tab_picked(self, event: TabStrip.TabPicked) -> None:
        """Turns to the tab that was clicked."""
        self.action_show(event.tab_id)

    def on_live_table_counted(self) -> None:
        """Keeps the tabs' numbers true."""
        self._show_tabs()

    def on_live_table_cursor_moved(self) -> None:
        """What can be done depends on the row."""
        self.show_hints()

    def on_layer_pane_card_selected(self) -> None:
        """What can be done depends on the component."""
        self.show_hints()

    def on_descendant_focus(self) -> None:
        """What can be done depends on the pane; where there is room for one only, so does what is shown."""
        focused = self.focused.id if self.focused is not None else ""
        self.set_class(focused in ("foundation", "gitops"), "-at-cards")
        self.set_class(focused == "log", "-at-log")
        self.show_hints()

    def on_live_table_row_opened(self, event: LiveTable.RowOpened) -> None:
        """Shows a row whole, and the log of a run."""
        if isinstance(event.row, RunRow):
            self.follow(event.row.record)
            return
        self.post_message(RowAsked(event.row, Face.DESCRIPTION))

    def action_more(self, face: str) -> None:
        """Shows more of the row under the cursor."""
        row = self.query_one(LiveTable).row
        if row is not None:
            self.post_message(RowAsked(row, Face(face)))

    def action_log(self) -> None:
        """With the cursor on a pod, its log; else the log of the run before the one that is shown."""
        table = self.query_one(LiveTable)
        if table.has_focus and isinstance(table.row, Pod):
            self.post_message(RowAsked(table.row, Face.LOG))
        else:
            self.action_next_run()

    def on_resize(self, event: events.Resize) -> None:
        """Gives the cards less room on a short screen."""
        self.set_class(event.size.height < _SHORT, "-short")
        self.set_class(event.size.height >= _TALL, "-tall")

    def _filter(self, text: str) -> None:
        self.query_one(LiveTable).filter = text
        self._show_tabs()

    def _pane(self, name: str) -> LayerPane:
        return self.query_one(f"#{name}", LayerPane)

    @property
    def header(self) -> HeaderFacts:
        """What the header says now."""
        options, picture = self._session.options, self._session.picture
        return HeaderFacts(
            context=options.access.context,
            identity=picture.identity,
            freshness=picture.freshness,
            nodes_ready=picture.nodes_ready,
            nodes=picture.nodes,
            read_only=options.read_only,
            runs=len(self._session.seen_runs.running),
            label="DEMO" if options.demo else "",
        )

    def _show_header(self) -> None:
        self.query_one(Header).facts = self.header
        if self._guide is not None:
            self.query_one(Guide).text = self._guide(self._session.picture, self._session.seen_runs.all)

    def _show_tabs(self) -> None:
        store = self._session.store
        tabs = [
            Tab(found.id, found.label, _count(store.table_freshness(found.id), store.count(found.id)))
            for found in VIEWS
        ]
        table = self.query_one(LiveTable)
        if table.filter:
            shown, total = table.counts
            words = f"{self._view.label} {shown}/{total} /{table.filter}"
            tabs = [Tab(tab.id, words) if tab.id == self._view.id else tab for tab in tabs]
        self.query_one(TabStrip).show(tabs, self._view.id)

    def _run_changed(self, run: RunRecord) -> None:
        self._session.noticed(run)
        self._show_header()
        self.show_hints()
        self.post_message(RunChanged(run))


def _notice(picture: Picture) -> tuple[str, Tone] | None:
    """The worst of what is true of the whole; a note waits for somebody who asks."""
    worst = max(picture.notices, key=lambda finding: finding.severity, default=None)
    if worst is None or worst.severity < Severity.WARNING:
        return None
    return f"{worst.severity.symbol} {worst.subject}: {worst.text}", Tone.WARN


def _count(freshness: Freshness, rows: int) -> int | None:
    """How many rows a tab may claim: none are counted where they could be there unseen."""
    return rows if rows or freshness.trusted else None
