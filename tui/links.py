"""What the graph's screen shows of one node: root causes, what it waits for, and what waits for it; pure."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.graph import Branch, Graph, Linked, Node
from runners.layers.judge import flux_index
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.links import LINKS, LinkRow
from runners.layers.kinds.storage import CLAIMS, STORAGECLASSES
from runners.session import Session

Line = tuple[str, str, Node | None]
"""What stands there, why it hangs from the line above, and its node; None for a heading."""


def session_graph(session: Session) -> Graph:
    """The graph of what a session sees now."""
    store = session.store
    return Graph(
        Linked(
            picture=session.picture,
            settings=session.settings,
            flux=flux_index(store),
            claims=store.all(CLAIMS),
            classes=store.all(STORAGECLASSES),
        )
    )


def node_of(session: Session, row: Row | None) -> str:
    """The node of a row; empty where it is no Flux object."""
    return session_graph(session).id_of(row) if isinstance(row, FluxObject) else ""


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
