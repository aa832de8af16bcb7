"""Where Git is: from its URL to provider, owner and repository, as ``flux bootstrap`` asks for them, and back."""

from __future__ import annotations

import re

from runners.layers.gitops_settings import BootstrapSettings

_PLACE = re.compile(r"^(?:(?P<scheme>\w+)://)?(?:[^/@\s]*@)?(?P<host>[^/:\s]+)(?::\d+)?[:/](?P<path>[^\s?#]+)$")
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "gitea": "gitea.com"}
"""Where a provider is unless it is said."""
_PROVIDERS = (("github.com", "github"), ("gitlab.com", "gitlab"), ("bitbucket", "bitbucket-server"), ("gitea", "gitea"))


def without_credentials(url: str) -> str:
    """The URL without a user's password, or what stands where a token may; the user of an SSH address stays."""
    return re.sub(r"(?i)^(https?://)[^/@]*@|(?<=//)([^/@:]*):[^/@]*(?=@)", r"\1\2", url)


def place(url: str) -> str:
    """A repository by host and path, less what differs between the ways to it: scheme, user, port, ``.git``."""
    match = _PLACE.match(url)
    if match is None:
        return url
    # Bitbucket Server has its repositories below scm over HTTP, and a user's own below a tilde.
    path = match["path"].strip("/").removesuffix(".git").removeprefix("scm/").removeprefix("~")
    return f"{match['host']}/{path}".lower()


def place_of(settings: BootstrapSettings) -> str:
    """The same of the repository that a bootstrap asks for; empty where that does not say which."""
    if settings.url:
        return place(settings.url)
    host = settings.hostname or _HOSTS.get(settings.provider, "")
    known = host and settings.owner and settings.repository
    return place(f"https://{host}/{settings.owner}/{settings.repository}") if known else ""


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
