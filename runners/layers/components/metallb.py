"""MetalLB: works when it has a pool, something announces it, and no Service waits for an address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runners.layers.components.base import Component, Judgement, Scene, subject
from runners.layers.components.common import idle_workloads, sees, unseen
from runners.layers.components.gitops import judge_namespaces, with_own
from runners.layers.components.gitops_kinds import unserved
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.metallb import (
    ADDRESS_POOLS,
    BGP_ADVERTISEMENTS,
    L2_ADVERTISEMENTS,
    AddressPool,
    Advertisement,
)
from runners.layers.kinds.network import SERVICES, Service
from runners.layers.kinds.workloads import DAEMONSETS
from runners.layers.picture import Layer

_ADVERTISEMENTS = (L2_ADVERTISEMENTS, BGP_ADVERTISEMENTS)
_GRACE = 30.0
"""Seconds within which a new Service gets its address where all is well."""


def judge(scene: Scene) -> Judgement:
    """What Flux says, controller and speakers, pools and who announces them, and Services without an address."""
    plain = judge_namespaces(scene)
    if plain.absent or plain.unseen:
        return plain
    pools = scene.rows.within(ADDRESS_POOLS, scene.namespaces)
    doubts = unseen(scene, (ADDRESS_POOLS, *_ADVERTISEMENTS, SERVICES))
    services = scene.rows.all(SERVICES)
    return with_own(
        scene,
        plain,
        lost=(*doubts, *idle_workloads(row for row in scene.workloads if _does_the_work(row.name))),
        own=(
            *unserved(scene, ADDRESS_POOLS, L2_ADVERTISEMENTS),
            *_speakers(scene),
            *_pool_findings(scene, pools),
            *_announcements(scene, pools),
            *_waiting(scene, services),
        ),
        details=_lines(pools, services),
    )


def _does_the_work(name: str) -> bool:
    return name.endswith(("controller", "speaker"))


def _speakers(scene: Scene) -> Iterator[Finding]:
    there = any(row.kind == DAEMONSETS.id and row.name.endswith("speaker") for row in scene.workloads)
    if not there and sees(scene, DAEMONSETS):
        text = f"there is none in {', '.join(scene.namespaces)}: nobody announces addresses"
        yield Finding("DaemonSet speaker", Severity.BLOCKER, text)


def _pool_findings(scene: Scene, pools: Sequence[AddressPool]) -> Iterator[Finding]:
    if not pools and scene.rows.freshness(ADDRESS_POOLS).tells_absence:
        text = f"there is none in {', '.join(scene.namespaces)}: no Service gets an address"
        yield Finding("IPAddressPool", Severity.BLOCKER, text, "add one, with addresses that are free in your network")
    for row in pools:
        about = subject(row, ADDRESS_POOLS.singular)
        if not row.addresses:
            yield Finding(about, Severity.WARNING, "has no addresses", about=row.key)
        elif row.free == 0:
            yield Finding(about, Severity.WARNING, f"is used up: {row.assigned} are assigned", about=row.key)


def _announcements(scene: Scene, pools: Sequence[AddressPool]) -> Iterator[Finding]:
    if not all(scene.rows.freshness(kind).trusted for kind in _ADVERTISEMENTS):
        return
    found: list[Advertisement] = [row for kind in _ADVERTISEMENTS for row in scene.rows.within(kind, scene.namespaces)]
    if not found and scene.rows.freshness(L2_ADVERTISEMENTS).tells_absence:
        text = f"there is none in {', '.join(scene.namespaces)}, nor a BGPAdvertisement: nobody answers for an address"
        yield Finding("L2Advertisement", Severity.BLOCKER, text, "add one for your pools")
        return
    for pool in pools:
        if found and not any(row.announces(pool.name) for row in found):
            text = "is named by no advertisement: nobody answers for its addresses"
            yield Finding(subject(pool, ADDRESS_POOLS.singular), Severity.WARNING, text, about=pool.key)


def _waiting(scene: Scene, services: Sequence[Service]) -> Iterator[Finding]:
    for row in services:
        if row.waits_for_address and "metallb" in (row.balancer_class or "metallb"):
            late = scene.now - row.created >= _GRACE
            text = f"waits for an address for {age(scene.now - row.created)}" if late else "waits for an address"
            remedy = "read its events: they say why" if late else ""
            severity = Severity.WARNING if late else Severity.NOTE
            yield Finding(subject(row, SERVICES.singular), severity, text, remedy, about=row.key)


def _lines(pools: Sequence[AddressPool], services: Sequence[Service]) -> tuple[str, ...]:
    given = sum(row.type == "LoadBalancer" and bool(row.addresses) for row in services)
    if not pools:
        return ()
    names = ", ".join(sorted(row.name for row in pools))
    what = f"{given} Service{'s' if given != 1 else ''}"
    return (f"pool{'s' if len(pools) != 1 else ''} {names} · {what} with an address",)


METALLB = Component("metallb", Layer.GITOPS, ("metallb-system",), judge)
