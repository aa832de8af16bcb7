"""Gathering for a preflight: what the server says of rights, and files that are thought over once."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners import preflight_look
from runners.layers.decrypting import LocalKeys
from runners.layers.discovery.documents import Files
from runners.layers.git_facts import GitFacts, git_facts
from runners.layers.jsons import Json, text
from runners.layers.rights import Right
from runners.layers.settings import Settings
from runners.preflight_look import PreflightLook
from runners.repository import BYTES_AT_MOST
from runners.tools.versions import Toolbox, ToolState
from tests.tui.still_session import ACCESS, SETTINGS, NoConnection

HELMFILE = "releases:\n- {name: longhorn, namespace: longhorn-system, chart: longhorn/longhorn}\n"


class Reviews(NoConnection):
    """Allows everything but what concerns Secrets; says nothing of leases."""

    def request(self, method: str, path: str, **more: object) -> Json:
        assert (method, path) == ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        resource = text(more["body"], "spec", "resourceAttributes", "resource")
        return {"status": {} if resource == "leases" else {"allowed": resource != "secrets"}}


@pytest.fixture
def looked(tmp_path: Path) -> tuple[PreflightLook, list[int]]:
    (tmp_path / "longhorn").mkdir()
    (tmp_path / "longhorn/helmfile.yaml").write_text(HELMFILE)
    told: list[int] = []
    look = PreflightLook(tmp_path, SETTINGS, Reviews(ACCESS), {"PATH": ""}, lambda: told.append(1))
    return look, told


def test_rights_tools_and_files_come_together(looked: tuple[PreflightLook, list[int]]) -> None:
    look, told = looked
    look.look(Toolbox({"flux": ToolState("flux", version="2.9.5")}))
    assert look.facts.tools == {"flux": "2.9.5"}
    rights = look.facts.rights
    assert rights[Right("longhorn", "create", "", "secrets", "longhorn-system")] is False
    assert rights[Right("longhorn", "patch", "apps", "deployments", "longhorn-system")] is True
    assert rights[Right("Bedplate", "update", "coordination.k8s.io", "leases", "kube-system")] is None
    assert look.facts.git.releases == {"longhorn-system/longhorn": "longhorn"}
    assert told == [1]


def test_an_unreachable_server_says_nothing_of_rights(tmp_path: Path) -> None:
    look = PreflightLook(tmp_path, SETTINGS, NoConnection(ACCESS), {}, lambda: None)
    look.look(None)
    assert set(look.facts.rights.values()) == {None}


def test_files_that_did_not_change_are_not_thought_over_again(
    looked: tuple[PreflightLook, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, told = looked
    thought: list[int] = []

    def counted(files: Files, remote: str, known: Settings, keys: LocalKeys) -> GitFacts:
        thought.append(1)
        return git_facts(files, remote, known, keys)

    monkeypatch.setattr(preflight_look, "git_facts", counted)
    look.look(None)
    look.look(None)
    assert (len(thought), told) == (1, [1])
    (tmp_path / "longhorn/helmfile.yaml").write_text(HELMFILE.replace("longhorn,", "storage,", 1))
    look.look(None)
    assert len(thought) == 2
    assert look.facts.git.releases == {"longhorn-system/storage": "longhorn"}


def test_a_tool_that_was_installed_meanwhile_is_no_longer_missed(
    looked: tuple[PreflightLook, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, told = looked
    (tmp_path / "longhorn/helmfile.yaml").write_text("releases:\n- name: a\n  chart: a/b\n  secrets:\n  - s.yaml\n")
    look.look(None)
    assert "sops" in {finding.subject for finding in look.facts.git.said}
    with_sops = LocalKeys(frozenset({"sops"}), frozenset({"secrets"}), unasked=False)
    monkeypatch.setattr(preflight_look, "local_keys", lambda _environ: with_sops)
    look.look(None)
    assert "sops" not in {finding.subject for finding in look.facts.git.said}
    assert told == [1, 1]


def test_what_could_not_be_read_is_said(looked: tuple[PreflightLook, list[int]], tmp_path: Path) -> None:
    look, _told = looked
    (tmp_path / "big.yaml").write_text("a" * (BYTES_AT_MOST + 1))
    look.look(None)
    assert "big.yaml" in {finding.subject for finding in look.facts.git.said}
