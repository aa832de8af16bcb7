"""What of a repository on disk is read: within bounds, past whatever lies in the way, and how settings are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runners import repository
from runners.layers.config import ConfigError
from runners.repository import read_repository, read_settings, write_settings
from tests.layers.layouts import write_layout


def write(root: Path, path: str, text: str = "a: b\n") -> Path:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return target


def test_only_what_may_tell_something_is_read(tmp_path: Path) -> None:
    for path in (
        *("helmfile.yaml", "a/b.yml", "a/c.yaml.gotmpl", "README.md", ".gitignore", "k/Kustomization"),
        *("a/main.go", "docs/README.txt", ".git/x.yaml", ".github/x.yaml", "node_modules/x.yaml", "vendor/x.yaml"),
        *("charts/own/Chart.yaml", "charts/own/values.yaml", "charts/own/templates/x.yaml", "charts/own/charts/y.yaml"),
    ):
        write(tmp_path, path)
    found = read_repository(tmp_path)
    assert set(found.texts) == {
        *("helmfile.yaml", "a/b.yml", "a/c.yaml.gotmpl", "README.md", ".gitignore", "k/Kustomization"),
        *("charts/own/Chart.yaml", "charts/own/values.yaml"),
    }
    assert found.findings == ()


def test_links_in_a_circle_and_out_of_the_repository_end(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    write(root, "a/b.yaml")
    write(tmp_path, "outside.yaml", "secret: x\n")
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "self.yaml").symlink_to(root / "a" / "self.yaml")
    (root / "a" / "out.yaml").symlink_to(tmp_path / "outside.yaml")
    (root / "a" / "gone.yaml").symlink_to(root / "nowhere.yaml")
    (root / "a" / "same.yaml").symlink_to(root / "a" / "b.yaml")
    found = read_repository(root)
    assert set(found.texts) == {"a/b.yaml", "a/same.yaml"}
    assert {(one.subject, one.text.split(":")[0]) for one in found.findings} == {
        ("a/self.yaml", "can't be read"),
        ("a/out.yaml", "is a link that leads out of the repository, and was not read"),
        ("a/gone.yaml", "can't be read"),
    }


def test_what_is_no_file_or_not_ours_to_read_is_said_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.yaml")
    os.mkfifo(tmp_path / "b.yaml")
    read_text = Path.read_text

    def forbidden(path: Path, encoding: str | None = None, errors: str | None = None) -> str:
        if path.name == "a.yaml":
            raise PermissionError(13, "Permission denied", str(path))
        return read_text(path, encoding, errors)

    monkeypatch.setattr(Path, "read_text", forbidden)
    found = read_repository(tmp_path)
    assert [(one.subject, one.text) for one in found.findings] == [
        ("a.yaml", "can't be read: Permission denied"),
        ("b.yaml", "is no ordinary file, and was not read"),
    ]


def test_bytes_that_are_no_text_are_read_all_the_same(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml").write_bytes(b"a: \xff\xfe\n")
    assert read_repository(tmp_path).texts == {"a.yaml": "a: ��\n"}


def test_files_sizes_and_depth_are_bounded_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "FILES_AT_MOST", 3)
    monkeypatch.setattr(repository, "BYTES_AT_MOST", 2048)
    monkeypatch.setattr(repository, "DEEPEST", 2)
    write(tmp_path, "a.yaml", "#" * 4096)
    write(tmp_path, "flux-system/gotk-components.yaml", "#" * 4096)
    write(tmp_path, "b/c/d/e.yaml")
    for at in range(4):
        write(tmp_path, f"z{at}.yaml")
    found = read_repository(tmp_path)
    assert found.texts == {"flux-system/gotk-components.yaml": "", "z0.yaml": "a: b\n", "z1.yaml": "a: b\n"}
    assert [one.subject for one in found.findings] == ["a.yaml", "b/c/d", "z2.yaml"]


def test_the_origin_of_the_checkout_is_known_without_its_token(tmp_path: Path) -> None:
    assert read_repository(tmp_path).remote == ""
    config = '[core]\n\tbare = false\n[remote "origin"]\n\turl = https://oauth2:t0ken@gitlab.com/a/b.git\n'
    write(tmp_path, ".git/config", config)
    assert read_repository(tmp_path).remote == "https://gitlab.com/a/b.git"


def test_discovery_stands_in_only_where_there_is_no_foundation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_layout("components", tmp_path)
    assert [entry.component for entry in read_settings(tmp_path).foundation] == ["longhorn", "minio"]
    write(tmp_path, "bedplate.yaml", "version: 1\ncontext: home\n")
    settings = read_settings(tmp_path)
    assert (settings.context, settings.gitops_path) == ("home", "clusters/attic")
    assert settings.origin == "bedplate.yaml, found 2 helmfiles, clusters/attic"
    monkeypatch.setattr(repository, "read_repository", None)
    write(tmp_path, "bedplate.yaml", "version: 1\nfoundation: [{component: longhorn, helmfile: x}]\n")
    assert read_settings(tmp_path).foundation[0].helmfile == "x"


def test_without_configuration_what_is_odd_in_the_repository_is_noticed(tmp_path: Path) -> None:
    write_layout("odd", tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    subjects = [one.subject for one in read_settings(tmp_path).notices]
    assert "broken/helmfile.yaml:3" in subjects
    assert subjects[-1] == "pipe.yaml"


def test_a_bedplate_yaml_that_cant_be_used_is_one_line(tmp_path: Path) -> None:
    write(
        tmp_path,
        "bedplate.yaml",
        "version: 1\nfoundation:\n- {component: longhorn, helmfile: x, releases: [longhorn]}\n",
    )
    with pytest.raises(ConfigError, match=r"releases must be namespace/name, and one is longhorn$"):
        read_settings(tmp_path)


def test_settings_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "bedplate.yaml"
    write_settings(path, "one\n", instead=False)
    with pytest.raises(FileExistsError):
        write_settings(path, "two\n", instead=False)
    path.chmod(0o600)
    write_settings(path, "three\n", instead=True)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("three\n", 0o600)
    assert [found.name for found in tmp_path.iterdir()] == ["bedplate.yaml"]
