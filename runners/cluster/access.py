"""How one cluster is reached: everything that one context of a kubeconfig says, with its paths made absolute."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from runners.layers.jsons import Json, mapping, sequence, strings, text
from runners.layers.unusable import UnusableError


class KubeconfigError(UnusableError):
    """A kubeconfig can't be used; the text is one line that names the file or context and what to do."""


@dataclass(frozen=True)
class Impersonation:
    """As whom requests are made, in place of the user that the credentials belong to."""

    user: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        """As a header or dialog shows it; empty when nobody is impersonated."""
        groups = f" ({', '.join(self.groups)})" if self.groups else ""
        return f"{self.user}{groups}" if self.user else ""


@dataclass(frozen=True)
class Access:
    """One context, resolved once; entries hold secrets, so they are never part of its repr."""

    context: str
    """Name of the context; ``in-cluster`` where a pod's own service account is used."""
    server: str
    """Address with its scheme, without a slash at the end."""
    cluster: Json = field(repr=False)
    """The cluster's entry of the kubeconfig."""
    user: Json = field(repr=False)
    """The user's entry of the kubeconfig."""
    cluster_name: str = ""
    user_name: str = ""
    namespace: str = "default"
    source: str = ""
    """The files it was read from, as a person would write them."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The environment that exec plugins run in and proxies are read from."""

    @cached_property
    def impersonation(self) -> Impersonation:
        """Whom the user's entry impersonates (``as``, ``as-uid``, ``as-groups``, ``as-user-extra``)."""
        extra = mapping(self.user, "as-user-extra")
        return Impersonation(
            user=text(self.user, "as"),
            uid=text(self.user, "as-uid"),
            groups=strings(self.user, "as-groups"),
            extra={key: strings(extra, key) for key in extra},
        )

    @property
    def who(self) -> str:
        """The user's name in the kubeconfig and whom it impersonates, for people."""
        return f"{self.user_name} as {self.impersonation}" if self.impersonation.user else self.user_name

    @property
    def uses_tls(self) -> bool:
        """The server is spoken to by TLS."""
        return self.server.lower().startswith("https://")

    def private_kubeconfig(self) -> str:
        """A kubeconfig (YAML) with this one context, which works from any folder; it holds the secrets."""
        import yaml

        user = {key: value for key, value in self.user.items() if value is not None}
        entry = {"cluster": self.cluster_name, "user": self.user_name, "namespace": self.namespace}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self.cluster_name, "cluster": {**self.cluster, "server": self.server}}],
            "users": [{"name": self.user_name, "user": user}],
            "contexts": [{"name": self.context, "context": entry}],
            "current-context": self.context,
        }
        return yaml.safe_dump(document, sort_keys=False)


def inline(entry: Json, name: str, where: str) -> bytes | None:
    """The bytes of a ``…-data`` field, or None where it isn't set; KubeconfigError where it isn't base64."""
    encoded = text(entry, name)
    if not encoded:
        return None
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KubeconfigError(f"{where}: {name} is not base64") from error


def exec_env(entry: Json) -> dict[str, str]:
    """The variables that an ``exec`` entry adds to its plugin's environment."""
    return {text(item, "name"): text(item, "value") for item in sequence(entry, "env") if text(item, "name")}


def moved(before: Access, now: Access) -> str:
    """Why the kubeconfig's context is not what it was, in words; empty while it is."""
    if now.context != before.context:
        return f"the kubeconfig's context was {before.context} and is {now.context}"
    if now.server != before.server:
        return f"the context's server was {before.server} and is {now.server}"
    if now.who != before.who:
        return f"the context's user was {before.who} and is {now.who}"
    return ""
