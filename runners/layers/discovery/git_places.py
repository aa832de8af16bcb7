"""Where Git is, from its URL: the provider that ``flux bootstrap`` would be called for, the owner, the repository."""

from __future__ import annotations

import re

from runners.layers.gitops_settings import BootstrapSettings

_PLACE = re.compile(r"^(?:(?P<scheme>\w+)://)?(?:[^/@\s]*@)?(?P<host>[^/:\s]+)(?::\d+)?[:/](?P<path>[^\s?#]+)$")
_PROVIDERS = (("github.com", "github"), ("gitlab.com", "gitlab"), ("bitbucket", "bitbucket-server"), ("gitea", "gitea"))


def without_credentials(url: str) -> str:
    """The URL without a user's password, or what stands where a token may; the user of an SSH address stays."""
    return re.sub(r"(?i)^(https?://)[^/@]*@|(?<=//)([^/@:]*):[^/@]*(?=@)", r"\1\2", url)


def bootstrap_for(url: str, path: str, branch: str) -> BootstrapSettings | None:
    """How a repository at a URL is bootstrapped; None where the URL is none that Git knows."""
    match = _PLACE.match(url)
    if match is None:
        return None
    provider = next((name for host, name in _PROVIDERS if host in match["host"]), "git")
    owner, _, repository = match["path"].removesuffix("/").removesuffix(".git").strip("/").rpartition("/")
    if provider == "git" or not owner:
        return BootstrapSettings("git", url=without_credentials(url), path=path, branch=branch or "main")
    hosted = match["host"] not in ("github.com", "gitlab.com")
    return BootstrapSettings(
        provider,
        owner=owner,
        repository=repository,
        path=path,
        branch=branch or "main",
        hostname=match["host"] if hosted else "",
    )
