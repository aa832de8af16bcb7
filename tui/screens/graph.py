"""What one component or Flux object waits for, and what waits for it: a tree each way, the root cause first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from runners.layers.graph import Graph
from runners.layers.kinds.base import Key
from runners.layers.kinds.links import LINKS, LinkRow
from runners.layers.picture import Picture
from runners.session import Session
from tui.events import ComponentAsked, Face, GraphAsked, RowAsked
from tui.links import LiveGraph, link_rows
from tui.screens.following import FollowingScreen
from widgets.header import Header, HeaderFacts
from widgets.hints import Hint, HintBar
from widgets.table import LiveTable

_HINTS = (Hint("esc", "back"), Hint("↵", "open"), Hint("t", "its own graph"), Hint("?", "help"))


class GraphScreen(FollowingScreen):
    """Drawn anew with each picture; the cursor stays on its line where that still shows the same node."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", show=False, tooltip="back to where you came from"),
        Binding("t", "graph", "Graph", show=False, tooltip="the same from the line under the cursor"),
        Binding("question_mark", "app.help", "Help", show=False, tooltip="every key"),
    ]

    def __init__(
        self, session: Session, name: str, header: HeaderFacts, clock: Callable[[], float] = time.time
    ) -> None:
        """Takes the node's id, what the header says, and the present time in seconds since the epoch."""
        super().__init__()
        self._session = session
        self._graph = LiveGraph(session)
        self._drawn: Graph | None = None
        self._origin = name
        self._header = header
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._shown: dict[Key, LinkRow] = {}

    def compose(self) -> ComposeResult:
        """Header, the lines, footer."""
        yield Header(self._header, clock=self._clock)
        yield LiveTable(LINKS.columns, LINKS.tone, id="links", clock=self._clock)
        yield HintBar()

    def on_mount(self) -> None:
        """Draws it for the first time."""
        self.query_one(HintBar).show((_HINTS,))
        self.show_picture(self._session.picture, self._header)
        self._to_first_node()
        self.query_one(LiveTable).focus()

    def show_picture(self, _picture: Picture, header: HeaderFacts) -> None:
        """Draws what is so at a moment: lines that are as they were stay untouched."""
        self.query_one(Header).facts = header
        graph, table = self._graph.now(), self.query_one(LiveTable)
        if graph is self._drawn:
            return
        self._drawn = graph
        rows = {row.key: row for row in link_rows(graph, self._origin)}
        table.apply((row for key, row in rows.items() if self._shown.get(key) != row), self._shown.keys() - rows.keys())
        self._shown = rows
        nodes = {row.node: graph.node(row.node) for row in rows.values() if row.node}
        self._keys = {name: node.key for name, node in nodes.items() if node.key is not None}

    def action_graph(self) -> None:
        """Turns to the graph of what is under the cursor."""
        row = self._row
        if row is not None and row.node and row.node != self._origin:
            self.post_message(GraphAsked(row.node))

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.leave()

    def on_live_table_row_opened(self) -> None:
        """Shows the component or the object of a line, or says that there is none."""
        row = self._row
        if row is None or not row.node:
            return
        state = self._session.picture.component(row.node)
        found = self._session.store.get(self._keys[row.node]) if row.node in self._keys else None
        if state is not None:
            self.post_message(ComponentAsked(state))
        elif found is not None:
            self.post_message(RowAsked(found, Face.DESCRIPTION))
        else:
            self.notify(f"{row.label.strip(' │├└─…')}: {row.text or 'there is nothing to open'}", markup=False)

    @property
    def _row(self) -> LinkRow | None:
        row = self.query_one(LiveTable).row
        return row if isinstance(row, LinkRow) else None

    def _to_first_node(self) -> None:
        first = next((key for key, row in self._shown.items() if row.node), None)
        if first is not None:
            self.query_one(LiveTable).select(first)
