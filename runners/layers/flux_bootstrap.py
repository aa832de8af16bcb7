"""The call that bootstraps Flux, word by word from the settings; it holds no secret.

What has to be refused before (a missing token, another path in the cluster, a secret among the flags) is
``gitops_settings.bootstrap_findings`` and ``existing_sync.sync_conflicts``.
"""

from __future__ import annotations

from runners.layers.gitops_settings import BootstrapSettings

_TEXTS = ("owner", "repository", "visibility", "hostname", "username", "private_key_file", "secret_name", "interval")
_SHARED_TEXTS = ("cluster_domain", "registry", "image_pull_secret", "ca_file", "version")
_LISTS = ("team", "group", "components", "components_extra", "toleration_keys")
_SWITCHES = ("personal", "token_auth", "read_write_key", "allow_insecure_http")

_ONLY = {
    "owner": ("github", "gitlab", "gitea", "bitbucket-server"),
    "repository": ("github", "gitlab", "gitea", "bitbucket-server"),
    "visibility": ("gitlab",),
    "hostname": ("github", "gitlab", "gitea", "bitbucket-server"),
    "username": ("bitbucket-server", "git"),
    "team": ("github", "gitlab", "gitea"),
    "group": ("bitbucket-server",),
    "personal": ("github", "gitlab", "gitea", "bitbucket-server"),
    "read_write_key": ("github", "gitlab", "gitea", "bitbucket-server"),
    "allow_insecure_http": ("git",),
}
"""The providers whose command has a flag; the others have all of them."""


def bootstrap_call(settings: BootstrapSettings, context: str) -> tuple[str, ...]:
    """The argv of ``flux bootstrap`` for a provider that it has; it asks nothing when stdin is closed."""
    provider = settings.provider
    argv = ["flux", "--context", context, "bootstrap", provider, f"--branch={settings.branch}"]
    argv += [f"--path={settings.path}"] if settings.path else []
    argv += [f"--url={settings.url}"] if provider == "git" else []
    argv += [f"{_flag(n)}={getattr(settings, n)}" for n in _TEXTS + _SHARED_TEXTS if _has(provider, n, settings)]
    argv += [f"{_flag(n)}={','.join(getattr(settings, n))}" for n in _LISTS if _has(provider, n, settings)]
    argv += [_flag(name) for name in _SWITCHES if _has(provider, name, settings)]
    if not settings.private and provider in ("github", "gitea", "bitbucket-server"):
        argv.append("--private=false")
    if not settings.network_policy:
        argv.append("--network-policy=false")
    if settings.uses_ssh:
        # flux would ask whether the deploy key is in place, and nobody could answer.
        argv.append("--silent")
    return (*argv, *settings.extra)


_INSTALLED_TEXTS = ("cluster_domain", "registry", "image_pull_secret", "version")
_INSTALLED_LISTS = ("components", "components_extra", "toleration_keys")


def export_call(settings: BootstrapSettings) -> tuple[str, ...]:
    """The argv that prints the components which a bootstrap would commit; it needs no cluster and changes nothing."""
    argv = ["flux", "install", "--export"]
    argv += [f"{_flag(name)}={getattr(settings, name)}" for name in _INSTALLED_TEXTS if getattr(settings, name)]
    argv += [
        f"{_flag(name)}={','.join(getattr(settings, name))}" for name in _INSTALLED_LISTS if getattr(settings, name)
    ]
    return (*argv, *(() if settings.network_policy else ("--network-policy=false",)))


def _has(provider: str, name: str, settings: BootstrapSettings) -> bool:
    return bool(getattr(settings, name)) and provider in _ONLY.get(name, (provider,))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
