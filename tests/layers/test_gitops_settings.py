"""What can be said of a bootstrap before it starts."""

from __future__ import annotations

import pytest

from runners.layers.gitops_settings import (
    PROVIDERS,
    TOKEN_VARIABLES,
    BootstrapSettings,
    bootstrap_findings,
)

GITHUB = BootstrapSettings("github", "someone", "homelab", "clusters/home")


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "operator"])
def test_without_a_token_the_finding_says_which_variable_to_set(provider: str) -> None:
    settings = BootstrapSettings(provider, "o", "r", url="https://host/r", hostname="h")
    (finding,) = bootstrap_findings(settings, {})
    assert TOKEN_VARIABLES[provider] in finding.text
    assert bootstrap_findings(settings, {TOKEN_VARIABLES[provider]: "hunter2"}) == ()


def test_a_token_may_be_kept_under_another_name() -> None:
    settings = BootstrapSettings("github", "o", "r", token_env="MY_TOKEN")
    assert bootstrap_findings(settings, {"MY_TOKEN": "x"}) == ()
    (finding,) = bootstrap_findings(settings, {"GITHUB_TOKEN": "x"})
    assert finding.text.startswith("MY_TOKEN is not set")


def test_over_ssh_no_token_is_needed() -> None:
    assert bootstrap_findings(BootstrapSettings("git", url="ssh://git@host/r"), {}) == ()


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (BootstrapSettings("github"), ["has no owner", "has no repository"]),
        (BootstrapSettings("git"), ["has no url"]),
        (BootstrapSettings("bitbucket-server", "o", "r"), ["has no hostname"]),
    ],
)
def test_what_is_missing_is_named(settings: BootstrapSettings, missing: list[str]) -> None:
    environ = dict.fromkeys(TOKEN_VARIABLES.values(), "x")
    assert [finding.text for finding in bootstrap_findings(settings, environ)] == missing


@pytest.mark.parametrize(
    "flag",
    [
        "--password=hunter2",
        "-p=hunter2",
        "-phunter2",
        "-sphunter2",
        "--token=hunter2",
        "--context=other",
        "--path=x",
        "--kubeconfig",
        "--server=https://10.0.0.9:6443",
        "--cluster",
        "--user=x",
        "--as=x",
        "--as-group=x",
        "--as-uid=x",
        "--client-key=x",
        "--client-certificate=x",
        "--certificate-authority=x",
        "--insecure-skip-tls-verify",
        "--tls-server-name=x",
        "-n",
        "-nother",
        "--namespace=x",
        "--ns-follows-kube-context",
        "--url=https://someone:hunter2@git.example.org/r",
    ],
)
def test_flags_that_would_show_a_secret_or_lead_elsewhere_are_refused(flag: str) -> None:
    settings = BootstrapSettings("github", "o", "r", extra=(flag,))
    (finding,) = bootstrap_findings(settings, {"GITHUB_TOKEN": "x"})
    assert not finding.overridable
    assert "hunter2" not in repr(finding)


def test_flux_operator_has_nothing_to_bootstrap() -> None:
    (finding,) = bootstrap_findings(BootstrapSettings("operator"), {})
    assert "nothing to bootstrap" in finding.text


@pytest.mark.parametrize("flag", ["--timeout=2m", "--author-name=x", "--ssh-hostname=x", "--cluster-domain=x", "-s"])
def test_other_flags_are_passed_on(flag: str) -> None:
    assert bootstrap_findings(BootstrapSettings("github", "o", "r", extra=(flag,)), {"GITHUB_TOKEN": "x"}) == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://someone:hunter2@git.example.org/r",
        "HTTPS://:hunter2@git.example.org/r",
        "https://hunter2@git.example.org/r",
        "ssh://git:hunter2@git.example.org/r",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    (finding,) = bootstrap_findings(BootstrapSettings("git", url=url), {"GIT_PASSWORD": "x"})
    assert (finding.subject, finding.overridable) == ("gitops.url", False)
    assert finding.remedy == "put the password into GIT_PASSWORD, and the user into gitops.username"
    assert "hunter2" not in repr(finding)


@pytest.mark.parametrize("url", ["https://git.example.org:8443/r@2", "ssh://git@git.example.org:22/r", "git@host:r"])
def test_a_url_without_a_password_is_none(url: str) -> None:
    assert bootstrap_findings(BootstrapSettings("git", url=url), {"GIT_PASSWORD": "x"}) == ()
