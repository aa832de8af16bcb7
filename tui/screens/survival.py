"""What would come back if the cluster died now: the fold and what is missing besides, above every claim's fate."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from runners.layers.kinds.base import Key, Row
from runners.layers.kinds.fates import FATES, ClaimFate
from runners.layers.kinds.storage import CLAIMS
from runners.layers.picture import Picture
from runners.layers.survival.fold import claim_key
from runners.session import Session
from tui.events import Face
from tui.keys import ROW_KEYS
from tui.screens.following import FollowingScreen
from tui.texts import survival_facts
from widgets.facts import FactsPane
from widgets.header import Header, HeaderFacts
from widgets.hints import Hint, HintBar
from widgets.room import LOW
from widgets.table import LiveTable

_HEADING = "If it died now"
_HINTS = (
    Hint("esc", "back"),
    Hint("↵", "open the claim"),
    Hint("y", "YAML"),
    Hint("⇥", "next pane"),
    Hint("?", "help"),
)


class SurvivalScreen(FollowingScreen):
    """Follows the picture; rows are claims, and open as such."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "back", "Back", show=False, tooltip="back to the overview"),
        *ROW_KEYS,
        Binding("question_mark", "app.help", "Help", show=False, tooltip="every key"),
    ]

    def __init__(self, session: Session, header: HeaderFacts, clock: Callable[[], float] = time.time) -> None:
        """Takes the session, what the header says, and the present time in seconds since the epoch."""
        super().__init__()
        self._session = session
        self._header = header
        self._clock = clock
        self._shown: Mapping[Key, Row] = {}

    def compose(self) -> ComposeResult:
        """Header, what is said, the claims, footer."""
        yield Header(self._header, clock=self._clock)
        yield FactsPane(_HEADING, id="facts")
        yield LiveTable(id="table", clock=self._clock)
        yield HintBar()

    def on_mount(self) -> None:
        """Shows the moment that is known."""
        table = self.query_one(LiveTable)
        table.empty = "no claims"
        table.show(FATES.columns, FATES.tone, (), sort="FATE")
        self.show_picture(self._session.picture, self._header)
        self.query_one(HintBar).show((_HINTS,))
        # Where there is room for one of the two, what is said comes first.
        (self.query_one(FactsPane) if self.size.height < LOW else table).focus()

    def show_picture(self, picture: Picture, header: HeaderFacts) -> None:
        """Shows what is said at a moment."""
        self.query_one(Header).facts = header
        self.query_one(FactsPane).show(survival_facts(picture.survival, self._clock()), _HEADING)
        table = self.query_one(LiveTable)
        table.freshness = self._session.store.freshness(CLAIMS)
        rows = {fate.key: fate for fate in picture.survival.claims.fates}
        changed = [row for key, row in rows.items() if self._shown.get(key) != row]
        removed = self._shown.keys() - rows.keys()
        self._shown = rows
        if changed or removed:
            table.apply(changed, removed)

    def action_more(self, face: str) -> None:
        """Shows more of the claim under the cursor."""
        row = self.query_one(LiveTable).row
        if row is not None:
            self._open(row, Face(face))

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
        """Shows a claim whole."""
        self._open(event.row, Face.DESCRIPTION)

    def _open(self, row: Row, face: Face) -> None:
        if isinstance(row, ClaimFate):
            self.open_key(self._session.store, claim_key(row), face)
