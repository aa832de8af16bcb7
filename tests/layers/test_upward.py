"""The boundary, upward: what helmfiles, values and rendered objects ask of GitOps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.discovery.helmfiles import helmfile_releases
from runners.layers.findings import Finding, Severity
from runners.layers.plans import ObjectRef
from runners.layers.upward import upward, upward_refs

HELMFILE = """\
repositories: [{name: longhorn, url: https://charts.longhorn.io}]
releases:
- name: longhorn
  namespace: longhorn-system
  chart: longhorn/longhorn
  wait: WAIT
  values: [values.yaml]
"""


def asked(values: str, helmfile: str = HELMFILE, *, wait: bool = False, name: str = "values.yaml") -> list[Finding]:
    written = helmfile.replace("WAIT", str(wait).lower()).replace("values.yaml", name)
    files = {"longhorn/helmfile.yaml": written, f"longhorn/{name}": values}
    return list(upward("longhorn", helmfile_releases(files), files))


@pytest.mark.parametrize(
    ("values", "severity", "words"),
    [
        ("metrics: {serviceMonitor: {enabled: true}}", Severity.WARNING, "needs monitoring"),
        ("metrics: {prometheusRule: {enabled: true}}", Severity.WARNING, "needs monitoring"),
        ("certManager: {enabled: true}", Severity.WARNING, "needs cert-manager"),
        ("ingress: {enabled: true, ingressClassName: haproxy}", Severity.NOTE, "an Ingress of class haproxy"),
        ("service: {ui: {type: LoadBalancer}}", Severity.NOTE, "no address before GitOps has brought MetalLB"),
        ("image: {registry: registry.infra.svc:5000}", Severity.BLOCKER, "a registry in the cluster itself"),
        ("image: harbor.infra.svc.cluster.local/longhorn/manager:v1", Severity.BLOCKER, "a registry in the cluster"),
        (
            "extra: [{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: s3}}]",
            Severity.WARNING,
            "needs External Secrets",
        ),
    ],
)
def test_what_values_ask_for(values: str, severity: Severity, words: str) -> None:
    (finding,) = asked(values)
    assert finding.severity is severity
    assert words in finding.text
    assert finding.subject.startswith("longhorn/values.yaml: ")


@pytest.mark.parametrize(
    "values",
    [
        "metrics: {serviceMonitor: {enabled: false}}",
        "ingress: {enabled: false}",
        "service: {ui: {type: ClusterIP}}",
        "image: {registry: quay.io, repository: longhornio/longhorn-manager}",
        "defaultSettings: {backupTarget: 's3://b@us/', endpoint: 'http://minio.minio-tenant.svc:9000'}",
        "prometheus: {url: 'http://prometheus.monitoring.svc:9090'}",
        "",
        "- 1\n- 2",
    ],
)
def test_what_needs_nothing(values: str) -> None:
    assert asked(values) == []


def test_a_load_balancer_that_helm_waits_for_never_gets_an_address() -> None:
    (finding,) = asked("service: {type: LoadBalancer}", wait=True)
    assert finding.severity is Severity.BLOCKER
    assert "helm waits for its address" in finding.text


def test_a_chart_repository_in_the_cluster_is_one_that_goes_with_it() -> None:
    inside = HELMFILE.replace("https://charts.longhorn.io", "http://chartmuseum.charts.svc:8080")
    (finding,) = asked("", inside)
    assert finding.severity is Severity.BLOCKER
    assert finding.subject == "longhorn/helmfile.yaml: repositories.url"
    assert asked("", HELMFILE.replace("longhorn/longhorn", "oci://zot.infra.svc/charts/longhorn"))


def test_values_in_the_helmfile_itself_count() -> None:
    inline = HELMFILE.replace("[values.yaml]", "[{serviceMonitor: {enabled: true}}]")
    (finding,) = asked("", inline)
    assert "needs monitoring" in finding.text


def test_a_template_that_decides_by_itself_can_not_be_told_whole() -> None:
    found = asked("{{ if .Values.x }}\nserviceMonitor: {enabled: true}\n{{ end }}\n", name="values.yaml.gotmpl")
    assert [finding.severity for finding in found] == [Severity.UNKNOWN, Severity.WARNING]
    assert "can't be told" in found[0].text


def test_the_objects_of_a_rendering_say_it_exactly() -> None:
    monitor = ObjectRef("ServiceMonitor", "longhorn-system", "longhorn", "monitoring.coreos.com")
    refs = {monitor: "", ObjectRef("Deployment", "longhorn-system", "ui", "apps"): ""}
    (finding,) = upward_refs(refs)
    assert finding.subject == "ServiceMonitor longhorn-system/longhorn"
    assert "needs monitoring" in finding.text


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_no_text_breaks_it(values: str) -> None:
    asked(values)
    asked(values, values)
