"""What flux is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.flux_bootstrap import export_call
from runners.layers.flux_words import KINDS
from runners.layers.gitops_settings import PROVIDERS, TOKEN_VARIABLES, BootstrapSettings
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


_SAID = {
    "github": (
        BootstrapSettings(
            "github", "acme", "homelab", "clusters/home", branch="prod", hostname="git.acme.io", private=False,
            team=("ops:maintain", "dev"), token_auth=True, read_write_key=True, interval="5m",
        ),
        "--branch=prod --path=clusters/home --owner=acme --repository=homelab --hostname=git.acme.io --interval=5m "
        "--team=ops:maintain,dev --token-auth --read-write-key --private=false",
    ),
    "gitlab": (
        BootstrapSettings(
            "gitlab", "acme/infra", "homelab", "clusters/home", visibility="internal", personal=True,
            extra=("--deploy-token-auth",),
        ),
        "--branch=main --path=clusters/home --owner=acme/infra --repository=homelab --visibility=internal "
        "--personal --deploy-token-auth",
    ),
    "gitea": (
        BootstrapSettings("gitea", "you", "homelab", hostname="gitea.home", personal=True, ca_file="ca.crt"),
        "--branch=main --owner=you --repository=homelab --hostname=gitea.home --ca-file=ca.crt --personal",
    ),
    "bitbucket-server": (
        BootstrapSettings(
            "bitbucket-server", "PRJ", "homelab", "clusters/home", hostname="bb.home", username="you", group=("ops",)
        ),
        "--branch=main --path=clusters/home --owner=PRJ --repository=homelab --hostname=bb.home --username=you "
        "--group=ops",
    ),
    "git": (
        BootstrapSettings(
            "git", url="ssh://git@git.home/r.git", path="clusters/home", secret_name="deploy", private_key_file="~/k",
            components_extra=("image-reflector-controller",), toleration_keys=("node.role",), cluster_domain="home",
            registry="reg.home/fluxcd", image_pull_secret="regcred", version="v2.9.5",
        ),
        "--branch=main --path=clusters/home --url=ssh://git@git.home/r.git --private-key-file=~/k "
        "--secret-name=deploy --cluster-domain=home --registry=reg.home/fluxcd --image-pull-secret=regcred "
        "--version=v2.9.5 --components-extra=image-reflector-controller --toleration-keys=node.role --silent",
    ),
}  # fmt: skip
"""A bootstrap of each provider with what people set there, and every word of it."""


@pytest.mark.parametrize("provider", PROVIDERS[:-1])
def test_every_provider_is_called_with_its_own_words(provider: str) -> None:
    settings, words = _SAID[provider]
    assert bootstrap_argv(settings, "home") == (*FLUX, "bootstrap", provider, *words.split())


@pytest.mark.parametrize("provider", PROVIDERS[:-1])
def test_no_token_stands_in_any_word_of_it(provider: str) -> None:
    settings, _words = _SAID[provider]
    environ = {settings.token_variable: "hunter2"}
    assert token_environ(settings, environ) == {TOKEN_VARIABLES[provider]: "hunter2"}
    assert "hunter2" not in " ".join(bootstrap_argv(settings, "home"))


def test_the_components_are_exported_as_bootstrap_would_commit_them() -> None:
    settings, _words = _SAID["git"]
    assert export_call(replace(settings, network_policy=False, components=("source-controller",))) == (
        "flux", "install", "--export", "--cluster-domain=home", "--registry=reg.home/fluxcd",
        "--image-pull-secret=regcred", "--version=v2.9.5", "--components=source-controller",
        "--components-extra=image-reflector-controller", "--toleration-keys=node.role", "--network-policy=false",
    )  # fmt: skip
    assert export_call(BootstrapSettings("github")) == ("flux", "install", "--export")


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
