"""One Lease kept as an API server keeps it (404, 409 by resourceVersion), alone or behind HTTP on loopback."""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from runners.layers.jsons import Json, text

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"


class LeaseStore:
    """The Lease and what the server does with it."""

    def __init__(self) -> None:
        self.lease: dict[str, object] | None = None

    @property
    def holder(self) -> str:
        """Who holds the Lease now."""
        return text(self.lease, "spec", "holderIdentity")

    def give(self, lease: Json) -> Json:
        """Stores a Lease as somebody else would write it."""
        version = str(int(text(self.lease, "metadata", "resourceVersion") or 0) + 1)
        self.lease = {**lease, "metadata": {"name": "bedplate", "resourceVersion": version}}
        return self.lease

    def serve(self, method: str, path: str, body: Json | None) -> Json:
        """Answers as the API server would, without HTTP."""
        name = path.removeprefix(LEASES)
        if method == "POST" and not name:
            return _status(409) if self.lease else self.give(body or {})
        if name != "/bedplate":
            return _status(404)
        if self.lease is None:
            return _status(404)
        if method == "PUT":
            if text(body, "metadata", "resourceVersion") != text(self.lease, "metadata", "resourceVersion"):
                return _status(409)
            return self.give(body or {})
        return self.lease


class LeaseServer(LeaseStore):
    """Serves while the block lasts; what it was asked stands in ``asked``."""

    def __init__(self, tls: ssl.SSLContext | None = None, prefix: str = "") -> None:
        super().__init__()
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        """Method, path and headers by lower-case name."""
        self.peers: list[object] = []
        """The subject of each caller's certificate."""
        self.token = ""
        """When set, any other is answered with 401."""
        self.answer: tuple[int, bytes] | None = None
        """When set, what everybody gets."""
        self.prefix = prefix
        self._server = _QuietServer(("127.0.0.1", 0), _handler(self))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https" if tls else "http"
        self.port = self._server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}{prefix}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> LeaseServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up, or whose certificate is not good, is what a test wants."""


def _status(code: int) -> Json:
    return {"kind": "Status", "status": "Failure", "code": code, "reason": f"reason {code}"}


def _handler(server: LeaseServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            headers: dict[str, list[str]] = {}
            for name, value in self.headers.items():
                headers.setdefault(name.lower(), []).append(value)
            server.asked.append((self.command, self.path, headers))
            if isinstance(self.connection, ssl.SSLSocket):
                server.peers.append((self.connection.getpeercert() or {}).get("subject"))
            code, content = self._content(body)
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _content(self, body: Json | None) -> tuple[int, bytes]:
            if server.answer:
                return server.answer
            if server.token and self.headers.get("Authorization") != f"Bearer {server.token}":
                return 401, json.dumps(_status(401)).encode()
            assert self.path.startswith(server.prefix)
            answer = server.serve(self.command, self.path.removeprefix(server.prefix), body)
            code = answer.get("code")
            return code if isinstance(code, int) else 200, json.dumps(answer).encode()

        do_GET = do_POST = do_PUT = _answer  # noqa: N815  the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler
