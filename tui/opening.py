"""What opens when a person wants to see more of a row: a screen, or a word that says where it is to be had."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from textual.screen import Screen

from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.runs import RunRow
from runners.session import Session
from tui.events import Face
from tui.screens.object import ObjectScreen
from tui.screens.pod_log import PodLogScreen
from tui.screens.run_log import RunLogScreen


def screen_for(session: Session, row: Row, face: Face, clock: Callable[[], float]) -> Screen[None] | str:
    """The screen for one side of a row, or one line that says why there is none."""
    if isinstance(row, RunRow):
        if face in (Face.LOG, Face.DESCRIPTION):
            return RunLogScreen(session.runs, row.record, clock)
        short = row.record.short_id
        return f"a run is kept on this machine and not in the cluster: `bedplate runs show {short}` prints all of it"
    kind = _kind(session, row)
    if kind is None:
        return f"{row.name}: its kind is not served any more"
    if face is not Face.LOG:
        return ObjectScreen(session.connection, kind, row, face, clock)
    if kind is PODS:
        return PodLogScreen(session.connection, row)
    return f"{kind.singular} {row.name} has no log of its own: its pods have"


def _kind(session: Session, row: Row) -> AnyKind | None:
    known = chain(session.watches.kinds, CORE, CUSTOM, (KUSTOMIZATIONS,))
    return next((kind for kind in known if kind.id == row.kind), None)
