"""The real flux knows every flag and every word that it is asked with."""

from __future__ import annotations

import pytest

from runners.layers.flux_bootstrap import export_call
from runners.layers.flux_words import KINDS
from runners.layers.gitops_settings import TOKEN_VARIABLES, BootstrapSettings
from runners.tools.bootstrap import bootstrap_argv
from runners.tools.flux import check_argv, reconcile_argv, resume_argv, suspend_argv
from tests.rig.cluster import Rig

pytestmark = pytest.mark.rig

EVERYTHING = BootstrapSettings(
    provider="git",
    owner="o",
    repository="r",
    path="clusters/home",
    url="https://host/r",
    personal=True,
    private=False,
    visibility="internal",
    hostname="h",
    team=("a", "b"),
    group=("g",),
    components=("source-controller", "kustomize-controller"),
    components_extra=("image-reflector-controller",),
    username="u",
    token_auth=True,
    read_write_key=True,
    private_key_file="/k",
    allow_insecure_http=True,
    network_policy=False,
    secret_name="s",
    interval="1m",
    cluster_domain="cluster.local",
    registry="ghcr.io/fluxcd",
    image_pull_secret="p",
    toleration_keys=("t",),
    ca_file="/ca",
    version="v2.9.5",
)


def knows(rig: Rig, argv: tuple[str, ...]) -> bool:
    """An unknown flag is an error also where help is asked for after it; nothing else is done."""
    said = rig.run(*argv, "--help")
    return said.returncode == 0


@pytest.mark.parametrize("provider", TOKEN_VARIABLES)
def test_every_flag_of_a_bootstrap_is_known(api_rig: Rig, provider: str) -> None:
    values = {name: getattr(EVERYTHING, name) for name in EVERYTHING.__slots__}
    argv = bootstrap_argv(BootstrapSettings(**{**values, "provider": provider}), "rig")
    assert knows(api_rig, argv), argv
    assert knows(api_rig, bootstrap_argv(BootstrapSettings("git", url="ssh://git@host/r"), "rig"))
    assert not knows(api_rig, (*argv, "--no-such-flag"))


def test_every_flag_of_an_export_is_known(api_rig: Rig) -> None:
    assert knows(api_rig, export_call(EVERYTHING))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(api_rig: Rig, kind: str) -> None:
    calls = [suspend_argv("rig", kind, "n", "x"), resume_argv("rig", kind, "n", "x")]
    if KINDS[kind].reconciles:
        calls.append(reconcile_argv("rig", kind, "n", "x", with_source=True))
    for argv in calls:
        said = api_rig.run(*argv)
        # It gets as far as the cluster, which has no such kind.
        assert "no matches for" in said.stderr or "not found" in said.stderr, (argv, said.stderr)


def test_flux_checks_a_cluster_before_it_is_there(api_rig: Rig) -> None:
    said = api_rig.run(*check_argv("rig", pre=True))
    assert said.returncode == 0, said.stderr
