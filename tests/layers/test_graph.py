"""What waits for what over both layers, by small worlds: the tree both ways, and the root cause first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from runners.layers.flux_roots import FluxIndex
from runners.layers.graph import Branch, Graph, Linked, Why, class_providers
from runners.layers.judge import Observed, flux_index, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.storage import Claim
from runners.layers.rows import FrozenRows
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.judged import FLUX, SETTINGS

METRICS: Claim = replace(w.claim("monitoring", "metrics"), storage_class="")


def kustomization(name: str, *needs: str, **more: Any) -> Row:
    depends_on = tuple(f"Kustomization/flux-system/{need}" for need in needs)
    return w.flux_object("Kustomization", name, depends_on=depends_on, **more)


def graph(rows: Sequence[Row], *claims: Claim, **more: Any) -> Graph:
    frozen = FrozenRows(rows)
    seen = picture(Observed(frozen, SETTINGS, w.NOW))
    classes = [replace(w.storage_class("longhorn"), default=True)]
    return Graph(Linked(seen, SETTINGS, flux_index(frozen), claims, classes, **more))


def drawn(branch: Branch, depth: int = 0) -> list[str]:
    why = f" ({branch.why.value})" if branch.why else ""
    line = f"{'  ' * depth}{branch.node.label}{why}{' …' if branch.again else ''}"
    return [line, *(each for child in branch.branches for each in drawn(child, depth + 1))]


WORLD: list[Row] = [
    *w.longhorn_world(),
    *w.minio_world(),
    *FLUX,
    kustomization("metallb"),
    *w.metallb_world(),
    kustomization("apps", "metallb"),
    kustomization("monitoring", "apps", "metallb"),
]


def test_a_component_waits_through_both_layers() -> None:
    assert drawn(graph(WORLD, METRICS).waits_for("monitoring")) == [
        "monitoring",
        "  GitRepository flux-system/flux-system (source)",
        "  apps (dependsOn)",
        "    GitRepository flux-system/flux-system (source)",
        "    metallb (dependsOn) …",
        "  longhorn (claims)",
        "  metallb (dependsOn)",
        "    GitRepository flux-system/flux-system (source)",
    ]


def test_what_waits_for_the_foundation() -> None:
    assert drawn(graph(WORLD, METRICS).waiting("longhorn")) == ["longhorn", "  minio (after)", "  monitoring (claims)"]


def test_needs_of_a_helmfile_are_a_reason_of_their_own() -> None:
    found = graph(WORLD, needs={"minio": ["cilium"]}).waits_for("minio")
    assert [(each.node.id, each.why, each.node.verdict) for each in found.branches] == [
        ("cilium", Why.NEEDS, Verdict.ABSENT),
        ("longhorn", Why.AFTER, Verdict.HEALTHY),
    ]


def test_the_root_cause_comes_first() -> None:
    broken = w.flux_object("GitRepository", "flux-system", ready="False", reason="GitOperationFailed", revision="")
    rows = [*(row for row in WORLD if row.kind != "gitrepositories"), broken]
    found = graph(rows)
    assert [node.id for node in found.root_causes("monitoring")] == ["GitRepository/flux-system/flux-system"]
    assert found.waits_for("monitoring").branches[0].node.text == "failed: GitOperationFailed"


def test_the_nearest_of_several_roots_comes_first() -> None:
    failed = kustomization("metallb", ready="False", reason="BuildFailed")
    rows = [row if row.name != "metallb" else failed for row in WORLD]
    found = graph([row for row in rows if row.name != "longhorn"], METRICS)
    assert [node.id for node in found.root_causes("monitoring")] == ["metallb", "longhorn"]
    assert [node.id for node in found.root_causes("longhorn")] == []


def test_a_ring_ends_and_all_of_it_is_the_cause() -> None:
    waits: dict[str, Any] = {"ready": "False", "reason": "DependencyNotReady"}
    rows = [*FLUX, kustomization("a", "b", **waits), kustomization("b", "a", **waits)]
    found = graph(rows)
    tree = drawn(found.waits_for("a"))
    assert tree[0] == "a"
    assert "    a (dependsOn) …" in tree
    assert [node.id for node in found.root_causes("a")] == ["b"]


def test_a_reference_to_nothing_is_absent_unless_something_is_out_of_sight() -> None:
    rows = [kustomization("a", "gone")]
    seen = picture(Observed(FrozenRows(rows), SETTINGS, w.NOW))
    for complete, verdict in ((True, Verdict.ABSENT), (False, Verdict.UNKNOWN)):
        found = Graph(Linked(seen, SETTINGS, FluxIndex(rows, complete=complete)))
        node = found.node("Kustomization/flux-system/gone")
        assert (node.verdict, node.label) == (verdict, "Kustomization flux-system/gone")


def test_a_long_chain_is_cut_where_it_is_too_deep() -> None:
    rows = [kustomization(f"k{at:04}", f"k{at + 1:04}") for at in range(2000)]
    tree = drawn(graph(rows).waits_for("k0000"))
    assert 40 < len(tree) < 120
    assert any(line.strip().endswith("…") for line in tree)


def test_a_class_that_nobody_provides_is_a_node_of_its_own() -> None:
    found = graph(WORLD, replace(METRICS, storage_class="fast")).waits_for("monitoring")
    fast = next(each.node for each in found.branches if each.why is Why.CLAIMS)
    assert (fast.label, fast.verdict, fast.text) == ("StorageClass fast", Verdict.ABSENT, "is not there")


def test_who_provides_a_class_is_told_by_its_provisioner() -> None:
    foundation = picture(Observed(FrozenRows([]), SETTINGS, w.NOW)).components[:2]
    rows = [w.storage_class("longhorn"), replace(w.storage_class("local"), provisioner="rancher.io/local-path")]
    assert class_providers(rows, foundation) == {"longhorn": "longhorn"}


def test_a_class_that_went_with_its_component_still_leads_to_it() -> None:
    rows = FrozenRows(w.without(WORLD, "longhorn-manager"))
    seen = picture(Observed(rows, SETTINGS, w.NOW))
    found = Graph(Linked(seen, SETTINGS, flux_index(rows), [replace(METRICS, storage_class="longhorn")]))
    claims = [each.node.label for each in found.waits_for("monitoring").branches if each.why is Why.CLAIMS]
    assert claims == ["longhorn"]
    assert [node.label for node in found.root_causes("monitoring")] == ["longhorn"]
