"""How long judging takes on a big cluster: ``python -m tests.bench.judging`` prints figures.

Nothing here passes or fails; the figures are compared by a person before and after a change, on one machine. The rows
are in a real store, whose deltas the judge hears.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from runners.cluster.store import Store
from runners.judging import Judging
from runners.layers.freshness import LIVE
from runners.layers.judge import Judge, Observed
from runners.layers.kinds import CORE, CUSTOM
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject, flux_kind
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS, Backup
from runners.layers.kinds.storage import CLAIMS
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS

FLUX_OBJECTS = 2_000
VOLUMES = 1_000
BACKUPS = 3_000
_EVENTS = 200


def main() -> None:
    """Fills a store, and measures the first picture and those after single events."""
    store, judging = big_cluster(), Judging()
    store.subscribe(judging.heard)

    def take() -> None:
        judging.picture(Observed(store, SETTINGS, w.NOW))

    print(f"{FLUX_OBJECTS} Flux objects, {VOLUMES} volumes and claims, {BACKUPS} backups")
    fresh = [milliseconds(lambda: Judge().picture(Observed(store, SETTINGS, w.NOW))) for _ in range(10)]
    print(f"the whole picture: p50 {statistics.median(fresh):.1f} ms, max {max(fresh):.1f}")
    take()
    quiet = [milliseconds(take) for _ in range(_EVENTS)]
    print(f"a picture in which nothing changed: p50 {statistics.median(quiet):.2f} ms, max {max(quiet):.2f}")
    for title, change in (
        ("a Kustomization fails", lambda at: store.apply(KUSTOMIZATIONS, keyed(_kustomization(at, ready="False")))),
        ("a volume is degraded", lambda at: store.apply(LONGHORN_VOLUMES, keyed(_volume(at, "degraded")))),
        ("a claim is lost", lambda at: store.apply(CLAIMS, keyed(w.claim("apps", f"data-{at}", "Lost")))),
    ):
        print(f"after one event ({title}): {_after(change, take)}")


def _after(change: Callable[[int], None], take: Callable[[], None]) -> str:
    spent = []
    for at in range(_EVENTS):
        change(at)
        spent.append(milliseconds(take))
    return f"p50 {statistics.median(spent):.2f} ms, max {max(spent):.2f}"


def milliseconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1e3


def keyed(row: Row) -> dict[tuple[str, str, str], Row]:
    """A row as a store takes it."""
    return {row.key: row}


def big_cluster() -> Store:
    """A store of a cluster in which all is well."""
    store = Store()
    rows: list[Row] = [*w.longhorn_world(), *w.minio_world()]
    rows += [_volume(at, "healthy") for at in range(VOLUMES)]
    rows += [_backup(at) for at in range(BACKUPS)]
    rows += [w.claim("apps", f"data-{at}") for at in range(VOLUMES)]
    rows += [_kustomization(at) for at in range(FLUX_OBJECTS // 2)]
    rows += [_helm_release(at) for at in range(FLUX_OBJECTS // 2)]
    releases = flux_kind("helm.toolkit.fluxcd.io", "v2", "helmreleases", "HelmRelease")
    for kind in (*CORE, *CUSTOM, KUSTOMIZATIONS, releases):
        store.apply(kind, {row.key: row for row in rows if row.kind == kind.id})
        store.set_freshness(kind, LIVE)
    return store


def _volume(at: int, robustness: str) -> Row:
    return replace(w.longhorn_volume(f"pvc-{at}", robustness), claim=f"apps/data-{at}")


def _backup(at: int) -> Row:
    name, volume = f"backup-{at}", f"pvc-{at % VOLUMES}"
    made = w.NOW - at
    return Backup(
        LONGHORN_BACKUPS.id,
        "longhorn-system",
        name,
        f"uid-{name}",
        made,
        volume=volume,
        state="Completed",
        url=f"nfs://nas.example.org:/backups?backup={name}&volume={volume}",
        size=2**30,
        volume_size=2**30,
        made=made,
        snapshot_at=made,
        error="",
        target="default",
    )


def _kustomization(at: int, ready: str = "True") -> FluxObject:
    row = w.flux_object("Kustomization", f"app-{at}", ready=ready)
    return replace(row, depends_on=(f"flux-system/app-{at - 1}",) if at % 10 else ())


def _helm_release(at: int) -> FluxObject:
    return w.flux_object("HelmRelease", f"release-{at}", namespace=f"apps-{at % 100}")


if __name__ == "__main__":
    main()
