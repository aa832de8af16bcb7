"""Requests to one cluster's API server: credentials, proxy, TLS, time limits, and errors for people."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from runners.cluster.access import Access, KubeconfigError
from runners.cluster.credentials import Credentials, Headers
from runners.cluster.errors import ApiError, CredentialsError, Unauthorized, refusal
from runners.cluster.exec_plugin import Credential
from runners.cluster.network import failures, unreachable
from runners.cluster.stream import Answer, Stream
from runners.cluster.words import Asked, asked
from runners.layers.jsons import Json

if TYPE_CHECKING:
    from runners.cluster.transport import Client, Cut

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

Body = Mapping[str, object] | Sequence[object]
Limits = tuple[float, float]
"""Seconds to connect, and seconds without a byte while reading."""

_USER_AGENT = "bedplate"
_MOST_OF_AN_ERROR = 65536


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Body | None = None
    content_type: str = JSON
    accept: str = JSON
    timeout: Limits | None = None

    @property
    def asked(self) -> Asked:
        return asked(self.method, self.path, self.query)

    @property
    def target(self) -> str:
        return quote(self.path, safe="/:@!$&'()*+,;=~") + (f"?{urlencode(self.query)}" if self.query else "")


class Connection:
    """Speaks to one API server as one user. Thread-safe; nothing is retried here, and nothing is anonymous by mistake.

    What it takes is loaded at the first request, so that making one costs nothing.
    """

    def __init__(
        self,
        access: Access,
        *,
        notify: Callable[[str], None] = lambda _line: None,
        limits: Limits = (10.0, 30.0),
        plugin_timeout: float = 60.0,
    ) -> None:
        """Takes the context; ``notify`` gets what an exec plugin says on stderr while it runs (a login link).

        Raises:
            KubeconfigError: the user's entry contradicts itself.
        """
        self.access = access
        self.limits = limits
        self._credentials = Credentials(access, notify=notify, plugin_timeout=plugin_timeout)
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._client_for = Credential()

    @property
    def server(self) -> str:
        """The address, as errors name it."""
        return self.access.server

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        timeout: Limits | None = None,
    ) -> Json:
        """Sends one request, once, and returns the decoded object (empty for an empty answer).

        Raises:
            ApiError: in one of its kinds; the text is for people.
        """
        request = _Request(method, path, query, body, content_type, accept, timeout)
        payload = self._whole(request)
        if not payload.strip():
            return {}
        try:
            decoded = json.loads(payload)
        except (ValueError, RecursionError):
            decoded = None
        if not isinstance(decoded, dict):
            what = f"{request.asked} on {self.server}"
            raise ApiError(f"{what}: the answer is not a JSON object; is this a Kubernetes API?")
        return decoded

    def read(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        accept: str = "*/*",
        timeout: Limits | None = None,
    ) -> bytes:
        """The bytes of an answer as they are: a log, or a list that is decoded elsewhere.

        Raises:
            ApiError: as ``request``.
        """
        return self._whole(_Request("GET", path, query, accept=accept, timeout=timeout))

    def stream(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        accept: str = JSON,
        timeout: Limits | None = None,
    ) -> Stream:
        """A watch or a log to be read line by line; it is opened when it is iterated."""
        # Importing this loads the Kubernetes client.
        from runners.cluster.transport import Cut

        request, cut = _Request("GET", path, query, accept=accept, timeout=timeout), Cut()
        return Stream(cut, lambda: self._send(request, cut), lambda: self._translated(request.asked))

    def close(self) -> None:
        """Closes idle connections and ends a running plugin; open streams are ended by their own ``stop``."""
        self._credentials.close()
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _whole(self, request: _Request) -> bytes:
        with self._translated(request.asked):
            return self._send(request).read()

    def _send(self, request: _Request, cut: Cut | None = None) -> Answer:
        """Sends and returns the answer with its headers read; raises for an error status."""
        client, credentials = self._ready()
        pairs = (("Accept", request.accept), ("User-Agent", _USER_AGENT), *credentials)
        if request.body is not None:
            pairs = (*pairs, ("Content-Type", request.content_type))
        limits = request.timeout or self.limits
        answer = client.send(request.method, self.server + request.target, pairs, request.body, limits, cut)
        if 200 <= answer.status < 300:
            return answer
        said = answer.read(_MOST_OF_AN_ERROR)
        answer.close()
        raise refusal(request.asked, self.server, answer.status, said, answer.headers.get("Retry-After", ""))

    def _ready(self) -> tuple[Client, Headers]:
        """The client and the credentials' headers; another client certificate makes another client."""
        from runners.cluster.tls import context_for
        from runners.cluster.transport import Client

        headers, credential = self._credentials.current()
        shown = Credential(certificate=credential.certificate, key=credential.key)
        with self._lock:
            if self._client is None or self._client_for != shown:
                context = context_for(self.access, credential) if self.access.uses_tls else None
                self._client = Client(self.access, context)
                self._client_for = shown
            return self._client, headers

    @contextmanager
    def _translated(self, what: Asked) -> Iterator[None]:
        """Turns what the network and the client raise into errors for people; a bug stays what it is."""
        try:
            yield
        except Unauthorized:
            self._credentials.rejected()
            raise
        except KubeconfigError as error:
            raise CredentialsError(str(error), asked=what) from error
        except ValueError as error:
            # http.client's word for a header that would break the protocol; it quotes the value, so it is not chained.
            if "header" not in str(error).lower() and not isinstance(error, UnicodeError):
                raise
            where = f"{self.access.source}: user {self.access.user_name!r}"
            raise CredentialsError(f"{where}: a credential holds a character that HTTP can't carry") from None
        except failures() as error:
            raise unreachable(error, what, self.server) from error
