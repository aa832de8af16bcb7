"""The stand-ins' connection: one cluster of a kubeconfig over plain HTTP, a connection a request.

It is small because each stand-in is a process that a person waits for; what it raises is what Bedplate's own
connection raises.
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import yaml

from runners.cluster.errors import Unreachable, refusal
from runners.cluster.words import asked
from runners.layers.jsons import Json, mapping, sequence, text

SECONDS = 30.0
"""How long one answer may take."""


class NoContext(Exception):  # noqa: N818  it says what is the case
    """The kubeconfig can't be used, or has no such context; the text is what client-go says."""


@dataclass(frozen=True, slots=True)
class Client:
    """One API server, as one user."""

    host: str
    port: int
    token: str = field(default="", repr=False)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Json:
        """Asks once and returns the decoded answer.

        Raises:
            ApiError: the server refused or was not reached.
        """
        status, answer, retry_after = self._ask(method, path, query, body, content_type, accept)
        if status >= 400:
            what = asked(method, path, query)
            raise refusal(what, f"{self.host}:{self.port}", status, answer, retry_after)
        return mapping(json.loads(answer or b"{}"))

    def _ask(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Json | None, content_type: str, accept: str
    ) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=SECONDS)
        headers = {"Accept": accept, "Content-Type": content_type}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        target = f"{path}?{urlencode(query)}" if query else path
        content = json.dumps(body).encode() if body is not None else None
        try:
            connection.request(method, target, content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Retry-After", "")
        except (OSError, http.client.HTTPException) as error:
            why = f"dial tcp {self.host}:{self.port}: {str(error) or type(error).__name__}"
            raise Unreachable(f"Kubernetes cluster unreachable: {why}") from error
        finally:
            connection.close()


def connect(context: str = "", environ: Mapping[str, str] | None = None) -> Client:
    """The client for a context of the environment's kubeconfig; empty is its current one.

    Raises:
        NoContext: it can't be read, or has no such context.
    """
    config = _kubeconfig((os.environ if environ is None else environ).get("KUBECONFIG", ""))
    name = context or text(config, "current-context")
    entry = _named(config, "contexts", "context", name)
    if not entry:
        raise NoContext(f'context "{name}" does not exist')
    cluster = _named(config, "clusters", "cluster", text(entry, "cluster"))
    user = _named(config, "users", "user", text(entry, "user"))
    server = urlsplit(text(cluster, "server"))
    if server.scheme != "http" or not server.hostname:
        raise NoContext(f'the demo\'s stand-ins speak plain HTTP only, and context "{name}" has {server.geturl()!r}')
    return Client(server.hostname, server.port or 80, text(user, "token"))


def _kubeconfig(paths: str) -> Json:
    """The first file there is; a run's private one is the only."""
    for path in filter(None, paths.split(os.pathsep)):
        if Path(path).is_file():
            try:
                return mapping(yaml.safe_load(Path(path).read_text()))
            except (OSError, yaml.YAMLError) as error:
                raise NoContext(f"error loading config file {path!r}: {type(error).__name__}") from None
    return {}


def _named(config: Json, plural: str, singular: str, name: str) -> Json:
    return next((mapping(item, singular) for item in sequence(config, plural) if text(item, "name") == name), {})
