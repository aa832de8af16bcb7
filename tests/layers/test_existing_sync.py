"""What speaks against a bootstrap where Flux follows something already: another path, repository or branch."""

from __future__ import annotations

import pytest

from runners.layers.existing_sync import path_conflict, root_source, sync_conflicts
from runners.layers.findings import Severity
from runners.layers.freshness import LOADING
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.flux_git import Origin
from runners.layers.rows import FrozenRows
from tests.layers import worlds as w

GITHUB = BootstrapSettings("github", "you", "homelab", "clusters/home")
BITBUCKET = BootstrapSettings("bitbucket-server", "you", "homelab", "clusters/home", hostname="git.home:7990")
GIT = BootstrapSettings("git", url="ssh://git@git.home:2222/you/homelab.git", path="clusters/home")
BEHIND = BootstrapSettings("github", "you", "homelab", "clusters/home", extra=("--ssh-hostname=ssh.github.com",))


@pytest.mark.parametrize(
    ("existing", "wanted"),
    [
        ("", "clusters/home"),
        ("./clusters/home", "clusters/home"),
        ("./clusters/home", "/clusters//home/"),
        ("./", ""),
        (".", "./"),
        ("./clusters/home", "../clusters/home"),
    ],
)
def test_the_same_path_is_no_conflict(existing: str, wanted: str) -> None:
    assert path_conflict(existing, wanted) is None


def test_another_path_is_refused_before_flux_pushes_a_commit() -> None:
    finding = path_conflict("./clusters/rig", "clusters/other")
    assert finding is not None
    assert finding.closes
    assert not finding.overridable
    assert finding.text == "syncs clusters/rig, and the bootstrap asks for clusters/other"
    root = path_conflict("./clusters/rig", "")
    assert root is not None
    assert "the repository's root" in root.text


def test_a_root_without_a_path_syncs_the_whole_repository() -> None:
    """Flux would take it for no conflict, sync the folder, and prune the rest."""
    (found,) = sync_conflicts(followed("https://github.com/you/homelab", path=""), GITHUB)
    assert found.text == "syncs the repository's root, and the bootstrap asks for clusters/home"


def followed(url: str, branch: str = "main", path: str = "./clusters/home") -> FrozenRows:
    return FrozenRows(
        [
            w.flux_object("Kustomization", "flux-system", path=path),
            w.flux_object("GitRepository", "flux-system", origin=Origin(url, branch)),
        ]
    )


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("ssh://git@github.com/you/homelab", GITHUB),
        ("https://github.com/You/homelab.git", GITHUB),
        ("git@github.com:you/homelab.git", GITHUB),
        ("https://git.home:7990/scm/you/homelab.git", BITBUCKET),
        ("ssh://git@git.home:7999/~you/homelab.git", BITBUCKET),
        ("https://git.home/you/homelab", GIT),
        ("ssh://git@ssh.github.com:443/you/homelab", BEHIND),
    ],
)
def test_every_way_to_one_repository_is_the_same(url: str, wanted: BootstrapSettings) -> None:
    assert list(sync_conflicts(followed(url), wanted)) == []


@pytest.mark.parametrize(
    ("rows", "wanted", "says", "overridable"),
    [
        (followed("ssh://git@github.com/you/other"), GITHUB, "follows ssh://git@github.com/you/other, and", True),
        (followed("https://x:hunter2@git.home/you/homelab"), GITHUB, "asks for github.com/you/homelab: Flux", True),
        (followed("ssh://git@github.com/you/homelab", "prod"), GITHUB, "follows prod, and the bootstrap asks", True),
        (followed("ssh://git@github.com/you/homelab", path="./c/x"), GITHUB, "syncs c/x, and the bootstrap", False),
    ],
)
def test_anything_else_closes_it(rows: FrozenRows, wanted: BootstrapSettings, says: str, overridable: bool) -> None:
    (finding,) = sync_conflicts(rows, wanted)
    assert (finding.severity, finding.overridable) == (Severity.BLOCKER, overridable)
    assert says in finding.text
    assert "hunter2" not in repr(finding)


def test_nothing_there_is_no_conflict_and_what_is_not_seen_is_unknown() -> None:
    assert list(sync_conflicts(FrozenRows([]), GITHUB)) == []
    (finding,) = sync_conflicts(FrozenRows([], {KUSTOMIZATIONS.id: LOADING}), GITHUB)
    assert finding.severity is Severity.UNKNOWN


def test_the_source_is_the_one_that_the_sync_names() -> None:
    rows = followed("https://git.home/x")
    source = root_source(rows)
    assert source is not None
    assert source.origin == Origin("https://git.home/x", "main")
    assert root_source(FrozenRows([w.flux_object("Kustomization", "flux-system")])) is None
