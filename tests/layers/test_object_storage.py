"""The S3 role by table: each provider in each state, what a probe proves, and that odd fields are never a crash."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.components.object_storage import OFFERS
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.judge import Judge, Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.ceph import cephcluster_row, cephobjectstore_row
from runners.layers.kinds.network import Service, endpointslice_row, service_row
from runners.layers.kinds.tenants import Pool, tenant_row
from runners.layers.picture import ComponentState
from runners.layers.probes import Answer, Evidence, Outcome, answer_in
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, S3Settings, Settings
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w


def state(
    name: str,
    namespaces: tuple[str, ...],
    rows: list[Row],
    freshness: dict[str, Freshness] | None = None,
    evidence: Evidence | None = None,
    s3: S3Settings | None = None,
) -> ComponentState:
    known = Settings("test", foundation=(FoundationEntry(name, f"{name}/helmfile.yaml", namespaces, s3=s3),))
    proofs = {name: evidence} if evidence else {}
    found = picture(Observed(FrozenRows(rows, freshness), known, w.NOW, evidence=proofs)).component(name)
    assert found is not None
    return found


def said(found: ComponentState, subject: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.subject == subject]


def service(namespace: str, name: str, port: dict[str, object], **spec: object) -> Row:
    meta = {"namespace": namespace, "name": name, "uid": f"uid-{name}"}
    return service_row("services", {"metadata": meta, "spec": {"ports": [port], "clusterIP": "10.0.0.9", **spec}})


def endpoints(namespace: str, service_name: str, *ready: bool) -> Row:
    meta = {
        "namespace": namespace,
        "name": f"{service_name}-x",
        "labels": {"kubernetes.io/service-name": service_name},
    }
    return endpointslice_row(
        "endpointslices", {"metadata": meta, "endpoints": [{"conditions": {"ready": one}} for one in ready]}
    )


TENANT = w.tenant()
OPERATED = ("minio-operator", "minio-tenant")


def with_tenant(**changes: object) -> list[Row]:
    return [*w.without(w.minio_world(), TENANT.name), replace(TENANT, **changes)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "verdict", "says"),
    [
        ({}, Verdict.HEALTHY, ""),
        ({"health": "red", "drives_online": 3, "drives_offline": 5, "write_quorum": 5}, Verdict.FAILED, "is red: 3/8"),
        ({"health": "yellow", "drives_online": 6, "drives_offline": 2}, Verdict.DEGRADED, "is yellow: 6/8 drives"),
        ({"health": "yellow", "message": "one pool is slow"}, Verdict.DEGRADED, "is yellow: one pool is slow"),
        (
            {"drives_online": 3, "drives_offline": 5, "write_quorum": 5},
            Verdict.FAILED,
            "can't write: 3/8 drives online",
        ),
        ({"drives_online": 7, "drives_offline": 1, "write_quorum": 5}, Verdict.DEGRADED, "writes need 5"),
        ({"drives_healing": 2, "drives_online": 8}, Verdict.HEALTHY, "2 of 8 drives heal"),
        ({"pools": (Pool("pool-0", "PoolInitialized"), Pool("pool-1", "PoolCreated"))}, Verdict.DEGRADED, "pool-1 is"),
        ({"health": ""}, Verdict.UNKNOWN, "does not say how healthy it is"),
        ({"health": "mauve"}, Verdict.UNKNOWN, "is of health mauve"),
        ({"state": "Waiting for Pods to be ready", "health": ""}, Verdict.DEGRADED, "Waiting for Pods"),
        ({"state": "", "health": ""}, Verdict.DEGRADED, "has no state yet"),
        ({"state": "Tenant credentials are not set properly", "health": ""}, Verdict.FAILED, "credentials are not set"),
    ],
)
def test_a_tenant(changes: dict[str, object], verdict: Verdict, says: str) -> None:
    found = state("minio", OPERATED, with_tenant(**changes))
    assert (found.verdict, says in found.summary) == (verdict, True), found
    about = [finding.about for finding in said(found, "Tenant minio-tenant/minio-tenant")]
    assert about == [TENANT.key] * len(about)


def test_without_a_tenant_an_operator_serves_nobody() -> None:
    found = state("minio", OPERATED, w.without(w.minio_world(), TENANT.name))
    assert (found.verdict, "is not there: none in minio-operator" in found.summary) == (Verdict.FAILED, True)


STANDALONE: list[Row] = [w.release("minio", "minio"), w.workload("deployments", "minio", "minio")]


@pytest.mark.parametrize("kind", ["deployments", "statefulsets"])
def test_a_standalone_minio_needs_neither_operator_nor_tenant(kind: str) -> None:
    rows: list[Row] = [STANDALONE[0], w.workload(kind, "minio", "minio")]
    found = state("minio", ("minio",), rows, {"tenants": Freshness(Reach.ABSENT)})
    assert found.verdict is Verdict.HEALTHY
    assert not said(found, "Tenant")


def test_a_tenant_whose_operator_lives_elsewhere_needs_none_here() -> None:
    rows = [row for row in w.minio_world() if row.namespace == "minio-tenant"]
    assert state("minio", ("minio-tenant",), rows).verdict is Verdict.HEALTHY


@pytest.mark.parametrize("rows", [w.minio_world(), STANDALONE])
def test_that_minio_is_gone_upstream_is_said_once(rows: list[Row]) -> None:
    found = state("minio", (*OPERATED, "minio"), rows)
    (note,) = said(found, "MinIO")
    assert note.severity is Severity.NOTE
    assert found.summary == "", "a card says what is new"
    assert "gone upstream" in note.text


def test_nothing_is_said_upstream_of_what_is_not_installed() -> None:
    found = state("minio", OPERATED, [])
    assert (found.verdict, found.findings) == (Verdict.ABSENT, ())


PROVIDERS = {
    "minio": ("minio", {"name": "http-minio", "port": 80}),
    "garage": ("garage", {"name": "s3-api", "port": 3900}),
    "seaweedfs": ("seaweedfs", {"name": "swfs-s3", "port": 8333}),
    "rustfs": ("rustfs", {"name": "endpoint", "port": 9000}),
    "ceph-rgw": ("rook-ceph", {"name": "http", "port": 80}),
}


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    ("ready", "wanted", "claim", "answers", "verdict", "says"),
    [
        (1, 1, "Bound", (True,), Verdict.HEALTHY, ""),
        (1, 1, "Bound", (True, False), Verdict.HEALTHY, ""),
        (0, 1, "Bound", (True,), Verdict.DEGRADED, "0/1 ready"),
        (1, 1, "Pending", (True,), Verdict.DEGRADED, "is Pending (class longhorn)"),
        (1, 1, "Lost", (True,), Verdict.FAILED, "lost its volume"),
        (1, 1, "Bound", (False,), Verdict.FAILED, "has no ready endpoint"),
        (1, 1, "Bound", (), Verdict.FAILED, "has no ready endpoint"),
    ],
)
def test_whichever_serves_it(
    name: str, ready: int, wanted: int, claim: str, answers: tuple[bool, ...], verdict: Verdict, says: str
) -> None:
    namespace, port = PROVIDERS[name]
    rows = [
        w.release(namespace, name),
        w.workload("statefulsets", namespace, name, ready, wanted),
        w.claim(namespace, "data", claim),
        service(namespace, "front", port),
        endpoints(namespace, "front", *answers),
    ]
    found = state(name, (namespace,), rows, _ceph(Reach.ABSENT))
    assert (found.verdict, says in found.summary) == (verdict, True), found
    for finding in found.findings:
        if finding.subject.startswith(("claim", "Service")):
            assert finding.about is not None


def _ceph(reach: Reach) -> dict[str, Freshness]:
    return {"cephclusters": Freshness(reach), "cephobjectstores": Freshness(reach)}


def test_a_service_that_nobody_has_counted_yet_says_nothing() -> None:
    rows = [w.release("garage", "garage"), w.workload("statefulsets", "garage", "garage")]
    rows.append(service("garage", "front", {"port": 3900}))
    assert state("garage", ("garage",), list(rows)).verdict is Verdict.HEALTHY


def test_a_load_balancer_without_an_address_is_known() -> None:
    waiting = service("garage", "front", {"port": 3900}, type="LoadBalancer")
    rows = [w.release("garage", "garage"), w.workload("statefulsets", "garage", "garage"), waiting]
    found = state("garage", ("garage",), rows)
    assert [finding.severity for finding in said(found, "Service garage/front")] == [Severity.NOTE]
    assert found.verdict is Verdict.HEALTHY


def test_right_after_an_apply_what_is_missing_is_on_its_way() -> None:
    rows: list[Row] = [
        w.fresh(w.release("garage", "garage")),
        w.workload("statefulsets", "garage", "garage"),
        w.claim("garage", "data", "Pending"),
    ]
    assert state("garage", ("garage",), rows).verdict is Verdict.PROGRESSING


@pytest.mark.parametrize("kind", ["persistentvolumeclaims", "services", "endpointslices", "tenants"])
def test_what_can_not_be_seen_is_unknown(kind: str) -> None:
    freshness = {kind: Freshness(Reach.FORBIDDEN)}
    assert state("minio", OPERATED, w.minio_world(), freshness).verdict is Verdict.UNKNOWN


CEPH: list[Row] = [w.release("rook-ceph", "rook-ceph-cluster"), w.workload("deployments", "rook-ceph", "rgw-a")]


def ceph(health: str = "HEALTH_OK", **details: str) -> Row:
    said_of = {name: {"severity": health, "message": words} for name, words in details.items()}
    status = {"phase": "Ready", "ceph": {"health": health, "details": said_of}}
    return cephcluster_row(
        "cephclusters", {"metadata": {"namespace": "rook-ceph", "name": "rook-ceph"}, "status": status}
    )


def store(phase: str = "Ready") -> Row:
    obj = {"metadata": {"namespace": "rook-ceph", "name": "s3"}, "status": {"phase": phase}}
    return cephobjectstore_row("cephobjectstores", obj)


@pytest.mark.parametrize(
    ("rows", "verdict", "says"),
    [
        ([ceph(), store()], Verdict.HEALTHY, ""),
        ([ceph("HEALTH_WARN", OSD_DOWN="1 osds down"), store()], Verdict.DEGRADED, "is HEALTH_WARN: 1 osds down"),
        ([ceph("HEALTH_ERR"), store()], Verdict.FAILED, "is HEALTH_ERR"),
        ([ceph("HEALTH_ODD"), store()], Verdict.UNKNOWN, "is HEALTH_ODD"),
        ([ceph(""), store()], Verdict.UNKNOWN, "of no health"),
        ([ceph(), store("Connected")], Verdict.HEALTHY, ""),
        ([ceph(), store("Progressing")], Verdict.DEGRADED, "is Progressing"),
        ([ceph(), store("Failure")], Verdict.FAILED, "is Failure"),
        ([ceph(), store("")], Verdict.UNKNOWN, "is in no phase"),
        ([ceph()], Verdict.FAILED, "nothing speaks S3"),
    ],
)
def test_ceph(rows: list[Row], verdict: Verdict, says: str) -> None:
    found = state("ceph-rgw", ("rook-ceph",), [*CEPH, *rows])
    assert (found.verdict, says in found.summary) == (verdict, True), found


def test_a_gateway_is_not_taken_for_the_metrics_beside_it() -> None:
    """Rook calls the gateway's ports http and https; its CSI drivers' metrics are on the same number."""
    rows = [
        service("rook-ceph", "csi-rbdplugin-metrics", {"name": "csi-http-metrics", "port": 8080}),
        service("rook-ceph", "rook-ceph-rgw-s3", {"name": "http", "port": 8080}),
    ]
    offering = OFFERS["ceph-rgw"].services(row for row in rows if isinstance(row, Service))
    assert [row.name for row in offering] == ["rook-ceph-rgw-s3"]


def test_ceph_without_rooks_kinds_is_judged_by_its_workloads() -> None:
    assert state("ceph-rgw", ("rook-ceph",), CEPH, _ceph(Reach.ABSENT)).verdict is Verdict.HEALTHY


WORKED = Answer(Outcome.WORKED, "stored, read back and deleted an object in 12 ms")


@pytest.mark.parametrize(
    ("evidence", "severity", "says", "verdict"),
    [
        (None, Severity.NOTE, "was never made", Verdict.HEALTHY),
        (Evidence("7f3a", w.NOW - 190, WORKED), Severity.OK, "in 12 ms, 3m ago", Verdict.HEALTHY),
        (Evidence("7f3a", w.NOW - 9 * 86_400, WORKED), Severity.NOTE, "9d ago", Verdict.HEALTHY),
        (Evidence("7f3a", w.NOW - 5, None), Severity.NOTE, "ended without an answer just now", Verdict.HEALTHY),
        (
            Evidence("7f3a", w.NOW, Answer(Outcome.FAILED, "get: the object is gone")),
            Severity.WARNING,
            "failed: get: the object is gone, just now",
            Verdict.DEGRADED,
        ),
        (
            Evidence("7f3a", w.NOW, Answer(Outcome.NOT_ASKED, "no bucket")),
            Severity.NOTE,
            "could not be made: no bucket",
            Verdict.HEALTHY,
        ),
    ],
)
def test_what_a_probe_proves(evidence: Evidence | None, severity: Severity, says: str, verdict: Verdict) -> None:
    found = state("minio", ("minio",), STANDALONE, evidence=evidence)
    (finding,) = said(found, "s3 probe")
    assert (finding.severity, says in finding.text, found.verdict) == (severity, True, verdict), finding


def test_what_a_probe_remarks_is_a_warning_of_its_own() -> None:
    evidence = Evidence("7f3a", w.NOW, replace(WORKED, remarks=("everybody knows its credentials",)))
    found = state("minio", ("minio",), STANDALONE, evidence=evidence)
    assert [finding.severity for finding in said(found, "s3 probe")] == [Severity.WARNING, Severity.OK]


def test_a_new_answer_is_seen_though_no_row_changed() -> None:
    known = Settings("test", foundation=(FoundationEntry("minio", "minio/helmfile.yaml", ("minio",)),))
    seen, judge = Observed(FrozenRows(STANDALONE), known, w.NOW), Judge()
    for evidence, says in (({}, "was never made"), ({"minio": Evidence("7f3a", w.NOW, WORKED)}, "in 12 ms, just now")):
        found = judge.picture(replace(seen, evidence=evidence)).component("minio")
        assert found is not None
        assert [says in finding.text for finding in said(found, "s3 probe")] == [True]


def test_any_workload_may_serve_s3_where_bedplate_yaml_says_so() -> None:
    rows: list[Row] = [w.release("silo", "silo"), w.workload("statefulsets", "silo", "silo")]
    assert not said(state("silo", ("silo",), rows), "s3 probe")
    assert said(state("silo", ("silo",), rows, s3=S3Settings("b")), "s3 probe")


def test_an_answer_is_read_as_it_was_written() -> None:
    answer = Answer(Outcome.FAILED, "no", ("one", "two"))
    lines = ("some log", "! of something else", "forwarding", *answer.lines(), "")
    assert answer_in("\n".join(lines).encode()) == answer


def test_an_answer_that_gives_no_reason_is_one() -> None:
    lines = Answer(Outcome.FAILED, "").lines()
    assert answer_in("\n".join(lines).encode()) == Answer(Outcome.FAILED, "")


@pytest.mark.parametrize(
    "log", [b"", b"\n", b"worked", b"worked: yes\ninterrupted", b"great: it is", b"! worked: yes", b"\xff\n\xfe"]
)
def test_any_other_last_line_is_no_answer(log: bytes) -> None:
    assert answer_in(log) is None


def test_an_answer_has_no_more_to_say_than_fits_a_line() -> None:
    (line,) = Answer(Outcome.FAILED, "a\x1b[31m\nworked: b" * 400).lines()
    answer = answer_in(line.encode())
    assert answer is not None
    assert answer.outcome is Outcome.FAILED
    assert (len(answer.text), answer.text.isprintable()) == (300, True)


_ODD = st.none() | st.integers() | st.text(max_size=4) | st.lists(st.none() | st.text(max_size=3), max_size=2)
_FIELDS = ("currentState", "healthStatus", "drivesOnline", "drivesHealing", "writeQuorum", "pools", "phase", "ceph")
_STATUS = st.dictionaries(
    st.sampled_from(_FIELDS),
    _ODD | st.dictionaries(st.sampled_from(["health", "details", "ssName"]), _ODD, max_size=2),
    max_size=5,
)


@settings(max_examples=50)
@given(_STATUS, _ODD, _ODD)
def test_odd_fields_are_never_healthy_by_accident(status: dict[str, object], odd: object, more: object) -> None:
    meta = {"namespace": "minio-tenant", "name": "t"}
    rows = [
        *w.without(w.minio_world(), TENANT.name),
        tenant_row("tenants", {"metadata": meta, "status": status}),
        cephcluster_row("cephclusters", {"metadata": meta, "status": status}),
        cephobjectstore_row("cephobjectstores", {"metadata": meta, "status": status}),
        service_row("services", {"metadata": meta, "spec": {"ports": odd, "type": more}, "status": status}),
        endpointslice_row("endpointslices", {"metadata": meta, "endpoints": odd, "ports": more}),
    ]
    assert state("minio", OPERATED, rows).verdict is not Verdict.HEALTHY
    assert state("ceph-rgw", OPERATED, rows).verdict is not Verdict.HEALTHY


def test_services_and_their_endpoints_as_rows() -> None:
    obj = {
        "metadata": {"namespace": "ns", "name": "it"},
        "spec": {
            "type": "LoadBalancer",
            "clusterIP": "10.0.0.1",
            "selector": {"app": "it"},
            "ports": [{"name": "s3", "port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}, {"hostname": "lb.example.com"}, {}]}},
    }
    row = service_row("services", obj)
    assert (row.type, row.cluster_ip, row.addresses) == ("LoadBalancer", "10.0.0.1", ("192.0.2.1", "lb.example.com"))
    assert ([str(port) for port in row.ports], row.selects) == (["80/TCP", "53/UDP"], True)
    assert not row.waits_for_address
    assert replace(row, addresses=()).waits_for_address
    part = endpointslice_row("endpointslices", {"endpoints": [{}, {"conditions": {"ready": False}}]})
    assert (part.ready, part.total, part.service) == (1, 2, "")
