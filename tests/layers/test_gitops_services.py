"""MetalLB, cert-manager, HAProxy and monitoring in each state, by table, from objects as their projects write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.components import gitops
from runners.layers.freshness import Freshness, Reach
from runners.layers.judge import Observed, picture
from runners.layers.kinds import CUSTOM, AnyKind
from runners.layers.kinds.base import Row
from runners.layers.kinds.cert_manager import CERTIFICATES, CLUSTER_ISSUERS, ISSUERS
from runners.layers.kinds.ingress import INGRESSCLASSES
from runners.layers.kinds.metallb import ADDRESS_POOLS, BGP_ADVERTISEMENTS, L2_ADVERTISEMENTS
from runners.layers.kinds.monitoring import ALERTMANAGERS, PROMETHEUSES
from runners.layers.kinds.network import SERVICES
from runners.layers.picture import ComponentState
from runners.layers.rows import FrozenRows
from runners.layers.settings import Settings
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.judged import FLUX

SERVICES_OF_GITOPS = ("metallb", "cert-manager", "haproxy-ingress", "monitoring")
SETTINGS = Settings(origin="test", gitops_components=SERVICES_OF_GITOPS)
DAY = 86400.0


def made(kind: AnyKind, name: str, namespace: str = "", *, created: float = w.LONG_AGO, **parts: Any) -> Row:
    meta = {"name": name, "namespace": namespace, "creationTimestamp": stamp(created)}
    row = kind.row(kind.id, {"metadata": {**meta, **parts.pop("metadata", {})}, **parts})
    assert isinstance(row, Row)
    return row


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, object]:
    return {"conditions": [{"type": kind, "status": status, "reason": reason, "message": message}]}


def state(name: str, rows: list[Row], freshness: Mapping[str, Freshness] | None = None) -> ComponentState:
    seen = FrozenRows([*FLUX, w.flux_object("Kustomization", name), *rows], freshness)
    found = picture(Observed(seen, SETTINGS, w.NOW)).component(name)
    assert found is not None
    return found


def said(found: ComponentState, words: str) -> bool:
    return any(words in f"{each.subject} {each.text}" for each in found.findings)


def balancer(name: str, namespace: str, *addresses: str, age: float = 3600, **spec: object) -> Row:
    status = {"loadBalancer": {"ingress": [{"ip": address} for address in addresses]}}
    return made(SERVICES, name, namespace, created=w.NOW - age, spec={"type": "LoadBalancer", **spec}, status=status)


METALLB = w.metallb_world()
BGP = w.advertisement(kind="bgpadvertisements")


@pytest.mark.parametrize(
    ("rows", "verdict", "words"),
    [
        (METALLB, Verdict.HEALTHY, "applied"),
        (w.without(METALLB, "metallb-speaker"), Verdict.FAILED, "DaemonSet speaker there is none"),
        (
            [*METALLB[1:], w.workload("deployments", "metallb-system", "controller", 0, 0)],
            Verdict.FAILED,
            "wants no pods",
        ),
        ([row for row in METALLB if row.kind != "ipaddresspools"], Verdict.FAILED, "no Service gets an address"),
        ([row for row in METALLB if row.kind != "l2advertisements"], Verdict.FAILED, "nobody answers for an address"),
        ([*(row for row in METALLB if row.kind != "l2advertisements"), BGP], Verdict.HEALTHY, "applied"),
        ([*METALLB[:3], w.advertisement("other")], Verdict.DEGRADED, "home is named by no advertisement"),
        ([*METALLB[:3], w.advertisement("other", selects=True)], Verdict.HEALTHY, "applied"),
        ([*METALLB[:2], w.pool(free=0), METALLB[3]], Verdict.DEGRADED, "is used up"),
        ([*METALLB[:2], replace(w.pool(), addresses=()), METALLB[3]], Verdict.DEGRADED, "has no addresses"),
        ([*METALLB, balancer("web", "apps")], Verdict.DEGRADED, "Service apps/web waits for an address for 60m"),
        ([*METALLB, balancer("web", "apps", age=2)], Verdict.HEALTHY, "waits for an address"),
        ([*METALLB, balancer("web", "apps", "10.0.0.1")], Verdict.HEALTHY, "applied"),
        ([*METALLB, balancer("web", "apps", loadBalancerClass="cilium.io/bgp")], Verdict.HEALTHY, "applied"),
    ],
)  # fmt: skip
def test_metallb(rows: list[Row], verdict: Verdict, words: str) -> None:
    found = state("metallb", rows)
    assert (found.verdict, said(found, words)) == (verdict, True), found


WEBHOOK = w.workload("deployments", "cert-manager", "cert-manager-webhook")
CERT_MANAGER: list[Row] = [
    w.workload("deployments", "cert-manager", "cert-manager"),
    w.workload("deployments", "cert-manager", "cert-manager-cainjector"),
    WEBHOOK,
    made(CLUSTER_ISSUERS, "letsencrypt", status=condition("Ready", "True")),
]
FAILING = made(CLUSTER_ISSUERS, "letsencrypt", status=condition("Ready", "False", "ErrRegister", "no route"))


def certificate(ready: str = "True", ends: float = 60 * DAY, renews: float | None = 30 * DAY, **issuer: str) -> Row:
    status: dict[str, object] = {**condition("Ready", ready, "DoesNotExist", "no Secret")} if ready else {}
    if ends:
        status["notAfter"] = stamp(w.NOW + ends)
    if renews is not None:
        status["renewalTime"] = stamp(w.NOW + renews)
    reference = {"kind": "ClusterIssuer", "name": "letsencrypt", **issuer}
    return made(CERTIFICATES, "web", "apps", spec={"issuerRef": reference, "secretName": "web-tls"}, status=status)


@pytest.mark.parametrize(
    ("rows", "verdict", "words"),
    [
        (CERT_MANAGER, Verdict.HEALTHY, "applied"),
        ([*CERT_MANAGER, certificate()], Verdict.HEALTHY, "applied"),
        ([*CERT_MANAGER, certificate(ends=-3 * 3600)], Verdict.FAILED, "expired 3h ago: whoever uses Secret web-tls"),
        ([*CERT_MANAGER, certificate(ends=DAY, renews=-DAY)], Verdict.DEGRADED, "renewed 24h ago, and expires in 24h"),
        ([*CERT_MANAGER, certificate(ends=3 * DAY, renews=None)], Verdict.DEGRADED, "expires in 3d"),
        ([*CERT_MANAGER, certificate(ends=8 * DAY, renews=None)], Verdict.HEALTHY, "applied"),
        ([*CERT_MANAGER, certificate("False", 0)], Verdict.DEGRADED, "is not ready: DoesNotExist: no Secret"),
        ([*CERT_MANAGER, certificate("", 0, None)], Verdict.DEGRADED, "was not seen by cert-manager yet"),
        ([*CERT_MANAGER, certificate("False", name="gone")], Verdict.DEGRADED, "since ClusterIssuer gone is not there"),
        ([*CERT_MANAGER, certificate("False", group="awspca")], Verdict.DEGRADED, "is not ready: DoesNotExist"),
        (
            [*CERT_MANAGER[:3], FAILING, certificate("False")],
            Verdict.DEGRADED,
            "since ClusterIssuer letsencrypt is not",
        ),
        ([*CERT_MANAGER[:3], FAILING], Verdict.DEGRADED, "ClusterIssuer letsencrypt is not ready: ErrRegister"),
        ([*CERT_MANAGER, made(ISSUERS, "own", "apps")], Verdict.DEGRADED, "Issuer apps/own was not seen"),
        ([*CERT_MANAGER[:2]], Verdict.FAILED, "cert-manager-webhook there is none"),
        ([*CERT_MANAGER[:2], replace(WEBHOOK, ready=0)], Verdict.FAILED, "has no pod that is ready"),
    ],
)
def test_cert_manager(rows: list[Row], verdict: Verdict, words: str) -> None:
    found = state("cert-manager", rows)
    assert (found.verdict, said(found, words)) == (verdict, True), found


def ingress_class(controller: str) -> Row:
    return made(INGRESSCLASSES, "haproxy", spec={"controller": controller})


HAPROXY: list[Row] = [
    w.workload("daemonsets", "haproxy-controller", "haproxy-kubernetes-ingress", 3, 3),
    ingress_class("haproxy.org/ingress-controller/haproxy"),
    balancer("haproxy", "haproxy-controller", "10.0.0.240"),
]
UNREACHED = [*HAPROXY[:2], balancer("haproxy", "haproxy-controller")]


@pytest.mark.parametrize(
    ("rows", "verdict", "words"),
    [
        (HAPROXY, Verdict.HEALTHY, "applied"),
        (
            [
                w.workload("deployments", "haproxy-ingress", "haproxy-ingress"),
                ingress_class("haproxy-ingress.github.io/controller"),
            ],
            Verdict.HEALTHY,
            "applied",
        ),
        ([HAPROXY[0], ingress_class("k8s.io/ingress-nginx"), HAPROXY[2]], Verdict.DEGRADED, "none of HAProxy's"),
        ([*UNREACHED, w.pool()], Verdict.FAILED, "has no address: metallb gave it none"),
        (UNREACHED, Verdict.FAILED, "has no address, since metallb has no IPAddressPool"),
        (
            [w.workload("deployments", "haproxy-ingress", "haproxy-ingress", 0, 0), *HAPROXY[1:]],
            Verdict.FAILED,
            "no Ingress is served",
        ),
    ],
)
def test_haproxy(rows: list[Row], verdict: Verdict, words: str) -> None:
    found = state("haproxy-ingress", rows)
    assert (found.verdict, said(found, words)) == (verdict, True), found


def test_haproxy_without_metallb_says_that_nobody_gives_addresses() -> None:
    found = state("haproxy-ingress", UNREACHED, {ADDRESS_POOLS.id: Freshness(Reach.ABSENT)})
    assert said(found, "no MetalLB is there to give one")


def prometheus(available: str, kind: AnyKind = PROMETHEUSES, reconciled: str = "True", **spec: object) -> Row:
    conditions = [
        {"type": "Available", "status": available, "reason": "NoPodReady"},
        {"type": "Reconciled", "status": reconciled, "reason": "Why"},
    ]
    status = {"conditions": conditions if available else [], "availableReplicas": 1}
    return made(kind, "k8s", "monitoring", spec={"replicas": 2, **spec}, status=status)


OPERATOR: list[Row] = [w.workload("deployments", "monitoring", "prometheus-operator")]


@pytest.mark.parametrize(
    ("rows", "verdict", "words"),
    [
        (OPERATOR, Verdict.HEALTHY, "applied"),
        ([*OPERATOR, prometheus("True")], Verdict.HEALTHY, "applied"),
        ([*OPERATOR, prometheus("False")], Verdict.FAILED, "Prometheus monitoring/k8s is not available: NoPodReady"),
        ([*OPERATOR, prometheus("Degraded", ALERTMANAGERS)], Verdict.DEGRADED, "Alertmanager monitoring/k8s 1/2 serve"),
        ([*OPERATOR, prometheus("")], Verdict.DEGRADED, "says nothing of being available"),
        ([*OPERATOR, prometheus("True", reconciled="False")], Verdict.DEGRADED, "could not be reconciled: Why"),
        ([*OPERATOR, prometheus("", paused=True)], Verdict.HEALTHY, "is paused"),
        ([*OPERATOR, w.claim("monitoring", "db", "Pending")], Verdict.DEGRADED, "claim monitoring/db is Pending"),
        ([*OPERATOR, w.claim("elsewhere", "db", "Pending")], Verdict.HEALTHY, "applied"),
    ],
)
def test_monitoring(rows: list[Row], verdict: Verdict, words: str) -> None:
    found = state("monitoring", rows)
    assert (found.verdict, said(found, words)) == (verdict, True), found


def test_a_common_other_name_has_the_same_rule() -> None:
    assert gitops("kube-prometheus-stack").judge is gitops("monitoring").judge
    assert gitops("kube-prometheus-stack").name == "kube-prometheus-stack"


@pytest.mark.parametrize(
    ("name", "rows", "kind"),
    [("metallb", METALLB[:2], ADDRESS_POOLS), ("cert-manager", CERT_MANAGER[:3], CERTIFICATES)],
)
def test_a_crd_that_was_taken_away_is_named(name: str, rows: list[Row], kind: AnyKind) -> None:
    found = state(name, rows, {kind.id: Freshness(Reach.ABSENT)})
    assert found.verdict is Verdict.FAILED
    assert said(found, f"{kind.singular} is not served: there is no CRD {kind.plural}.{kind.group}")


@pytest.mark.parametrize("reach", [Reach.FORBIDDEN, Reach.STALE, Reach.LOADING])
@pytest.mark.parametrize(
    ("name", "rows", "kind"),
    [
        ("metallb", METALLB, SERVICES),
        ("metallb", METALLB, L2_ADVERTISEMENTS),
        ("metallb", METALLB, BGP_ADVERTISEMENTS),
        ("cert-manager", CERT_MANAGER, ISSUERS),
        ("haproxy-ingress", HAPROXY, INGRESSCLASSES),
        ("monitoring", OPERATOR, PROMETHEUSES),
    ],
)
def test_what_can_not_be_seen_is_unknown(name: str, rows: list[Row], kind: AnyKind, reach: Reach) -> None:
    assert state(name, rows, {kind.id: Freshness(reach, w.NOW - 60)}).verdict is Verdict.UNKNOWN


def test_what_was_applied_just_now_is_on_its_way() -> None:
    rows = [replace(w.flux_object("Kustomization", "metallb"), changed=w.NOW - 60), *METALLB[:2]]
    found = picture(Observed(FrozenRows([*FLUX, *rows]), SETTINGS, w.NOW)).component("metallb")
    assert found is not None
    assert found.verdict is Verdict.PROGRESSING


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "conditions", "addresses", "ipAddressPools", "ipAddressPoolSelectors", "availableIPv4", "notAfter", "renewalTime",
    "issuerRef", "controller", "type", "loadBalancer", "replicas", "paused", "loadBalancerClass", "availableReplicas",
)  # fmt: skip
HAVING = st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=5)
READ = [kind for kind in (*CUSTOM, SERVICES, INGRESSCLASSES) if kind.group not in ("longhorn.io", "minio.min.io")]


@settings(max_examples=50)
@given(
    kind=st.sampled_from(READ), spec=HAVING, status=HAVING, space=st.sampled_from(["", "metallb-system", "monitoring"])
)
def test_no_object_however_odd_ends_a_rule(
    kind: AnyKind, spec: dict[str, object], status: dict[str, object], space: str
) -> None:
    row = made(kind, "odd", space, spec=spec, status=status)
    for name, rows in zip(SERVICES_OF_GITOPS, (METALLB, CERT_MANAGER, HAPROXY, OPERATOR), strict=True):
        assert state(name, [*rows, row]).verdict in Verdict
