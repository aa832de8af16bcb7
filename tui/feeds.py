"""Keeps the live table in step with one table of the store: each delta costs what it changes, whatever is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable

from runners.cluster.store import Attachment, Delta, Store
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Key, Row
from tui.bridge import Bridge, Merged
from tui.views import View
from widgets.table import LiveTable


class TableFeed:
    """Feeds a table; deltas that come faster than the loop turns arrive as one."""

    def __init__(self, store: Store, bridge: Bridge, table: LiveTable, refreshed: Callable[[], None]) -> None:
        """Takes the table to feed, and whom to tell when it is fresher or staler than it was."""
        self._store = store
        self._table = table
        self._refreshed = refreshed
        self._flush = Merged(bridge, self._apply)
        self._lock = threading.Lock()
        self._pending: dict[Key, Row | None] = {}
        self._freshness: Freshness | None = None
        self._attached: Attachment | None = None
        self._view: View | None = None

    def show(self, view: View) -> None:
        """Turns to another view."""
        self.close()
        self._view = view
        # Deltas from here on wait for their turn on the loop, so they come after the snapshot below.
        self._attached = self._store.attach(view.id, self._told)
        self._table.show(
            view.kind.columns, view.kind.tone, self._attached.rows.values(), sort=view.sort, empty="loading…"
        )
        self._say(self._attached.freshness)

    def close(self) -> None:
        """Feeds no more."""
        if self._attached is not None:
            self._attached.detach()
        with self._lock:
            self._attached, self._pending, self._freshness = None, {}, None

    def _told(self, delta: Delta) -> None:
        with self._lock:
            if self._view is None or delta.table != self._view.id:
                return
            self._pending |= delta.changed
            self._pending |= dict.fromkeys(delta.removed)
            self._freshness = delta.freshness or self._freshness
        self._flush.ask()

    def _apply(self) -> None:
        with self._lock:
            pending, freshness = self._pending, self._freshness
            self._pending, self._freshness = {}, None
        if pending:
            changed = [row for row in pending.values() if row is not None]
            self._table.apply(changed, [key for key, row in pending.items() if row is None])
        if freshness is not None:
            self._say(freshness)

    def _say(self, freshness: Freshness) -> None:
        """An empty table says why it is empty; a denial never looks like emptiness."""
        assert self._view is not None
        if freshness.reach in (Reach.LIVE, Reach.ABSENT):
            self._table.empty = self._view.nothing
        elif freshness.reach is Reach.LOADING:
            self._table.empty = "loading…"
        else:
            self._table.empty = (
                f"{freshness.reach.value}: {freshness.detail}" if freshness.detail else freshness.reach.value
            )
        self._refreshed()
