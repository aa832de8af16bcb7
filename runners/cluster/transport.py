"""The HTTP underneath: the Kubernetes client's REST object, without retries, on sockets that can be broken off.

Importing ``kubernetes`` takes 160 ms, so this module is imported only when a request is made.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from typing import Any

import urllib3
from kubernetes.client.configuration import Configuration
from kubernetes.client.rest import RESTClientObject
from kubernetes.utils.keepalive import tcp_keepalive_socket_options
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from runners.cluster.access import Access, KubeconfigError
from runners.cluster.proxies import proxy_for
from runners.cluster.stream import Answer
from runners.layers.jsons import text

Pairs = tuple[tuple[str, str], ...]

# A dead peer is noticed by the kernel after about half a minute: 15 s idle, then three unanswered probes.
_KEEP_ALIVE = {"idle": 15, "interval": 5, "count": 3}


class Cut:
    """A way to break off one thread's exchange from another thread, in whatever phase it is.

    It holds a duplicate of the socket's descriptor: shutting that down ends the connection below a TLS handshake, a
    wait for headers and a read alike, and it stays valid while TLS replaces the socket object.
    """

    def __init__(self) -> None:
        """Nothing to break off yet."""
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.made = False

    def hold(self, sock: socket.socket) -> None:
        """Takes hold of a connection, and ends it at once when it was already broken off."""
        with self._lock:
            self._drop()
            self._socket = socket.socket(fileno=os.dup(sock.fileno()))
            if self.made:
                self._shut()

    def make(self) -> None:
        """Breaks off; a later exchange ends as soon as it is connected."""
        with self._lock:
            self.made = True
            self._shut()

    def release(self) -> None:
        """Lets go of the connection."""
        with self._lock:
            self._drop()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


_CURRENT = threading.local()
"""The cut of the request that this thread is sending: what connects and sends knows nothing of who asked."""


def _held(sock: socket.socket) -> None:
    cut: Cut | None = getattr(_CURRENT, "cut", None)
    if cut is not None:
        cut.hold(sock)


class _Cuttable:
    """Mixed into a connection: hands its socket to the thread's cut when it is connected and when it is reused."""

    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        _held(sock)
        return sock

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            _held(self.sock)
        super().putrequest(*args, **kwargs)  # type: ignore[misc]


class _Plain(_Cuttable, HTTPConnection):
    pass


class _Secure(_Cuttable, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure

    def _validate_conn(self, conn: Any) -> None:
        # The pool's own way warns on stderr, over the screen, where the kubeconfig says not to verify.
        if conn.is_closed:
            conn.connect()


class Client:
    """The client for one cluster: its proxy, its TLS, keep-alive, and no retry of anything. Thread-safe."""

    def __init__(self, access: Access, context: ssl.SSLContext | None) -> None:
        """Takes the TLS context, or None for plain HTTP.

        Raises:
            KubeconfigError: the proxy can't be used.
        """
        proxy = proxy_for(access)
        configuration = Configuration(
            host=access.server,
            retries=False,
            proxy_headers=_proxy_headers(proxy),
            tls_server_name=text(access.cluster, "tls-server-name") or None,
            verify_ssl=context is None or context.verify_mode is not ssl.CERT_NONE,
            connection_pool_maxsize=64,
            socket_options=tcp_keepalive_socket_options(**_KEEP_ALIVE),
        )
        # The configuration reads proxies from this process's environment; the access has decided already.
        configuration.proxy, configuration.no_proxy = proxy or None, ""
        try:
            self._rest = RESTClientObject(configuration)
        except ImportError as error:
            raise KubeconfigError(f"a SOCKS proxy needs the Python package PySocks: {error}") from error
        if not proxy.startswith("socks"):
            self._rest.pool_manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        if context is not None:
            self._rest.pool_manager.connection_pool_kw["ssl_context"] = context

    def send(
        self, method: str, url: str, headers: Pairs, body: object, limits: tuple[float, float], cut: Cut | None = None
    ) -> Answer:
        """Sends one request, once, and returns when the headers of its answer are there."""
        fields = urllib3.HTTPHeaderDict()
        for name, value in headers:
            fields.add(name, value)
        _CURRENT.cut = cut
        try:
            response: Answer = self._rest.request(  # type: ignore[no-untyped-call]
                method, url, headers=fields, body=body, _request_timeout=limits
            ).response
        finally:
            _CURRENT.cut = None
        return response

    def close(self) -> None:
        """Closes idle connections."""
        self._rest.close()


def _proxy_headers(proxy: str) -> urllib3.HTTPHeaderDict | None:
    auth = urllib3.util.parse_url(proxy).auth if proxy else None
    if not auth:
        return None
    return urllib3.HTTPHeaderDict(urllib3.make_headers(proxy_basic_auth=auth))
