"""HAProxy as an ingress, of either project: works when a class is its own and its Service has an address."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.base import Component, Judgement, Scene, subject
from runners.layers.components.common import sees, unseen
from runners.layers.components.gitops import judge_namespaces, with_own
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.ingress import INGRESSCLASSES, IngressClass
from runners.layers.kinds.metallb import ADDRESS_POOLS
from runners.layers.kinds.network import SERVICES
from runners.layers.picture import Layer

CONTROLLERS = ("haproxy.org/ingress-controller", "haproxy-ingress.github.io/controller")
"""How the controllers of haproxytech's kubernetes-ingress and of jcmoraisjr's haproxy-ingress are called."""


def judge(scene: Scene) -> Judgement:
    """What Flux says, Deployment or DaemonSet, the class, and the address under which all of it is reached."""
    plain = judge_namespaces(scene)
    if plain.absent or plain.unseen:
        return plain
    classes = [row for row in scene.rows.all(INGRESSCLASSES) if row.controller.startswith(CONTROLLERS)]
    return with_own(
        scene,
        plain,
        lost=(*unseen(scene, (INGRESSCLASSES, SERVICES)), *_controllers(scene)),
        own=(*_class_findings(scene, classes), *_address_findings(scene)),
        details=tuple(filter(None, (_class_line(classes), _address_line(scene)))),
    )


def _controllers(scene: Scene) -> Iterator[Finding]:
    """Neither project makes anything without its controller; which workload it is, people choose."""
    if scene.workloads and all(row.observed and row.wanted == 0 for row in scene.workloads):
        text = f"nothing in {', '.join(scene.namespaces)} wants a pod: no Ingress is served"
        yield Finding("HAProxy", Severity.BLOCKER, text, "scale it up, or look at its node selector")


def _class_findings(scene: Scene, classes: list[IngressClass]) -> Iterator[Finding]:
    if not classes and sees(scene, INGRESSCLASSES):
        text = "there is none of HAProxy's: an Ingress that names a class reaches nobody"
        yield Finding("IngressClass", Severity.WARNING, text, "let the chart make one")


def _address_findings(scene: Scene) -> Iterator[Finding]:
    for row in scene.rows.within(SERVICES, scene.namespaces):
        if not row.waits_for_address:
            continue
        about = subject(row, SERVICES.singular)
        if scene.rows.freshness(ADDRESS_POOLS).tells_absence and not scene.rows.all(ADDRESS_POOLS):
            text, remedy = "has no address, since metallb has no IPAddressPool", "look at metallb"
        elif scene.rows.freshness(ADDRESS_POOLS).tells_absence:
            text, remedy = "has no address: metallb gave it none", "look at metallb, and at the Service's events"
        else:
            text, remedy = "has no address, and no MetalLB is there to give one", "what gives addresses here?"
        yield Finding(about, Severity.BLOCKER, text, remedy, about=row.key)


def _class_line(classes: list[IngressClass]) -> str:
    names = sorted(f"{row.name} (default)" if row.default else row.name for row in classes)
    return f"class {', '.join(names)}" if names else ""


def _address_line(scene: Scene) -> str:
    found = [each for row in scene.rows.within(SERVICES, scene.namespaces) for each in row.addresses]
    return f"reached at {', '.join(sorted(found))}" if found else ""


HAPROXY = Component(
    "haproxy-ingress",
    Layer.GITOPS,
    ("haproxy-controller", "haproxy-ingress"),
    judge,
)
