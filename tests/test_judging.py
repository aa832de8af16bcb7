"""A judge that remembers says what one says that looks at everything anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runners.cluster.store import Store
from runners.judging import Judging
from runners.layers.components.base import Judgement, Scene
from runners.layers.components.flux import FLUX as FLUX_COMPONENT
from runners.layers.freshness import LIVE, Freshness, Reach
from runners.layers.judge import TICK, Judge, Observed, picture
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import KUSTOMIZATIONS, flux_kind
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.storage import STORAGECLASSES
from runners.layers.memo import Memo
from runners.layers.rows import FrozenRows
from runners.layers.sight import Sight, changes
from tests.layers import worlds as w
from tests.layers.judged import FLUX, SETTINGS

HELMRELEASES = flux_kind("helm.toolkit.fluxcd.io", "v2", "helmreleases", "HelmRelease")
REPOSITORIES = flux_kind("source.toolkit.fluxcd.io", "v1", "gitrepositories", "GitRepository")
CHARTS = flux_kind("source.toolkit.fluxcd.io", "v1", "helmcharts", "HelmChart")
CHART_SERVERS = flux_kind("source.toolkit.fluxcd.io", "v1", "helmrepositories", "HelmRepository")
KINDS: dict[str, AnyKind] = {
    kind.id: kind for kind in (*CORE, *CUSTOM, KUSTOMIZATIONS, HELMRELEASES, REPOSITORIES, CHARTS, CHART_SERVERS)
}

METALLB, APPS = "Kustomization/flux-system/metallb", "Kustomization/flux-system/apps"
CHARTS_OF = "HelmRepository/flux-system/charts"
POSSIBLE: list[Row] = [
    *w.longhorn_world(),
    *w.minio_world(),
    *FLUX,
    w.node("node-1", ready=False),
    w.longhorn_volume("pvc-1", "healthy"),
    w.longhorn_volume("pvc-1", "faulted"),
    w.claim("minio-tenant", "data0", "Lost"),
    w.release("longhorn-system", "longhorn", "failed", 2),
    w.tenant(health="red"),
    w.flux_object("Kustomization", "metallb"),
    w.flux_object("Kustomization", "metallb", ready="False", reason="BuildFailed"),
    w.flux_object("Kustomization", "flux-system", suspended=True),
    w.flux_object("HelmRelease", "monitoring", ready="Unknown", reason="Progressing", since=w.NOW - 1790),
    w.flux_object("HelmRelease", "longhorn"),
    w.workload("deployments", "metallb-system", "controller", 0, 1),
    w.flux_object("GitRepository", "flux-system", ready="False", reason="GitOperationFailed"),
    w.flux_object("Kustomization", "apps", ready="False", reason="DependencyNotReady", depends_on=(METALLB,)),
    w.flux_object("Kustomization", "apps", source="GitRepository/flux-system/gone", ready="Unknown"),
    w.flux_object("HelmRelease", "web", ready="False", reason="DependencyNotReady", depends_on=(APPS,)),
    w.flux_object("HelmChart", "flux-system-web", ready="False", reason="ChartPullError"),
    w.flux_object("HelmChart", "flux-system-web", ready="False", reason="SourceNotReady", source=CHARTS_OF),
    w.flux_object("HelmRelease", "web", source="HelmChart/flux-system/flux-system-web"),
    w.flux_object("HelmRepository", "charts", ready="False", reason="FetchFailed"),
    w.flux_object("HelmRepository", "charts"),
]
FRESHNESS = st.sampled_from([LIVE, Freshness(Reach.FORBIDDEN, detail="list it"), Freshness(Reach.STALE, w.NOW)])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("there"), st.sampled_from(POSSIBLE)),
        st.tuples(st.just("gone"), st.sampled_from(POSSIBLE)),
        st.tuples(st.sampled_from(sorted(KINDS)), FRESHNESS),
        st.tuples(st.just("later"), st.sampled_from([0.1, TICK, 600.0])),
    ),
    max_size=12,
)


def remembering(store: Store) -> Judging:
    judging = Judging()
    store.subscribe(judging.heard)
    return judging


@settings(max_examples=80)
@given(STEPS)
@example([("kustomizations", LIVE), ("gone", w.flux_object("HelmRelease", "monitoring"))])  # a kind not heard of yet
def test_what_is_remembered_is_what_would_be_seen(steps: list[tuple[str, object]]) -> None:
    store, now = Store(), w.NOW
    judge = remembering(store)
    for what, value in steps:
        if isinstance(value, Row):
            store.apply(KINDS[value.kind], {value.key: value if what == "there" else None})
        elif isinstance(value, Freshness):
            store.set_freshness(KINDS[what], value)
        elif isinstance(value, float):
            now += value
            judge.picture(Observed(store, SETTINGS, now))  # a moment in which only time has gone by
            now += TICK
        seen = Observed(store, SETTINGS, now)
        assert judge.picture(seen) == picture(seen)


def test_only_what_changed_is_asked_again() -> None:
    store = Store()
    for row in POSSIBLE:
        store.apply(KINDS[row.kind], {row.key: row})
    judge = remembering(store)
    before = judge.picture(Observed(store, SETTINGS, w.NOW))
    volume = w.longhorn_volume("pvc-1", "degraded")
    store.apply(LONGHORN_VOLUMES, {volume.key: volume})
    after = judge.picture(Observed(store, SETTINGS, w.NOW))
    again = {state.name for state, old in zip(after.components, before.components, strict=True) if state is not old}
    assert again == {"longhorn"}


def test_other_chart_versions_are_seen_at_once() -> None:
    rows = FrozenRows(w.longhorn_world())
    judge = Judge()
    seen = Observed(rows, SETTINGS, w.NOW)
    judge.picture(seen)
    later = replace(seen, charts={("longhorn-system", "longhorn"): "1.12.1"})
    assert judge.picture(later) == picture(later)


def test_an_answer_is_kept_until_what_it_looked_at_changes() -> None:
    memo, rows, asked = Memo(), FrozenRows([w.node("node-1")]), []

    def question(sight: Sight) -> int:
        asked.append("nodes")
        return len(sight.all(NODES))

    def ask() -> int:
        return memo.ask("nodes", lambda: Sight(rows, w.NOW), question)

    assert (ask(), ask(), len(asked)) == (1, 1, 1)
    memo.forget(changes(STORAGECLASSES.table, [w.storage_class("longhorn").key]))
    ask()
    assert len(asked) == 1
    memo.forget(changes(NODES.table, [w.node("node-2").key]))
    ask()
    memo.forget(changes(NODES.table, (), fresh=True))
    ask()
    assert len(asked) == 2


def test_after_a_rule_failed_everything_is_found_anew() -> None:
    store = Store()
    for row in POSSIBLE:
        store.apply(KINDS[row.kind], {row.key: row})
    judging = remembering(store)
    failing = [False]
    whole = FLUX_COMPONENT.judge

    def sometimes(scene: Scene) -> Judgement:
        if failing[0]:
            raise RecursionError
        return whole(scene)

    seen = Observed(store, SETTINGS, w.NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FLUX_COMPONENT.__dict__, "judge", sometimes)
        judging.picture(seen)
        failing[0] = True
        volume = w.longhorn_volume("pvc-1", "degraded")
        store.apply(LONGHORN_VOLUMES, {volume.key: volume})
        source = w.flux_object("GitRepository", "flux-system", ready="True")
        store.apply(REPOSITORIES, {source.key: source})
        with pytest.raises(RecursionError):
            judging.picture(seen)
        failing[0] = False
        assert judging.picture(seen) == picture(seen)
