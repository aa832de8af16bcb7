"""The embedded API server: a cluster's API in this process, for as long as a ``with`` block."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import yaml

from runners.cluster.errors import refusal
from runners.cluster.words import asked
from runners.demo.actors.api import Requests
from runners.demo.server.calls import Call
from runners.demo.server.handlers import Api
from runners.demo.server.http import Door
from runners.demo.server.logs import Logs
from runners.demo.server.reviews import USER
from runners.demo.server.rules import Deed, Rules
from runners.demo.server.storage import REMEMBERED, Store
from runners.layers.jsons import Json, mapping

_FIRST_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class EmbeddedServer:
    """A Kubernetes API on a free port of 127.0.0.1, which demands a token of its own."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        """Takes how many changes of each resource can be watched afterwards."""
        self.token = secrets.token_urlsafe(24)
        self._store = Store(remembered)
        self._rules = Rules()
        self._logs = Logs()
        self._api = Api(self._store, self._rules, self._logs)
        self._door = Door(self._api.answer, self.token)
        for name in _FIRST_NAMESPACES:
            self.requests().request("POST", "/api/v1/namespaces", body={"metadata": {"name": name}})

    def __enter__(self) -> Self:
        """Answers from now on."""
        self._door.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends every watch and connection; no thread and no socket is left."""
        self._store.close_all()
        self._logs.close()
        self._door.close()

    @property
    def url(self) -> str:
        """Where it answers, once it was entered."""
        return f"http://127.0.0.1:{self._door.port}"

    @property
    def version(self) -> int:
        """A number that moves with every write."""
        return self._store.version

    def kubeconfig(self, context: str, *, for_kubectl: bool = False) -> str:
        """The text of a kubeconfig with one context: this server, with its token.

        kubectl, and whatever else is built on Go's client, sends no token without TLS. For these the server poses as
        its own proxy, which wants the token as a password.
        """
        cluster = {"server": self.url}
        if for_kubectl:
            cluster["proxy-url"] = self.url.replace("//", f"//{USER}:{self.token}@")
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [{"name": context, "cluster": cluster}],
            "users": [{"name": USER, "user": {"token": self.token}}],
            "contexts": [{"name": context, "context": {"cluster": context, "user": USER}}],
        }
        return yaml.safe_dump(document, sort_keys=False)

    def requests(self, agent: str = "demo") -> Requests:
        """Requests from this process, without a socket; they may do everything, and raise what a connection would."""
        return _Inside(self._api, lambda: self.url, agent)

    def forbid(self, verb: str, resource: str, *, group: str = "", namespace: str = "*") -> Callable[[], None]:
        """Forbids something to everyone with the token (``*`` stands for any); calling what is returned allows it
        again. Watches that are open stay so, as on a real server."""
        return self._rules.forbid(Deed(verb, group, resource, namespace))

    def log(self, namespace: str, pod: str, text: str) -> None:
        """Adds to what a pod has said."""
        self._logs.append(namespace, pod, text)


class _Inside:
    """Requests that are answered by a call."""

    def __init__(self, api: Api, server: Callable[[], str], agent: str) -> None:
        self._api = api
        self._server = server
        self._agent = agent

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
            ApiError: in one of its kinds.
        """
        sent = b"" if body is None else json.dumps(body).encode()
        call = Call(method, path, query or {}, accept, content_type, sent, self._agent, trusted=True)
        answer = self._api.answer(call)
        if answer.status >= 400:
            payload = json.dumps(answer.body).encode()
            raise refusal(asked(method, path, query), self._server(), answer.status, payload)
        # Stored objects are only ever replaced, so they may be handed out as they are.
        return mapping(answer.body)
