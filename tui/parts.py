"""The parts of one component, as tables of its own screen: rows of its namespaces, kept in step with the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from runners.cluster.store import Delta, Store
from runners.layers.freshness import Freshness, least_fresh
from runners.layers.kinds import AnyTable
from runners.layers.kinds.base import Column, Key, Row
from runners.layers.kinds.events import EVENTS
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.releases import RELEASES, current
from runners.layers.kinds.runs import RUNS, RunRow
from runners.layers.kinds.storage import CLAIMS
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS
from runners.layers.picture import ComponentState, Layer
from tui.bridge import Bridge, Merged
from widgets.columns import AnyColumn
from widgets.table import LiveTable

_ANYWHERE = frozenset({KUSTOMIZATIONS.table, RUNS.table})
"""Tables whose rows belong to a component by its name, wherever they are."""
_WORKLOADS = (DEPLOYMENTS, DAEMONSETS, STATEFULSETS)
_SINGULAR = {kind.id: kind.singular for kind in _WORKLOADS}
_KIND: Column[Row] = Column("KIND", lambda row, _now: _SINGULAR[row.kind], drop=3)


@dataclass(frozen=True)
class Part:
    """One tab."""

    id: str
    label: str
    kinds: tuple[AnyTable, ...]
    """Whose tables it is made from; the first one gives the tone."""
    rows: Callable[[Store], Iterable[Row]]
    nothing: str
    """What is said when there is no row."""
    columns: tuple[AnyColumn, ...] = ()
    sort: str = ""

    @property
    def shown(self) -> tuple[AnyColumn, ...]:
        """Its columns; the kind's own unless it has others."""
        return self.columns or self.kinds[0].columns

    def freshness(self, store: Store) -> Freshness:
        """The least fresh of what it is made from."""
        return least_fresh([store.table_freshness(kind.table) for kind in self.kinds])


def parts(state: ComponentState) -> tuple[Part, ...]:
    """What belongs to a component, most telling first."""
    spaces, name = state.namespaces, state.name
    flux = Part(
        "flux",
        "Flux",
        (KUSTOMIZATIONS,),
        lambda store: [row for row in store.table("flux") if row.name == name],
        "no Flux object bears its name",
    )
    common = (
        Part(
            "workloads",
            "Workloads",
            _WORKLOADS,
            lambda store: [row for kind in _WORKLOADS for row in store.within(kind, spaces)],
            "no workloads",
            (_KIND, *DEPLOYMENTS.columns),
        ),
        Part("pods", "Pods", (PODS,), lambda store: store.within(PODS, spaces), "no pods"),
        Part("claims", "Claims", (CLAIMS,), lambda store: store.within(CLAIMS, spaces), "no claims"),
        Part(
            "releases",
            "Releases",
            (RELEASES,),
            lambda store: current(store.within(RELEASES, spaces)).values(),
            "no Helm release",
        ),
        Part("events", "Events", (EVENTS,), lambda store: store.within(EVENTS, spaces), "no warnings", sort="SEEN"),
        Part("runs", "Runs", (RUNS,), lambda store: _runs_of(store, name), "no runs for it yet", sort="AGE"),
    )
    return (flux, *common) if state.layer is Layer.GITOPS else common


def _runs_of(store: Store, component: str) -> list[Row]:
    rows = store.table(RUNS.table)
    return [row for row in rows if isinstance(row, RunRow) and component in row.record.title.split()]


class PartFeed:
    """Feeds a table with one part; many changes at once are looked at once."""

    def __init__(
        self, store: Store, bridge: Bridge, table: LiveTable, spaces: Collection[str], changed: Callable[[], None]
    ) -> None:
        """Takes the table to feed, the component's namespaces, and whom to tell when any of it may have changed."""
        self._spaces = frozenset(spaces)
        self._store = store
        self._table = table
        self._changed = changed
        self._part: Part | None = None
        self._shown: Mapping[Key, Row] = {}
        self._look = Merged(bridge, self._refresh)
        self._leave = store.subscribe(self._told)

    def show(self, part: Part) -> None:
        """Turns to a part."""
        self._part = part
        self._shown = {row.key: row for row in part.rows(self._store)}
        self._table.show(part.shown, part.kinds[0].tone, self._shown.values(), sort=part.sort)
        self._say(part)

    def close(self) -> None:
        """Feeds no more."""
        self._leave()

    def _told(self, delta: Delta) -> None:
        # The rest of a busy cluster is no concern of this screen's.
        keys = (*delta.changed, *delta.removed)
        if delta.freshness or delta.table in _ANYWHERE or any(key[1] in self._spaces for key in keys):
            self._look.ask()

    def _refresh(self) -> None:
        part = self._part
        if part is None:
            return
        rows = {row.key: row for row in part.rows(self._store)}
        changed = [row for key, row in rows.items() if self._shown.get(key) != row]
        removed = self._shown.keys() - rows.keys()
        self._shown = rows
        if changed or removed:
            self._table.apply(changed, removed)
        self._say(part)

    def _say(self, part: Part) -> None:
        """Says how fresh the rows are; a denial never looks like emptiness."""
        self._table.empty = part.nothing
        self._table.freshness = part.freshness(self._store)
        self._changed()
