"""The demo's repository is one that Bedplate reads without a word of complaint."""

from __future__ import annotations

from pathlib import Path

import yaml

from runners.demo.homelab import CLUSTER, CONTEXT, set_longhorn, write_homelab
from runners.layers.gitops_settings import bootstrap_findings
from runners.layers.settings import S3Settings
from runners.repository import read_settings


def test_its_settings_are_read(tmp_path: Path) -> None:
    write_homelab(tmp_path)
    settings = read_settings(tmp_path)
    assert settings.context == CONTEXT
    assert [entry.component for entry in settings.foundation] == ["longhorn", "minio"]
    assert settings.gitops_components == ("metallb", "cert-manager", "haproxy-ingress", "monitoring")
    assert settings.bootstrap is not None
    assert bootstrap_findings(settings.bootstrap, {"GIT_PASSWORD": "x"}) == ()


def test_where_its_s3_is_probed(tmp_path: Path) -> None:
    write_homelab(tmp_path, s3="http://127.0.0.1:9000")
    minio = read_settings(tmp_path).entry("minio")
    assert minio is not None
    assert minio.s3 == S3Settings(
        "homelab", "http://127.0.0.1:9000", "minio-tenant/minio-tenant-env-configuration", "us-east-1"
    )
    assert minio.after == ("longhorn",)


def test_services_depend_on_one_another(tmp_path: Path) -> None:
    write_homelab(tmp_path)
    found = {}
    for path in (tmp_path / CLUSTER).glob("*.yaml"):
        obj = yaml.safe_load(path.read_text())
        found[obj["metadata"]["name"]] = {need["name"] for need in obj["spec"].get("dependsOn", ())}
        assert (tmp_path / obj["spec"]["path"] / path.name).is_file()
    assert found == {
        "metallb": set(),
        "cert-manager": {"metallb"},
        "haproxy-ingress": {"metallb"},
        "monitoring": {"cert-manager", "haproxy-ingress"},
    }


def test_another_longhorn_is_asked_for_by_helmfile_and_chart(tmp_path: Path) -> None:
    write_homelab(tmp_path, longhorn="1.11.2")
    chart = tmp_path / "charts" / "longhorn" / "Chart.yaml"
    assert (yaml.safe_load(chart.read_text())["version"], yaml.safe_load(chart.read_text())["appVersion"]) == (
        "1.11.2",
        "v1.11.2",
    )
    set_longhorn(tmp_path, "1.12.0")
    (release,) = yaml.safe_load((tmp_path / "longhorn" / "helmfile.yaml").read_text())["releases"]
    assert release["version"] == yaml.safe_load(chart.read_text())["version"] == "1.12.0"
