from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.git_server import GitServer, git
from tests.rig.repository import commit_all, set_longhorn, write_repository


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(tmp_path / "server") as server:
        yield server


def test_a_clone_needs_the_password(server: GitServer, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Authentication failed"):
        git("clone", server.url.replace("//", "//git:wrong@"), "copy", cwd=tmp_path)


def test_what_is_pushed_over_http_is_there(server: GitServer, tmp_path: Path) -> None:
    worktree = write_repository(tmp_path / "repo")
    # More than http.postBuffer, so that git sends it in chunks.
    (worktree / "blob").write_bytes(os.urandom(1_500_000))
    commit = commit_all(worktree, "Add a blob")
    address = server.url.replace("//", f"//{server.user}:{server.password}@")
    git("push", "--quiet", address, "main", cwd=worktree)
    assert server.head() == commit
    git("clone", "--quiet", address, "copy", cwd=tmp_path)
    assert (tmp_path / "copy" / "blob").read_bytes() == (worktree / "blob").read_bytes()


def test_an_upgrade_changes_the_helmfile_and_the_chart(tmp_path: Path) -> None:
    worktree = write_repository(tmp_path / "repo", longhorn="1.11.2")
    set_longhorn(worktree, "1.12.1")
    changed = git("diff", "--name-only", cwd=worktree).split()
    assert changed == ["charts/longhorn/Chart.yaml", "longhorn/helmfile.yaml"]
    assert "appVersion: v1.12.1" in (worktree / "charts/longhorn/Chart.yaml").read_text()
