"""What is written on the tabs and beside them: pure, from the store's counts."""

from __future__ import annotations

from runners.cluster.store import Store
from runners.layers.freshness import Reach
from runners.layers.kinds.base import Tone
from tui.feeds import view_freshness
from tui.views import View
from widgets.tabs import Tab

_TONES = {Reach.FORBIDDEN: Tone.BAD, Reach.STALE: Tone.WARN}
"""A tab whose rows can't be seen, or not as they are now, has a sign of its own."""


def tab(store: Store, view: View, namespace: str) -> Tab:
    """The tab of a view. None are counted where they could be there unseen."""
    rows = store.count(view.kind.table, kind=view.kind.id if view.alone else "", namespace=namespace)
    freshness = view_freshness(store, view)
    count = rows if rows or freshness.trusted else None
    return Tab(view.id, view.label, count, _TONES.get(freshness.reach, Tone.PLAIN), view.short)


def narrowing(namespace: str, text: str, *, faults_only: bool) -> str:
    """What narrows the table: ``ns minio-tenant · faults only · /pool``; empty where nothing does."""
    notes = (f"ns {namespace}" if namespace else "", "faults only" if faults_only else "", f"/{text}" if text else "")
    return " · ".join(note for note in notes if note)
