"""Where Git is and how Flux is put on a cluster: the settings of a bootstrap, and what can be said of them beforehand.

The flags behind the fields, and the variable that each provider's token is read from, are those of ``flux bootstrap``
2.9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity

OPERATOR = "operator"
"""Flux Operator: it takes a FluxInstance and never pushes to Git, so there is nothing to bootstrap."""

TOKEN_VARIABLES: Mapping[str, str] = {
    "github": "GITHUB_TOKEN",
    "gitlab": "GITLAB_TOKEN",
    "gitea": "GITEA_TOKEN",
    "bitbucket-server": "BITBUCKET_TOKEN",
    "git": "GIT_PASSWORD",
}
"""The environment variable that ``flux bootstrap`` reads a provider's token from."""

PROVIDERS: tuple[str, ...] = (*TOKEN_VARIABLES, OPERATOR)

_SECRET_FLAGS = frozenset(
    {"-p", "--password", "--token", "--gpg-passphrase", "--ssh-signing-password", "--registry-creds"}
)
_OWN_FLAGS = re.compile(
    r"-n|--(?:path|context|kubeconfig|cluster|user|server|namespace|ns-follows-kube-context|tls-server-name"
    r"|certificate-authority|insecure-skip-tls-verify|as(?:-.*)?|client-.*)"
)
"""Which cluster, as whom, and where in both: client-go's flags would lead away from the pinned context."""

_SHORT = re.compile(r"-[hs]*([np])")
"""The short flags that matter; they may follow others, and their value may follow them."""

_CREDENTIALS = re.compile(r"(?i)https?://[^/\s]*@|\w://[^/\s@]*:[^/\s]*@")
"""A password in a URL. Over HTTP also what stands there alone: it may be a token."""


@dataclass(frozen=True, slots=True)
class BootstrapSettings:
    """How Flux is bootstrapped; an empty value leaves flux its own default."""

    provider: str
    """One of ``PROVIDERS``."""
    owner: str = ""
    """User, organisation, group or project that has the repository."""
    repository: str = ""
    path: str = ""
    """The folder that the cluster syncs; empty is the repository's root."""
    branch: str = "main"
    url: str = ""
    """The repository's URL, for ``git`` only."""
    personal: bool = False
    """The owner is a user; flux takes them for an organisation otherwise."""
    private: bool = True
    """Only when flux has to create the repository."""
    visibility: str = ""
    """GitLab's word for ``private``: ``public``, ``internal`` or ``private``."""
    hostname: str = ""
    team: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    """Bitbucket Server's word for ``team``."""
    components: tuple[str, ...] = ()
    """Flux's controllers; empty for flux's own choice."""
    components_extra: tuple[str, ...] = ()
    token_env: str = ""
    """The variable that holds the token, where it isn't the one that flux reads."""
    username: str = ""
    token_auth: bool = False
    """Flux keeps the token in the cluster instead of making a deploy key."""
    read_write_key: bool = False
    private_key_file: str = ""
    allow_insecure_http: bool = False
    network_policy: bool = True
    secret_name: str = ""
    interval: str = ""
    cluster_domain: str = ""
    registry: str = ""
    image_pull_secret: str = ""
    toleration_keys: tuple[str, ...] = ()
    ca_file: str = ""
    version: str = ""
    instance: str = ""
    """Of the operator: the file of the FluxInstance, where no helmfile brings it."""
    extra: tuple[str, ...] = ()
    """Further flags, as they are; none that carries a secret."""

    @property
    def token_variable(self) -> str:
        """The variable that a token is looked for in; empty where none is needed."""
        return self.token_env or TOKEN_VARIABLES.get(self.provider, "")

    @property
    def is_operator(self) -> bool:
        """Flux Operator installs Flux; nothing is bootstrapped."""
        return self.provider == OPERATOR

    @property
    def uses_ssh(self) -> bool:
        """Git itself is reached with a key, so that no token is needed."""
        return self.provider == "git" and not self.url.startswith(("http://", "https://")) and not self.token_auth


def bootstrap_findings(settings: BootstrapSettings | None, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """What stops a bootstrap with these settings before it starts: a missing word, or a missing token."""
    if settings is None:
        return ()
    if settings.provider == OPERATOR:
        text = "Flux Operator installs Flux from a FluxInstance: there is nothing to bootstrap"
        return (Finding("gitops", Severity.BLOCKER, text, "apply the FluxInstance named flux", overridable=False),)
    needed = ("url",) if settings.provider == "git" else ("owner", "repository")
    if settings.provider == "bitbucket-server":
        needed = (*needed, "hostname")
    findings = [_missing(word) for word in needed if not getattr(settings, word)]
    variable = settings.token_variable
    places = (("gitops.url", settings.url), *(("gitops.extra", flag) for flag in settings.extra))
    findings += [_credentials(place, variable) for place, words in places if _CREDENTIALS.search(words)]
    findings += [
        _bad_flag(name) for name in map(_name, settings.extra) if name in _SECRET_FLAGS or _OWN_FLAGS.fullmatch(name)
    ]
    if not settings.uses_ssh and not environ.get(variable):
        findings.append(
            Finding(
                "token",
                Severity.BLOCKER,
                f"{variable} is not set, and flux would ask for it where nobody can answer",
                f"export {variable}=… and start again",
                overridable=False,
            )
        )
    return tuple(findings)


def _missing(word: str) -> Finding:
    return Finding(
        "gitops", Severity.BLOCKER, f"has no {word}", f"add gitops.{word} to bedplate.yaml", overridable=False
    )


def _credentials(place: str, variable: str) -> Finding:
    text = "has a user or a password in a URL, and everyone on this machine would see it"
    remedy = f"put the password into {variable}, and the user into gitops.username"
    return Finding(place, Severity.BLOCKER, text, remedy, overridable=False)


def _name(flag: str) -> str:
    short = _SHORT.match(flag)
    return f"-{short[1]}" if short else flag.partition("=")[0]


def _bad_flag(name: str) -> Finding:
    why = "would show a secret to everyone on this machine" if name in _SECRET_FLAGS else "is Bedplate's to set"
    return Finding("gitops.extra", Severity.BLOCKER, f"{name} {why}", f"take {name} out of it", overridable=False)
