"""What a helmfile asks for, seen without running anything."""

from __future__ import annotations

from pathlib import Path

from runners.demo.homelab import write_homelab
from runners.tools.asked_versions import asked_versions


def test_the_demos_repository(tmp_path: Path) -> None:
    home = write_homelab(tmp_path, longhorn="1.12.1")
    assert asked_versions(home / "longhorn" / "helmfile.yaml") == {"longhorn-system/longhorn": "1.12.1"}
    assert asked_versions(home / "minio") == {
        "minio-operator/minio-operator": "7.1.1",
        "minio-tenant/minio-tenant": "7.1.1",
    }


def test_a_chart_in_a_folder_says_its_own_version(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Chart.yaml").write_text("name: web\nversion: 2.0.0\n")
    (tmp_path / "helmfile.yaml").write_text("releases: [{name: web, namespace: n, chart: ./web, version: 1.0.0}]")
    assert asked_versions(tmp_path / "helmfile.yaml") == {"n/web": "2.0.0"}


def test_what_a_template_says_is_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "helmfile.yaml.gotmpl"
    file.write_text("{{ if .X }}\nreleases: [{name: web, namespace: n, chart: a/web, version: 1.0.0}]\n{{ end }}\n")
    assert asked_versions(file) == {}
    file.write_text("releases: [{name: web, namespace: n, chart: a/web, version: '{{ .Values.v }}'}]\n")
    assert asked_versions(file) == {}


def test_what_shall_not_be_there_asks_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "helmfile.yaml"
    file.write_text("releases: [{name: web, namespace: n, chart: a/web, version: 1.0.0, installed: false}]")
    assert asked_versions(file) == {}
    assert asked_versions(tmp_path / "missing.yaml") == {}
