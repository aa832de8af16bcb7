"""What the graph's screen shows of one node: root causes, what it waits for, and what waits for it; pure."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.graph import Branch, Graph, Linked, Node, by_applier
from runners.layers.judge import flux_index
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.links import LINKS, LinkRow
from runners.layers.kinds.storage import CLAIMS, STORAGECLASSES
from runners.session import Session

Line = tuple[str, str, Node | None]
"""What stands there, why it hangs from the line above, and its node; None for a heading."""


class LiveGraph:
    """The graph of what a session sees, made anew only when something changed that it is made from."""

    def __init__(self, session: Session) -> None:
        """Takes the session; nothing is made before it is asked for."""
        self._session = session
        self._seen: tuple[object, ...] = ()
        self._graph: Graph | None = None

    def now(self) -> Graph:
        """The graph of this moment; the very same one as before where nothing changed."""
        store, picture = self._session.store, self._session.picture
        table = KUSTOMIZATIONS.table
        claims, classes = store.all(CLAIMS), store.all(STORAGECLASSES)
        # Rows that did not change are the same objects, so that comparing thousands of them costs next to nothing.
        needs = self._session.ahead.facts.git.needs
        seen = (picture.components, store.table(table), store.table_freshness(table).trusted, claims, classes, needs)
        if self._graph is None or seen != self._seen:
            linked = Linked(picture, self._session.settings, flux_index(store), claims, classes, needs)
            self._seen, self._graph = seen, Graph(linked)
        return self._graph


def node_of(session: Session, row: Row | None) -> str:
    """The node of a row; empty where it is no Flux object."""
    if not isinstance(row, FluxObject):
        return ""
    return by_applier(session.picture, flux_index(session.store)).get(row.ref, row.ref)


def link_rows(graph: Graph, name: str) -> list[LinkRow]:
    """Every line for one node, from the top."""
    label = graph.node(name).label
    return [_row(place, *line) for place, line in enumerate(_lines(graph, name, label))]


def _row(place: int, text: str, why: str, node: Node | None) -> LinkRow:
    return LinkRow(
        LINKS.id,
        "",
        f"{place:06}",
        "",
        0.0,
        node=node.id if node else "",
        label=text,
        why=why,
        verdict=node.verdict if node else None,
        text=node.text if node else "",
    )


def _lines(graph: Graph, name: str, label: str) -> Iterator[Line]:
    causes = graph.root_causes(name)
    if causes:
        yield f"root cause{'s' if len(causes) > 1 else ''}", "", None
        yield from ((f"  {node.label}", "", node) for node in causes)
    yield from _section(graph.waits_for(name), f"{label} waits for", "nothing")
    yield from _section(graph.waiting(name), f"what waits for {label}", "nothing")


def _section(tree: Branch, heading: str, nothing: str) -> Iterator[Line]:
    yield heading, "", None
    yield from _drawn(tree.branches, "  ")
    if not tree.branches:
        yield f"  {nothing}", "", None


def _drawn(branches: tuple[Branch, ...], before: str) -> Iterator[Line]:
    for branch in branches:
        last = branch is branches[-1]
        more = " …" if branch.again else ""
        why = branch.why.value if branch.why else ""
        yield f"{before}{'└─' if last else '├─'} {branch.node.label}{more}", why, branch.node
        yield from _drawn(branch.branches, before + ("   " if last else "│  "))
