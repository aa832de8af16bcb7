"""The demo's Git: commits that build on one another, and what an address stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.demo.tools import remote
from runners.demo.tools.remote import NoRepository, Remote

URL = "https://git.example.com/you/homelab.git"


@pytest.fixture
def homelab(tmp_path: Path) -> Remote:
    made = Remote(tmp_path / "git" / "homelab")
    made.commit({"a.yaml": b"a: 1\n", "b/c.yaml": b"c: 1\n"}, "Begin")
    return made


def test_an_address_stands_for_a_folder(homelab: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert remote.head(URL, tmp_path) == homelab.head()
    monkeypatch.setenv("BEDPLATE_DEMO", str(tmp_path))
    assert remote.archive(URL, remote.head(URL)) == {"a.yaml": b"a: 1\n", "b/c.yaml": b"c: 1\n"}


def test_each_commit_keeps_its_files(homelab: Remote) -> None:
    first = homelab.head()
    second = homelab.commit({"a.yaml": b"a: 2\n", "b/c.yaml": None, "d": b""}, "Change")
    assert homelab.archive(second) == {"a.yaml": b"a: 2\n", "d": b""}
    assert homelab.archive(first)["a.yaml"] == b"a: 1\n"
    assert [commit.parent for commit in homelab.commits()] == ["0" * 40, first]
    assert len(second) == 40
    int(second, 16)


def test_nothing_new_is_no_commit(homelab: Remote) -> None:
    before = homelab.head()
    assert homelab.commit({"a.yaml": b"a: 1\n"}, "Again") == before
    assert len(homelab.commits()) == 1


@pytest.mark.parametrize("url", ["https://git.example.com/you/other.git", "https://git.example.com/..", "", "x/"])
def test_what_is_not_there_is_said(homelab: Remote, tmp_path: Path, url: str) -> None:
    with pytest.raises(NoRepository, match="the demo has no repository"):
        remote.head(url, tmp_path)
    with pytest.raises(NoRepository, match="no commit abc"):
        homelab.archive("abc")


def test_without_a_demo_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEDPLATE_DEMO", raising=False)
    with pytest.raises(NoRepository, match="BEDPLATE_DEMO is not set"):
        remote.head(URL)
