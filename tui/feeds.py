"""Keeps the live table in step with one table of the store: each delta costs what it changes, whatever is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

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
        self._fresher = False
        self._attached: Attachment | None = None
        self._shown: tuple[View, str] | None = None

    def show(self, view: View, namespace: str = "", sort: tuple[str, bool] | None = None) -> None:
        """Turns to another view.

        Args:
            view: the view.
            namespace: show only what is in it, or in none; empty: everything.
            sort: the title to sort by, and whether in reverse; None: as the view does at first.
        """
        self.close()
        self._shown = (view, namespace)
        # Deltas from here on wait for their turn on the loop, so they come after the snapshot below.
        self._attached = self._store.attach(view.kind.table, partial(self._told, self._shown))
        rows = [row for key, row in self._attached.rows.items() if view.admits(key, namespace)]
        title, reverse = sort or (view.sort, False)
        self._table.show(view.kind.columns, view.kind.tone, rows, sort=title, reverse=reverse)
        self._say()

    def close(self) -> None:
        """Feeds no more."""
        if self._attached is not None:
            self._attached.detach()
        with self._lock:
            self._attached, self._pending, self._fresher = None, {}, False

    def _told(self, shown: tuple[View, str], delta: Delta) -> None:
        view, namespace = shown
        with self._lock:
            # One that was on its way when another view was turned to is in its snapshot, or overtaken by it.
            if shown is not self._shown:
                return
            changes: dict[Key, Row | None] = {**delta.changed, **dict.fromkeys(delta.removed)}
            self._pending |= {key: row for key, row in changes.items() if view.admits(key, namespace)}
            self._fresher = self._fresher or delta.freshness is not None
        self._flush.ask()

    def _apply(self) -> None:
        with self._lock:
            pending, fresher = self._pending, self._fresher
            self._pending, self._fresher = {}, False
        if pending:
            changed = [row for row in pending.values() if row is not None]
            self._table.apply(changed, [key for key, row in pending.items() if row is None])
        if fresher:
            self._say()

    def _say(self) -> None:
        """Says how fresh the rows are, and why an empty table is empty; a denial never looks like emptiness."""
        assert self._shown is not None
        view, namespace = self._shown
        freshness = view_freshness(self._store, view)
        if view.alone and freshness.reach is Reach.ABSENT:
            self._table.empty = f"{view.nothing}: this cluster does not serve them"
        elif namespace and view.is_namespaced:
            self._table.empty = f"{view.nothing.partition(':')[0]} in namespace {namespace}"
        else:
            self._table.empty = view.nothing
        self._table.freshness = freshness
        self._refreshed()


def view_freshness(store: Store, view: View) -> Freshness:
    """How fresh the rows of a view are."""
    return store.freshness(view.kind) if view.alone else store.table_freshness(view.kind.table)
