"""The overview: both layers as cards, a live table below them, and the log of the running tool."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widgets import Input

from runners.layers.commands import INTERRUPT, Command
from runners.layers.findings import Finding, Severity
from runners.layers.gates import open_commands
from runners.layers.kinds.base import Tone
from runners.layers.kinds.pods import Pod
from runners.layers.kinds.runs import RunRow
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.runs import RunRecord
from runners.session import Session
from tui.bridge import Bridge
from tui.command_line import Act, Word
from tui.events import CommandChosen, Face, GraphAsked, RowAsked, RunChanged
from tui.keys import GRAPH_KEYS, ROW_KEYS, SCREEN_KEYS, TABLE_KEYS, command_bindings, hints
from tui.links import node_of
from tui.outlines import HEADINGS
from tui.screens.findings import FindingsScreen, Told
from tui.screens.ground import Ground
from tui.tables import TablePane
from tui.tail import RunTail
from tui.targets import Targets, component_targets, meant, named, row_targets
from tui.texts import boundary_facts, conclusion_text, context_text, layer_words, preflight_facts
from widgets.alarm import AlarmBanner
from widgets.cards import LayerPane
from widgets.guide import Guide
from widgets.header import Header, HeaderFacts
from widgets.hints import HintBar
from widgets.log import LogPane
from widgets.remark import Remark
from widgets.room import NARROW, SHORT, TALL
from widgets.table import LiveTable

_ACTIONS = {
    Word.SURVIVAL: "app.survival",
    Word.RECOVER: "app.walk('recover')",
    Word.UPGRADE: "app.walk('upgrade')",
    Word.FIRST_DAY: "app.walk('bootstrap')",
    Word.HELP: "app.help",
    Word.QUIT: "app.leave",
}
"""What a word of the command line does that is the app's to do."""
_REMARK_EVERY = 30.0
"""Seconds after which the line on survival is written anew: what would be lost grows by itself."""

GuideText = Callable[[Picture], str]
"""What to do next, from the picture; empty where nothing is to be said."""


