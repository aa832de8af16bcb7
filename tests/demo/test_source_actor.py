from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runners.demo.actors.cast import Cast
from runners.demo.actors.source import REQUESTED_AT, SourceController
from runners.demo.actors.source_git import GitError, credentials, reference
from runners.layers.jsons import sequence, text
from tests.demo.memory_api import MemoryApi
from tests.rig.git_server import GitServer, git
from tests.rig.repository import commit_all

REPOSITORIES = "/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(tmp_path / "server") as server:
        worktree = tmp_path / "worktree"
        worktree.mkdir()
        git("init", "--quiet", "--initial-branch=main", ".", cwd=worktree)
        change(server, worktree, "one")
        yield server


@pytest.fixture
def worktree(server: GitServer) -> Path:
    return server.folder.parent / "worktree"


@pytest.fixture
def api(server: GitServer) -> MemoryApi:
    api = MemoryApi()
    data = {"username": server.user, "password": server.password}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    api.put("/api/v1/namespaces/flux-system/secrets", "flux-system", data=encoded)
    spec = {"url": server.url, "ref": {"branch": "main"}, "secretRef": {"name": "flux-system"}, "interval": "1h"}
    api.put(REPOSITORIES, "flux-system", spec=spec, metadata={"annotations": {}})
    return api


@pytest.fixture
def source(api: MemoryApi, tmp_path: Path) -> Iterator[SourceController]:
    source = SourceController(api, folder=tmp_path / "artifacts")
    yield source
    source.stop()
    assert not (tmp_path / "artifacts").exists()


def change(server: GitServer, worktree: Path, content: str) -> str:
    (worktree / "file").write_text(content)
    commit = commit_all(worktree, content)
    server.push(worktree)
    return commit


def repository(api: MemoryApi) -> dict[str, Any]:
    return api.objects[f"{REPOSITORIES}/flux-system"]


def conditions(api: MemoryApi) -> dict[str, str]:
    found = sequence(repository(api), "status", "conditions")
    return {text(item, "type"): text(item, "status") for item in found}


def test_a_revision_is_served_with_its_digest(api: MemoryApi, server: GitServer) -> None:
    source = SourceController(api)
    with Cast([source]):
        source.act()
        artifact = repository(api)["status"]["artifact"]
        with urllib.request.urlopen(artifact["url"], timeout=5) as answer:
            served = answer.read()
    assert artifact["revision"] == f"main@sha1:{server.head()}"
    assert artifact["digest"] == f"sha256:{hashlib.sha256(served).hexdigest()}"
    assert artifact["size"] == len(served)
    with tarfile.open(fileobj=io.BytesIO(served)) as tree:
        assert tree.getnames() == ["file"]
    assert conditions(api) == {"Ready": "True", "ArtifactInStorage": "True"}
    assert repository(api)["status"]["observedGeneration"] == 1


def test_a_new_commit_waits_for_the_interval_or_a_request(
    api: MemoryApi, source: SourceController, server: GitServer, worktree: Path
) -> None:
    source.act()
    first = repository(api)["status"]["artifact"]
    commit = change(server, worktree, "two")
    source.act()
    assert repository(api)["status"]["artifact"] == first
    repository(api)["metadata"]["annotations"][REQUESTED_AT] = "now"
    source.act()
    assert repository(api)["status"]["artifact"]["revision"] == f"main@sha1:{commit}"
    assert repository(api)["status"]["lastHandledReconcileAt"] == "now"


def test_what_is_suspended_is_left_alone(api: MemoryApi, source: SourceController) -> None:
    repository(api)["spec"]["suspend"] = True
    source.act()
    assert "status" not in repository(api)


def test_a_wrong_password_is_said_and_the_old_artifact_stays(api: MemoryApi, source: SourceController) -> None:
    source.act()
    first = repository(api)["status"]["artifact"]
    api.objects["/api/v1/namespaces/flux-system/secrets/flux-system"]["data"]["password"] = "d3Jvbmc="
    repository(api)["metadata"]["annotations"][REQUESTED_AT] = "now"
    source.act()
    assert conditions(api) == {"Ready": "False", "FetchFailed": "True", "ArtifactInStorage": "True"}
    ready = sequence(repository(api), "status", "conditions")[0]
    assert text(ready, "message") == "failed to checkout and determine revision: authentication required"
    assert repository(api)["status"]["artifact"] == first


@pytest.mark.parametrize(
    ("ref", "name", "revision"),
    [
        ({}, "refs/heads/master", "master@sha1:c0"),
        ({"branch": "main"}, "refs/heads/main", "main@sha1:c0"),
        ({"branch": "main", "tag": "v1"}, "refs/tags/v1", "v1@sha1:c0"),
        ({"branch": "main", "commit": "c0"}, "c0", "main@sha1:c0"),
        ({"commit": "c0"}, "c0", "sha1:c0"),
        ({"tag": "v1", "name": "refs/pull/1/head"}, "refs/pull/1/head", "refs/pull/1/head@sha1:c0"),
    ],
)
def test_what_a_reference_asks_for(ref: dict[str, str], name: str, revision: str) -> None:
    found = reference({"spec": {"ref": ref}})
    assert (found.name, found.revision("c0")) == (name, revision)


def test_a_range_of_versions_is_refused_in_words() -> None:
    with pytest.raises(GitError, match="semver is not played here"):
        reference({"spec": {"ref": {"semver": ">1"}}})


def test_an_annotated_tag_is_its_commit(
    api: MemoryApi, source: SourceController, server: GitServer, worktree: Path
) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    git(*who, "tag", "--annotate", "--message", "first", "v1", cwd=worktree)
    git("push", "--quiet", str(server.bare), "v1", cwd=worktree)
    repository(api)["spec"]["ref"] = {"tag": "v1"}
    source.act()
    assert repository(api)["status"]["artifact"]["revision"] == f"v1@sha1:{server.head()}"


def test_credentials_travel_in_the_environment() -> None:
    secret = {"data": {"bearerToken": base64.b64encode(b"t0k3n").decode()}}
    assert credentials(secret)["GIT_CONFIG_VALUE_0"] == "Authorization: Bearer t0k3n"
    assert credentials(None) == {}
