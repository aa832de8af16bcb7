"""What flux is asked."""

from __future__ import annotations

import pytest

from runners.layers.flux_words import KINDS
from runners.layers.gitops_settings import PROVIDERS, BootstrapSettings
from runners.tools.bootstrap import bootstrap_argv, token_environ
from runners.tools.calls import ToolError
from runners.tools.flux import check_argv, reconcile_argv, resume_argv, suspend_argv

FLUX = ("flux", "--context", "home")


def test_calls_are_pinned() -> None:
    assert check_argv("home", pre=True) == (*FLUX, "check", "--pre")
    assert suspend_argv("home", "Kustomization", "flux-system", "apps") == (
        *FLUX, "suspend", "kustomization", "apps", "-n", "flux-system",
    )  # fmt: skip
    assert resume_argv("home", "Alert", "n", "a") == (*FLUX, "resume", "alert", "a", "-n", "n")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Kustomization", ("kustomization", "x", "-n", "n", "--with-source")),
        ("HelmRelease", ("helmrelease", "x", "-n", "n", "--with-source")),
        ("HelmChart", ("source", "chart", "x", "-n", "n", "--with-source")),
        ("GitRepository", ("source", "git", "x", "-n", "n")),
        ("ImageUpdateAutomation", ("image", "update", "x", "-n", "n")),
    ],
)
def test_a_source_is_asked_for_where_the_kind_has_one(kind: str, words: tuple[str, ...]) -> None:
    assert reconcile_argv("home", kind, "n", "x", with_source=True) == (*FLUX, "reconcile", *words)


@pytest.mark.parametrize("kind", [kind for kind, words in KINDS.items() if not words.reconciles] + ["ExternalArtifact"])
def test_a_kind_that_flux_can_not_reconcile_is_refused(kind: str) -> None:
    with pytest.raises(ToolError, match=f"a {kind} is reconciled"):
        reconcile_argv("home", kind, "n", "x")


def test_a_github_bootstrap_says_whose_it_is_and_where_it_syncs() -> None:
    settings = BootstrapSettings("github", "someone", "homelab", "clusters/home", personal=True)
    assert bootstrap_argv(settings, "home") == (
        *FLUX, "bootstrap", "github", "--branch=main", "--path=clusters/home",
        "--owner=someone", "--repository=homelab", "--personal",
    )  # fmt: skip


def test_a_git_bootstrap_of_the_rig() -> None:
    settings = BootstrapSettings(
        "git",
        url="http://127.0.0.1:1/infra.git",
        username="git",
        allow_insecure_http=True,
        token_auth=True,
        path="clusters/rig",
        components=("source-controller", "kustomize-controller"),
        network_policy=False,
        extra=("--timeout=2m",),
    )
    assert bootstrap_argv(settings, "rig")[4:] == (
        "git", "--branch=main", "--path=clusters/rig", "--url=http://127.0.0.1:1/infra.git", "--username=git",
        "--components=source-controller,kustomize-controller", "--token-auth", "--allow-insecure-http",
        "--network-policy=false", "--timeout=2m",
    )  # fmt: skip


def test_over_ssh_nothing_is_asked() -> None:
    settings = BootstrapSettings("git", url="ssh://git@host/r", private_key_file="/k")
    assert {"--silent", "--private-key-file=/k"} <= set(bootstrap_argv(settings, "home"))


def test_flags_that_a_provider_does_not_have_are_left_out() -> None:
    everything = {"team": ("a:maintain",), "group": ("g",), "hostname": "h", "visibility": "internal", "private": False}
    for provider in PROVIDERS[:-1]:
        said = " ".join(bootstrap_argv(BootstrapSettings(provider, "o", "r", **everything), "home"))  # type: ignore[arg-type]
        assert ("--group=g" in said) is (provider == "bitbucket-server")
        assert ("--team=" in said) is (provider in ("github", "gitlab", "gitea"))
        assert ("--visibility=" in said) is (provider == "gitlab")
        assert ("--private=false" in said) is (provider in ("github", "gitea", "bitbucket-server"))


def test_an_operator_is_not_bootstrapped() -> None:
    with pytest.raises(ToolError, match="does not bootstrap with operator"):
        bootstrap_argv(BootstrapSettings("operator"), "home")


def test_the_token_goes_by_environment_under_the_name_that_flux_reads() -> None:
    settings = BootstrapSettings("github", "o", "r", token_env="MY_TOKEN")
    assert token_environ(settings, {"MY_TOKEN": "hunter2", "GITHUB_TOKEN": "other"}) == {"GITHUB_TOKEN": "hunter2"}
    assert token_environ(BootstrapSettings("git"), {"GIT_PASSWORD": "x"}) == {"GIT_PASSWORD": "x"}
    assert token_environ(settings, {}) == {}
    assert token_environ(BootstrapSettings("operator"), {"": "x"}) == {}
