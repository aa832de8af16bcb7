from __future__ import annotations

from pathlib import Path

import pytest

from runners.tools.asked_versions import written_version

RELEASE = "releases:\n- {{name: longhorn, chart: {chart}, version: {version}}}\n"


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
def test_the_version_is_read_where_it_is_written_out(tmp_path: Path, files: dict[str, str], version: str) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert written_version(tmp_path / "helmfile.yaml", "longhorn") == version


def test_a_template_is_not_believed(tmp_path: Path) -> None:
    helmfile = tmp_path / "helmfile.yaml.gotmpl"
    helmfile.write_text(RELEASE.format(chart="l/l", version="1.12.1"))
    assert written_version(helmfile, "longhorn") == ""
