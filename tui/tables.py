"""The lower half of the overview: tabs, the live table of the current one, and the line that narrows or changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from runners.cluster.store import Store
from runners.layers.freshness import LOADING
from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Row
from tui.bridge import Bridge
from tui.command_line import Act, CommandLine, Mistake, Narrow, Order, Turn, Word
from tui.feeds import TableFeed
from tui.tab_words import narrowing, tab
from tui.views import VIEWS, View
from widgets.prompt import Prompt
from widgets.table import LiveTable
from widgets.tabs import TabStrip


class TablePane(Vertical):
    """One table at a time; a filter belongs to what is shown, a namespace to all, an order to each tab."""

    DEFAULT_CSS = """
    TablePane {
        height: 1fr;
        min-height: 4;
    }
    """

    class Ordered(Message):
        """The command line named something that isn't the table's own to do."""

        def __init__(self, order: Act | Word) -> None:
            super().__init__()
            self.order = order

    def __init__(
        self, store: Store, served: Callable[[], Iterable[AnyTable]], clock: Callable[[], float], *, id: str
    ) -> None:
        """Takes the rows, the kinds that are watched at a moment, and the present time in seconds since the epoch."""
        super().__init__(id=id)
        self._store = store
        self._served = served
        self._clock = clock
        self._feed: TableFeed | None = None
        self._extra: View | None = None
        self._orders: dict[str, tuple[str, bool]] = {}
        self._focused: Widget | None = None
        self._kept_filter = ""
        self.view = VIEWS[0]
        """The current tab."""
        self._before = VIEWS[0]
        self.namespace = ""
        """What is in no other namespace is shown; empty: everything."""

    def compose(self) -> ComposeResult:
        """Tabs, table, prompt."""
        yield TabStrip(id="tabs")
        table = LiveTable(id="table", clock=self._clock)
        table.freshness = LOADING
        yield table
        yield Prompt(id="prompt")

    @property
    def is_following(self) -> bool:
        """Does it follow the store by now?"""
        return self._feed is not None

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._table.row

    def attach(self, bridge: Bridge) -> None:
        """Begins to follow the store."""
        self._feed = TableFeed(self._store, bridge, self._table, self.show_tabs)
        self._feed.show(self.view)

    def detach(self) -> None:
        """Follows no more."""
        if self._feed is not None:
            self._feed.close()

    def show(self, view: View) -> None:
        """Turns to a view, and puts the focus on its table; one without a tab gets one for as long as it is shown."""
        if view.id != self.view.id:
            self._before = self.view
            self._turn(view)
        self._table.focus()

    def narrow(self, namespace: str) -> None:
        """Shows only what is in a namespace, in this and every other table; empty: everything again."""
        if namespace != self.namespace:
            self.namespace = namespace
            text, faults_only = self._table.filter, self._table.faults_only
            self._turn(self.view)
            self._table.filter, self._table.faults_only = text, faults_only
            self.show_tabs()

    def back(self) -> bool:
        """Closes the prompt, or else clears the filter; False where there is neither."""
        if self._prompt.asking:
            self._prompt.action_cancel()
        elif self._table.filter:
            self._filter("")
        else:
            return False
        return True

    def action_turn(self, step: int) -> None:
        """Turns to the next or previous tab."""
        views = self._views
        at = next(place for place, view in enumerate(views) if view.id == self.view.id)
        self.show(views[(at + step) % len(views)])

    def action_show(self, place: int) -> None:
        """Turns to a tab by its number, the first being 1."""
        if place <= len(self._views):
            self.show(self._views[place - 1])

    def action_last(self) -> None:
        """Turns to what was shown before."""
        self.show(self._before)

    def action_everywhere(self) -> None:
        """Shows all namespaces again."""
        self.narrow("")

    def action_faults(self) -> None:
        """Shows faults only, or everything again."""
        self._table.faults_only = not self._table.faults_only
        self._table.focus()
        self.show_tabs()

    def action_filter(self) -> None:
        """Opens the line for the filter."""
        self._remember_focus()
        self._kept_filter = self._table.filter
        self._prompt.ask("/", self._table.filter)
        self._note_counts()

    def action_command_line(self) -> None:
        """Opens the line for kinds, commands and namespaces."""
        self._remember_focus()
        line = CommandLine(self._served(), self._store.namespaces())
        self._prompt.ask(":", complete=line.candidates, check=lambda text: _mistake(line.order(text)))

    def show_tabs(self) -> None:
        """Writes the tabs anew: how many rows each has, and what narrows the current one."""
        table = self._table
        narrowed = bool(table.filter) or table.faults_only
        tabs = [tab(self._store, view, self.namespace) for view in self._views]
        if narrowed:
            shown = table.counts[0]
            tabs = [replace(each, shown=shown) if each.id == self.view.id else each for each in tabs]
        note = narrowing(self.namespace, table.filter, faults_only=table.faults_only)
        self.query_one(TabStrip).show(tabs, self.view.id, note)

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Filters while it is typed."""
        event.stop()
        if event.sign == "/":
            self._filter(event.text)
            self._note_counts()

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Keeps the filter and goes to what it left, or does what the line says."""
        event.stop()
        if event.sign == "/":
            self._filter(event.text)
            self.screen.set_focus(self._table)
            return
        self._give_focus_back()
        if event.text:
            self._carry_out(CommandLine(self._served(), self._store.namespaces()).order(event.text))

    def on_prompt_cancelled(self, event: Prompt.Cancelled) -> None:
        """Leaves everything as it was before the prompt."""
        event.stop()
        if event.sign == "/":
            self._filter(self._kept_filter)
        self._give_focus_back()

    def on_tab_strip_tab_picked(self, event: TabStrip.TabPicked) -> None:
        """Turns to the tab that was clicked."""
        event.stop()
        self.show(next(view for view in self._views if view.id == event.tab_id))

    def on_live_table_counted(self) -> None:
        """Keeps the tabs' numbers true."""
        self.show_tabs()

    def _carry_out(self, order: Order | Mistake) -> None:
        match order:
            case Turn(view, namespace):
                if namespace is not None:
                    self.narrow(namespace)
                self.show(view)
            case Narrow(namespace):
                self.narrow(namespace)
            case Act() | Word():
                self.post_message(self.Ordered(order))

    def _turn(self, view: View) -> None:
        self._orders[self.view.id] = self._table.sorted_by
        self.view = view
        self._extra = None if view in VIEWS else view
        if self._feed is not None:
            self._feed.show(view, self.namespace, self._orders.get(view.id))
        self.show_tabs()

    def _filter(self, text: str) -> None:
        self._table.filter = text
        self.show_tabs()

    def _note_counts(self) -> None:
        shown, total = self._table.counts
        self._prompt.note(f"{shown} of {total}")

    def _remember_focus(self) -> None:
        if not self._prompt.asking:
            self._focused = self.screen.focused

    def _give_focus_back(self) -> None:
        self.screen.set_focus(self._focused or self._table)

    @property
    def _views(self) -> tuple[View, ...]:
        return (*VIEWS, self._extra) if self._extra else VIEWS

    @property
    def _table(self) -> LiveTable:
        return self.query_one(LiveTable)

    @property
    def _prompt(self) -> Prompt:
        return self.query_one(Prompt)


def _mistake(order: Order | Mistake) -> str:
    return order.text if isinstance(order, Mistake) else ""
