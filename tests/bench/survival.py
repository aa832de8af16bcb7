"""How long it takes to know what would survive: ``python -m tests.bench.survival`` prints figures.

Nothing here passes or fails; the figures are compared by a person before and after a change, on one machine. What is
counted is the thread's own time, so that a busy machine counts for less.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

from runners.cluster.store import Store
from runners.layers.freshness import LIVE
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.survival.fates import Fates
from tests.layers import survival_world as s

CLAIMS_THERE, BACKUPS_EACH = 1_000, 3
_TIMES = 50


def main() -> None:
    """Fills a store, and measures the first join and those after single events."""
    gc.disable()  # as the program has it while it starts
    store, fates = big_cluster(), Fates()
    print(f"{CLAIMS_THERE} claims and volumes, {CLAIMS_THERE * BACKUPS_EACH} backups")
    print(f"the whole join: {_figures([milliseconds(lambda: Fates().join(store)) for _ in range(15)])}")
    fates.join(store)
    print(f"nothing changed: {_figures([milliseconds(lambda: fates.join(store)) for _ in range(_TIMES)])}")
    events: dict[str, Callable[[int], None]] = {
        "a backup fails": lambda at: put(store, LONGHORN_BACKUPS, s.backup(f"c{at}", 1, "Error")),
        "a claim comes": lambda at: put(store, CLAIMS, s.claim(f"new{at}")),
        "a claim goes": lambda at: store.apply(CLAIMS, {s.claim(f"new{at}").key: None}),
    }
    for title, change in events.items():
        spent = []
        for at in range(_TIMES):
            change(at)
            spent.append(milliseconds(lambda: fates.join(store)))
        print(f"after one event ({title}): {_figures(spent)}")


def big_cluster() -> Store:
    """Every claim with its volume and backups."""
    store = Store()
    rows: list[Row] = [s.target()]
    for at in range(CLAIMS_THERE):
        name = f"c{at}"
        rows += [s.claim(name), s.volume(name), s.stored(name)]
        rows += [s.backup(name, hours) for hours in range(1, BACKUPS_EACH + 1)]
    for kind in (*CORE, *CUSTOM):
        put(store, kind, *(row for row in rows if row.kind == kind.id))
        store.set_freshness(kind, LIVE)
    return store


def put(store: Store, kind: AnyKind, *rows: Row) -> None:
    """Writes rows of one kind."""
    store.apply(kind, {row.key: row for row in rows})


def milliseconds(call: Callable[[], object]) -> float:
    """The time of this thread that a call takes."""
    began = time.thread_time()
    call()
    return (time.thread_time() - began) * 1000


def _figures(spent: list[float]) -> str:
    return f"least {min(spent):.2f} ms, p50 {statistics.median(spent):.2f}, max {max(spent):.2f}"


if __name__ == "__main__":
    main()
