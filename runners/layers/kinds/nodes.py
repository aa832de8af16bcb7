"""Nodes: are they ready, may pods be put there, and what they run."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, sequence, text, truth
from runners.layers.kinds.base import AGE, NAME, Column, Kind, Row, Tone, head


@dataclass(frozen=True, slots=True)
class Node(Row):
    """One node."""

    ready: bool
    schedulable: bool
    version: str
    """The kubelet's version."""

    @property
    def status(self) -> str:
        """As kubectl shows it."""
        return ("Ready" if self.ready else "NotReady") + ("" if self.schedulable else ",SchedulingDisabled")


def node_row(kind: str, obj: Json) -> Node:
    """The row of a decoded node."""
    return Node(
        *head(kind, obj),
        ready=any(
            text(item, "type") == "Ready" and truth(item, "status") for item in sequence(obj, "status", "conditions")
        ),
        schedulable=not truth(obj, "spec", "unschedulable"),
        version=text(obj, "status", "nodeInfo", "kubeletVersion"),
    )


NODES: Kind[Node] = Kind(
    id="nodes",
    table="nodes",
    group="",
    version="v1",
    plural="nodes",
    singular="Node",
    namespaced=False,
    row=node_row,
    columns=(
        NAME,
        Column("STATUS", lambda row, _now: row.status),
        Column("VERSION", lambda row, _now: row.version or "–"),
        AGE,
    ),
    tone=lambda row: Tone.BAD if not row.ready else Tone.WARN if not row.schedulable else Tone.PLAIN,
    aliases=("no", "node"),
)
