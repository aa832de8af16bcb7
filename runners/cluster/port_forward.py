"""A way to one pod's port from this machine, through the API server: a loopback port, open as long as a ``with`` block.

Each connection to it is a WebSocket of its own to the pod's ``portforward``, with the kubeconfig's own credentials. The
client's ``PortForward`` speaks the protocol; its way of connecting knows neither impersonation nor certificates inline.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from kubernetes.stream.ws_client import PortForward
from websocket import WebSocket, WebSocketBadStatusException, WebSocketException

from runners.cluster.access import Access, KubeconfigError
from runners.cluster.credentials import Credentials
from runners.cluster.errors import ApiError, CredentialsError, Unreachable, refusal
from runners.cluster.exec_plugin import Credential
from runners.cluster.proxies import proxy_for
from runners.cluster.tls import context_for
from runners.cluster.words import asked, one_line
from runners.layers.jsons import text
from runners.layers.kinds.pods import PODS

_PROTOCOL = "v4.channel.k8s.io"
_SECONDS = 10.0
"""How long connecting to the API server may take."""
_PIECE = 65_536


class PodRefused(ApiError):  # noqa: N818 - the errors' own words
    """The way leads there, and the pod did not take the connection."""


class _Far(Protocol):
    """The client's own forward, as far as it is used here."""

    def socket(self, port_number: int) -> socket.socket: ...

    def error(self, port_number: int) -> str | None: ...

    def close(self) -> None: ...


class Forward:
    """A listener on loopback whose connections end at one port of one pod."""

    def __init__(self, access: Access, namespace: str, pod: str, port: int) -> None:
        """Takes whom to ask as, and where to go; nothing is opened yet."""
        self._access = access
        self._credentials = Credentials(access)
        self._path = f"{PODS.object_path(namespace, pod)}/portforward"
        self._asked = asked("GET", self._path)
        self._port = port
        self._listener = socket.socket()
        self.trouble: ApiError | None = None
        """Why the last connection did not come about; None while each did."""

    def __enter__(self) -> Self:
        """Listens."""
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        threading.Thread(target=self._accept, name="port-forward", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes no more connections; those there are end with their sockets."""
        # Closing alone would leave a thread in accept, and the port open with it.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._credentials.close()

    @property
    def port(self) -> int:
        """The port on this machine's loopback."""
        number: int = self._listener.getsockname()[1]
        return number

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), name="port-forward connection", daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """Carries one connection until either end closes it."""
        with near:
            try:
                forward: _Far = PortForward(self._connect(), [self._port])  # type: ignore[no-untyped-call]
            except ApiError as error:
                self.trouble = error
                return
            far = forward.socket(self._port)
            threading.Thread(target=_ask, args=(near, far), name="port-forward questions", daemon=True).start()
            _copy(far, near)
            # Known before the near end hears that it is over: whoever waits there looks for the reason then.
            if said := forward.error(self._port):
                self.trouble = PodRefused(f"{self._asked} on {self._access.server}: {one_line(said)}")
            with contextlib.suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)
            forward.close()

    def _connect(self) -> WebSocket:
        """Opens a WebSocket to the pod's port.

        Raises:
            ApiError: in one of its kinds.
        """
        server = self._access.server
        try:
            headers, credential = self._credentials.current()
            found = WebSocket(sslopt=_tls(self._access, credential))
            found.connect(  # type: ignore[no-untyped-call]
                f"ws{server[len('http') :]}{self._path}?ports={self._port}",
                header=[f"{name}: {value}" for name, value in headers],
                subprotocols=[_PROTOCOL],
                timeout=_SECONDS,
                redirect_limit=0,  # the credentials are for this server
                **_proxy(self._access),
            )
            found.settimeout(None)
        except KubeconfigError as error:
            raise CredentialsError(str(error), asked=self._asked) from error
        except WebSocketBadStatusException as error:
            raise refusal(self._asked, server, error.status_code, error.resp_body or b"") from error
        except (OSError, WebSocketException) as error:
            raise Unreachable(f"{self._asked} on {server}: {one_line(str(error))}", asked=self._asked) from error
        return found


def _tls(access: Access, credential: Credential) -> dict[str, object]:
    if not access.uses_tls:
        return {}
    name = text(access.cluster, "tls-server-name")
    return {"context": context_for(access, credential), **({"server_hostname": name} if name else {})}


def _proxy(access: Access) -> dict[str, object]:
    """How the WebSocket's client is told of a proxy; of none, or it would look into the environment itself."""
    proxy = urlsplit(proxy_for(access))
    if not proxy.hostname:
        return {"http_no_proxy": ["*"]}
    kind = "http" if proxy.scheme in ("http", "https") else proxy.scheme
    told: dict[str, object] = {"http_proxy_host": proxy.hostname, "http_proxy_port": proxy.port, "proxy_type": kind}
    if proxy.username:
        told["http_proxy_auth"] = (proxy.username, proxy.password or "")
    return told


def _ask(near: socket.socket, far: socket.socket) -> None:
    _copy(near, far)
    with contextlib.suppress(OSError):
        far.shutdown(socket.SHUT_WR)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Copies until the source ends, or the sink is closed."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
