"""The real ``flux bootstrap`` leaves out what .gitignore names, without a word: which is why that closes its gate."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runners.layers.bootstrap_commits import bootstrap_commits, committed_files
from runners.layers.findings import Severity
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.survival.checkout import Checkout
from runners.repository import read_repository
from runners.tools.bootstrap import bootstrap_argv
from tests.rig.cluster import Rig
from tests.rig.flux import COMPONENTS
from tests.rig.git_server import GitServer, git
from tests.rig.repository import CLUSTER, write_repository
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

FOLDER = f"{CLUSTER}/flux-system"


def test_flux_commits_nothing_that_is_ignored(fresh_rig: Rig, tmp_path: Path) -> None:
    repository = write_repository(tmp_path / "home", extra={".gitignore": "*.log\ngotk-*.yaml\n"})
    with GitServer(tmp_path / "git") as server:
        server.push(repository)
        settings = BootstrapSettings(
            "git", url=server.url, path=CLUSTER, username=server.user, allow_insecure_http=True, token_auth=True,
            components=tuple(COMPONENTS.split(",")), extra=("--timeout=3m",),
        )  # fmt: skip

        def committed() -> list[str]:
            return git("ls-tree", "-r", "--name-only", "main", cwd=server.bare).splitlines()

        environ, last = fresh_rig.environ | {"GIT_PASSWORD": server.password}, f"{FOLDER}/kustomization.yaml"
        with subprocess.Popen(bootstrap_argv(settings, "rig"), env=environ, stderr=subprocess.PIPE, text=True) as flux:
            try:
                until("the second commit", lambda: flux.poll() is not None or last in committed())
            finally:
                flux.terminate()  # nothing fetches Git here: it would wait until its time is over
            said = flux.stderr.read() if flux.stderr else ""
        names = set(committed())
    found = committed_files(read_repository(repository).texts, "", settings)
    blocked = {
        each.subject
        for each in bootstrap_commits(settings, found, Checkout("c", "main"), "2.9.5")
        if each.severity is Severity.BLOCKER
    }
    written = {f"{FOLDER}/{name}" for name in ("gotk-components.yaml", "gotk-sync.yaml", "kustomization.yaml")}
    assert "component manifests are up to date" in said, said
    assert written - names == blocked, names