class Overview(Ground[None]):
    """Where a person lands, and where everything is seen at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *command_bindings(),
        *TABLE_KEYS,
        *ROW_KEYS,
        *GRAPH_KEYS,
        *SCREEN_KEYS,
    ]

    def __init__(
        self, session: Session, clock: Callable[[], float] = time.time, guide: GuideText | None = None
    ) -> None:
        """Takes the session that it shows, the present time in seconds since the epoch, and what guides through."""
        super().__init__()
        self._guide = guide
        self._clock = clock
        self._session = session
        self._tail: RunTail | None = None
        self._concluded = ""

    def compose(self) -> ComposeResult:
        """Header, cards, tabs, table, log, footer."""
        yield Header(self.header, clock=self._clock)
        yield Guide()
        yield AlarmBanner()
        with Horizontal(id="layers"):
            yield LayerPane(HEADINGS[0], id="foundation", clock=self._clock)
            yield LayerPane(HEADINGS[1], id="gitops", clock=self._clock)
        yield Remark()
        yield TablePane(self._session.store, lambda: self._session.watches.kinds, self._clock, id="tables")
        yield LogPane(id="log")
        yield HintBar()

    @property
    def is_following(self) -> bool:
        """Does it follow the session by now?"""
        return self._tail is not None

    def attach(self, bridge: Bridge) -> None:
        """Begins to follow the session; called once, when the first frame is out."""
        self._tables.attach(bridge)
        self._tail = RunTail(self._session.runs, bridge, self.query_one(LogPane), self._run_changed, self._clock)
        self.set_interval(1.0, self._tail.tick)
        self.set_interval(_REMARK_EVERY, self._show_survival)
        self.show_picture(self._session.picture)
        self.query_one("#foundation").focus()

    def detach(self) -> None:
        """Follows no more."""
        if self._tail is not None:
            self._tables.detach()
            self._tail.close()

    def show_picture(self, picture: Picture) -> None:
        """Shows the verdicts of a moment."""
        self._show_header()
        self.query_one(AlarmBanner).alarms = picture.alarms
        footer = [*layer_words(picture), _notice(picture) or (self._session.settings.origin, Tone.MUTED)]
        if _is_urgent(picture):
            footer.insert(0, footer.pop())
        self._pane("foundation").show(
            picture.layer(Layer.FOUNDATION),
            footer=footer,
            freshness=picture.freshness,
            empty="no helmfile found: name your repository with -C" if picture.components else None,
        )
        heading = f"{HEADINGS[1]} {picture.flux_version}" if picture.flux_version else HEADINGS[1]
        self._pane("gitops").show(
            picture.layer(Layer.GITOPS),
            footer=[(picture.flux_summary or "no Kustomization yet", Tone.MUTED)],
            freshness=picture.freshness,
            heading=heading,
        )
        self._show_survival()
        self._tables.show_tabs()
        self.show_hints()

    def _show_survival(self) -> None:
        returning, worry = self._session.picture.survival.parts(self._clock())
        lead = "if it died now: " if returning or worry else ""
        self.query_one(Remark).show((lead, Tone.MUTED), (returning, Tone.PLAIN), (worry, Tone.WARN))

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

    @property
    def card(self) -> ComponentState | None:
        """The component under the cursor; the foundation's where the focus is on no pane of cards."""
        focused = self.focused.id if self.focused is not None else ""
        return self._pane("gitops" if focused == "gitops" else "foundation").component

    def targets(self) -> Targets:
        """What keys would act on now, by the scope of their commands: it depends on where the focus is."""
        focused = self.focused.id if self.focused is not None else ""
        if focused in ("foundation", "gitops"):
            card = self._pane(focused).component
            return component_targets(card, self._session.store.table("flux")) if card else {}
        return row_targets(self._tables.row) if focused == "table" else {}

    def show_hints(self) -> None:
        """Shows what can be done where the focus is."""
        found = self.targets().items()
        commands = [each for scope, at in found for each in open_commands(self._session.situation(at), scope)]
        self.query_one(HintBar).show(hints(commands))

    def action_command(self, name: str) -> None:
        """Does what a command's key does: of those that share it, what the target has."""
        command = named(name)
        target = self.targets().get(command.scope)
        self._choose(meant(command, self._session.situation(target)) if target is not None else command)

    def _choose(self, command: Command) -> None:
        """Hands a command to the app, with what it acts on; elsewhere, says where it does."""
        target = self.targets().get(command.scope)
        if target is not None:
            self.post_message(CommandChosen(command, target))
        else:
            self.notify(f"{command.name} acts on {command.scope.value}: go to one with tab", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where a person types, every letter is text."""
        return not (action == "tables" and isinstance(self.focused, Input))

    async def action_tables(self, action: str) -> None:
        """Hands a key on to the tables, which do their part wherever the focus is."""
        await self.app.run_action(action, self._tables)

    def action_next_run(self) -> None:
        """Turns to the log of the run before the one that is shown, and from the oldest back to the newest."""
        runs = self._session.picture.runs
        at = next((index for index, run in enumerate(runs) if self.run is not None and run.id == self.run.id), -1)
        if runs:
            self.follow(runs[(at + 1) % len(runs)])

    def action_back(self) -> None:
        """Clears the filter; without one goes back to the cards, and from there closes the log of a run that ended."""
        foundation = self.query_one("#foundation")
        if self._tables.back():
            return
        if foundation.has_focus and self.run is not None and self.run.state.ended:
            self.remove_class("-with-run")
        foundation.focus()

    def _show_findings(self, heading: str, told: Told) -> None:
        self.app.push_screen(FindingsScreen(heading, told, self._session.picture, self.header, self._clock))

    async def on_table_pane_ordered(self, event: TablePane.Ordered) -> None:
        """Does what the command line said, as the key for it would."""
        match event.order:
            case Act(command) if command is not INTERRUPT:
                self._choose(command)
            case Act() if self._session.seen_runs.running:
                await self.run_action("app.interrupt")
            case Act():
                self.notify("no run is going on", markup=False)
            case Word.CONTEXT:
                self.notify(context_text(self._session.options.access), title="one session, one cluster", markup=False)
            case Word.BOUNDARY:
                self._show_findings("boundary between the layers", boundary_facts)
            case Word.PREFLIGHT:
                self._show_findings("preflight", preflight_facts)
            case word:
                await self.run_action(_ACTIONS[word])

    def on_live_table_cursor_moved(self) -> None:
        """What can be done depends on the row."""
        self.show_hints()

    def on_layer_pane_card_selected(self) -> None:
        """What can be done depends on the component."""
        self.show_hints()

    def on_descendant_focus(self) -> None:
        """What can be done depends on the pane; where there is room for one only, so does what is shown."""
        self.update_classes(self._places(self.size))
        self.show_hints()

    def on_live_table_row_opened(self, event: LiveTable.RowOpened) -> None:
        """Shows a row whole, and the log of a run."""
        if isinstance(event.row, RunRow):
            self.follow(event.row.record)
            return
        self.post_message(RowAsked(event.row, Face.DESCRIPTION))

    def action_more(self, face: str) -> None:
        """Shows more of the row under the cursor; the log of a run where no pod is under it."""
        row = self._tables.row if self.focused is not None and self.focused.id == "table" else None
        if Face(face) is Face.LOG and not isinstance(row, Pod):
            self.action_next_run()
        elif row is not None:
            self.post_message(RowAsked(row, Face(face)))
        else:
            self.notify(f"{face} is about a row of the table: go to one with tab", markup=False)

    def action_graph(self) -> None:
        """Traces the component of a card, or the Flux object under the cursor."""
        focused = self.focused.id if self.focused is not None else ""
        card = self._pane(focused).component if focused in ("foundation", "gitops") else None
        node = card.name if card else node_of(self._session, self._tables.row) if focused == "table" else ""
        if node:
            self.post_message(GraphAsked(node))
        else:
            self.notify("a graph is of a component or a Flux object: go to one with tab", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Gives the cards less room on a short screen."""
        height = event.size.height
        self.update_classes({"-short": height < SHORT, "-tall": height >= TALL, **self._places(event.size)})

    def _places(self, size: Size) -> dict[str, bool]:
        """Where the focus is, as classes. Each change restyles the whole screen: with enough room, none is needed."""
        focused = self.focused.id if self.focused is not None else ""
        small = size.height < SHORT or size.width < NARROW
        return {
            "-at-cards": small and focused in ("foundation", "gitops"),
            "-at-log": small and focused == "log",
            "-asking": small and isinstance(self.focused, Input),
        }

    @property
    def _tables(self) -> TablePane:
        return self.query_one(TablePane)

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
            label=options.label,
        )

    def _show_header(self) -> None:
        self.query_one(Header).facts = self.header
        if self._guide is not None:
            self.query_one(Guide).text = self._guide(self._session.picture)

    def _run_changed(self, run: RunRecord) -> None:
        self._session.noticed(run)
        self._show_header()
        self.show_hints()
        self.post_message(RunChanged(run))


def _is_urgent(picture: Picture) -> bool:
    """Is there something that matters more than what is between the layers, and that those words don't say already?"""
    return any(finding.closes and finding not in picture.boundary for finding in picture.notices)


def _notice(picture: Picture) -> tuple[str, Tone] | None:
    """The worst of what is true of the whole; a note waits for somebody who asks."""
    worst = max(picture.notices, key=lambda finding: finding.severity, default=None)
    if worst is None or worst.severity < Severity.WARNING:
        return None
    return f"{worst.severity.symbol} {worst.subject}: {worst.text}", Tone.WARN
