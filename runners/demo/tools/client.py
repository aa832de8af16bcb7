"""The stand-ins' connection: one cluster of a kubeconfig over plain HTTP, a connection a request.

A person waits for each stand-in's process several times in a plan, and Python's own HTTP client takes as long to be
imported as all the rest of one: so this speaks HTTP/1.0 to a socket, which is enough for the demo's server. What it
raises is what Bedplate's own connection raises.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import yaml

from runners.cluster.errors import Unreachable, refusal
from runners.cluster.words import asked
from runners.demo.tools.edge import NoContext
from runners.layers.jsons import Json, mapping, sequence, text

SECONDS = 30.0
"""How long one answer may take."""


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
        """Status, content and the seconds to wait that the server named."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} {quote(path)}{'?' if query else ''}{urlencode(query or {})} HTTP/1.0",
            f"Host: {self.host}:{self.port}",
            f"Accept: {accept}",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(content)}",
            *([f"Authorization: Bearer {self.token}"] if self.token else []),
        ]
        try:
            with socket.create_connection((self.host, self.port), SECONDS) as connection:
                connection.sendall("\r\n".join((*lines, "", "")).encode() + content)
                head, _, answer = connection.makefile("rb").read().partition(b"\r\n\r\n")
            return _status(head), answer, _header(head, "retry-after")
        except (OSError, ValueError) as error:
            why = f"dial tcp {self.host}:{self.port}: {error}"
            raise Unreachable(f"Kubernetes cluster unreachable: {why}") from error


def _status(head: bytes) -> int:
    """The number in ``HTTP/1.1 200 OK``."""
    words = head.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        raise ValueError("the answer is not HTTP")
    return int(words[1])


def _header(head: bytes, name: str) -> str:
    lines = (line.partition(":") for line in head.decode("latin-1").splitlines())
    return next((value.strip() for key, _, value in lines if key.lower() == name), "")


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
