"""One component whole: what is said of it, what it is made of, and what can be done with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from runners.layers.gates import open_commands
from runners.layers.kinds.runs import RunRow
from runners.layers.picture import ComponentState, Picture
from runners.layers.runs import RunRecord
from runners.session import Session
from tui.bridge import Bridge
from tui.events import CommandChosen, Face, GraphAsked, RowAsked
from tui.keys import GRAPH_KEYS, ROW_KEYS, command_bindings, shown_key
from tui.parts import PartFeed, parts
from tui.screens.following import FollowingScreen
from tui.targets import Targets, component_targets, meant, named, row_targets
from tui.texts import component_facts
from widgets.facts import FactsPane
from widgets.header import Header, HeaderFacts
from widgets.hints import Hint, HintBar
from widgets.room import LOW
from widgets.table import LiveTable
from widgets.tabs import Tab, TabStrip

_MOVING = (Hint("esc", "back"), Hint("←→", "tabs"), Hint("↵", "open"), Hint("?", "help"))


class ComponentScreen(FollowingScreen):
    """Follows the cluster as the overview does; the keys of its commands act on it wherever the focus is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *command_bindings(),
        Binding("escape,q", "back", "Back", show=False, tooltip="back to the overview"),
        Binding("left", "part(-1)", "Previous tab", show=False, tooltip="its parts"),
        Binding("right", "part(1)", "Next tab", show=False, tooltip="its parts"),
        *(Binding(str(at), f"part_at({at - 1})", show=False) for at in range(1, 8)),
        *ROW_KEYS,
        *GRAPH_KEYS,
        Binding("question_mark", "app.help", "Help", show=False, tooltip="every key"),
    ]

    def __init__(
        self, session: Session, state: ComponentState, header: HeaderFacts, clock: Callable[[], float] = time.time
    ) -> None:
        """Takes the component as it is now, what the header says, and the present time in seconds since the epoch."""
        super().__init__()
        self._session = session
        self._state = state
        self._clock = clock
        self._header = header
        self._parts = parts(state)
        self._part = self._parts[0]
        self._feed: PartFeed | None = None

    def compose(self) -> ComposeResult:
        """Header, what is said, the tabs of its parts, one of them, footer."""
        yield Header(self._header, clock=self._clock)
        yield FactsPane(self._state.name, id="facts")
        yield TabStrip(id="parts")
        yield LiveTable(id="table", clock=self._clock)
        yield HintBar()

    def on_mount(self) -> None:
        """Begins to follow the store."""
        table = self.query_one(LiveTable)
        bridge = Bridge(lambda: self.is_there)
        self._feed = PartFeed(self._session.store, bridge, table, self._state.namespaces, self._show_tabs)
        self._feed.show(self._part)
        self.show_picture(self._session.picture, self._header)
        # Where there is room for one of the two, what is said comes first.
        (self.query_one(FactsPane) if self.size.height < LOW else table).focus()

    def on_unmount(self) -> None:
        """Follows no more."""
        if self._feed is not None:
            self._feed.close()

    @property
    def meant_run(self) -> RunRecord | None:
        """The run under the cursor."""
        row = self.query_one(LiveTable).row
        return row.record if isinstance(row, RunRow) else None

    def show_picture(self, picture: Picture, header: HeaderFacts) -> None:
        """Shows what is said at a moment; a component that is no longer named keeps its last words."""
        self.query_one(Header).facts = header
        self._state = picture.component(self._state.name, self._state.layer) or self._state
        entry = self._session.settings.entry(self._state.name)
        facts = component_facts(self._state, entry.helmfile if entry else "")
        self.query_one(FactsPane).show(facts, self._state.name)
        self._show_hints()

    def targets(self) -> Targets:
        """What keys act on: the component, and the Flux object under the cursor where there is one."""
        own = component_targets(self._state, self._session.store.table("flux"))
        return {**own, **row_targets(self.query_one(LiveTable).row)}

    def action_command(self, name: str) -> None:
        """Hands a command to the app, with what it acts on."""
        command = named(name)
        target = self.targets().get(command.scope)
        if target is not None:
            self.post_message(CommandChosen(meant(command, self._session.situation(target)), target))
        else:
            self.notify(f"{command.name} acts on {command.scope.value}, and {self._state.name} is none", markup=False)

    def action_part(self, step: int) -> None:
        """Turns to the next or previous part."""
        self.action_part_at((self._parts.index(self._part) + step) % len(self._parts))

    def action_part_at(self, index: int) -> None:
        """Turns to a part, and puts the focus on its table."""
        if index < len(self._parts) and self._feed is not None:
            self._part = self._parts[index]
            self._feed.show(self._part)
            self.query_one(LiveTable).focus()

    def action_more(self, face: str) -> None:
        """Shows more of the row under the cursor."""
        row = self.query_one(LiveTable).row
        if row is not None:
            self.post_message(RowAsked(row, Face(face)))

    def action_graph(self) -> None:
        """Shows what it waits for, and what waits for it."""
        self.post_message(GraphAsked(self._state.name))

    def action_back(self) -> None:
        """back to the overview."""
        self.leave()

    def on_descendant_focus(self) -> None:
        """Where there is room for one pane only, it is the one with the focus."""
        self.set_class(self.query_one(FactsPane).has_focus, "-at-facts")

    def on_facts_pane_fact_opened(self, event: FactsPane.FactOpened) -> None:
        """Shows the object that a reason is about."""
        self.open_key(self._session.store, event.about)

    def on_live_table_row_opened(self, event: LiveTable.RowOpened) -> None:
        """Shows a row whole, and the log of a run."""
        self.post_message(RowAsked(event.row, Face.DESCRIPTION))

    def on_live_table_cursor_moved(self) -> None:
        """What can be done depends on the row."""
        self._show_hints()

    def on_tab_strip_tab_picked(self, event: TabStrip.TabPicked) -> None:
        """Turns to the tab that was clicked."""
        self.action_part_at(next(at for at, part in enumerate(self._parts) if part.id == event.tab_id))

    def _show_tabs(self) -> None:
        store = self._session.store
        tabs = []
        for part in self._parts:
            count = len(tuple(part.rows(store)))
            tabs.append(Tab(part.id, part.label, count if count or part.freshness(store).trusted else None))
        self.query_one(TabStrip).show(tabs, self._part.id)

    def _show_hints(self) -> None:
        found = self.targets().items()
        commands = [each for scope, at in found for each in open_commands(self._session.situation(at), scope)]
        lit = [Hint(shown_key(command), command.label, answer.is_open) for command, answer in commands]
        self.query_one(HintBar).show((lit, _MOVING))
