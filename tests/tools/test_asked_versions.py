"""What a helmfile asks for, seen without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.demo.homelab import write_homelab
from runners.tools import helmfile_source
from runners.tools.asked_versions import asked_versions, own_version, read_asked
from runners.tools.helmfile_source import Source


def test_the_demos_repository(tmp_path: Path) -> None:
    home = write_homelab(tmp_path, longhorn="1.12.1")
    assert asked_versions(home / "longhorn" / "helmfile.yaml") == {"longhorn-system/longhorn": "1.12.1"}
    assert asked_versions(home / "minio") == {
        "minio-operator/minio-operator": "7.1.1",
        "minio-tenant/minio-tenant": "7.1.1",
    }


def test_a_helmfile_is_gone_through_once_for_its_hooks_and_its_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[Path] = []

    def read_source(helmfile: Path) -> tuple[Source, tuple[Path, ...]]:
        walked.append(helmfile)
        return helmfile_source.read_source(helmfile)

    monkeypatch.setattr("runners.tools.asked_versions.read_source", read_source)
    file = tmp_path / "helmfile.yaml"
    file.write_text("releases: [{name: a, namespace: n, chart: x/a, version: 1.0.0, hooks: [{events: [prepare]}]}]\n")
    source, asked = read_asked(file)
    assert (source.on_reading, asked) == (("prepare",), {"n/a": "1.0.0"})
    assert walked == [file]


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


RELEASE = "releases:\n- {{name: longhorn, namespace: l, chart: {chart}, version: {version}}}\n"


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"helmfile.yaml": RELEASE.format(chart="longhorn/longhorn", version="1.12.1")}, "1.12.1"),
        ({"helmfile.yaml": RELEASE.format(chart="longhorn/longhorn", version='"~1.12"')}, ""),
        (
            {"helmfile.yaml": RELEASE.format(chart="./chart", version="1"), "chart/Chart.yaml": "version: 1.11.2\n"},
            "1.11.2",
        ),
        ({"helmfile.yaml": "a: 1\n---\n" + RELEASE.format(chart="l/l", version="1.12.1")}, "1.12.1"),
        ({"helmfile.yaml": "releases: [{name: other, chart: l/l, version: 1.12.1}]\n"}, ""),
        ({"helmfile.yaml": "releases: [\n"}, ""),
        ({}, ""),
    ],
)
def test_a_components_own_version_is_exact_or_nothing(tmp_path: Path, files: dict[str, str], version: str) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert own_version(asked_versions(tmp_path / "helmfile.yaml"), "longhorn") == version
