"""A stand-in for an S3 server on loopback: as much of S3 as storing, reading and deleting single objects takes.

It knows access keys and takes every signature; buckets are made by whoever makes the server.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape, unescape

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")
_DELETED = re.compile(r"<Key>([^<]*)</Key>")


class S3Server:
    """One server with its buckets; a context manager."""

    def __init__(self, key: str, buckets: Iterable[str], is_up: Callable[[], bool] = lambda: True) -> None:
        """Takes the one access key that it knows, its buckets, and whether it answers at the moment."""
        self.key = key
        self.buckets: dict[str, dict[str, bytes]] = {name: {} for name in buckets}
        self.is_up = is_up
        self.may_list = True
        """May its key list? S3 says of a missing object that access is denied to whoever may not."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    def __enter__(self) -> Self:
        """Begins to answer."""
        threading.Thread(target=self._http.serve_forever, args=(0.05,), name="s3", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answers no more."""
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._http.server_port}"


def _handler(server: S3Server) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"s3": server})


class _Handler(BaseHTTPRequestHandler):
    s3: S3Server
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # headers and body in one piece, or each answer waits for the other side's acknowledgement

    def do_PUT(self) -> None:
        body = self._body()
        if (found := self._bucket()) is not None:
            found[self._key] = body
            self._answer(200, headers={"ETag": '"0"'})

    def do_GET(self) -> None:
        self._body()
        found = self._bucket()
        if found is None:
            return
        if self._key in found:
            stamp = {"ETag": '"0"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
            self._answer(200, found[self._key], stamp)
        elif self.s3.may_list:
            self._refuse(404, "NoSuchKey", "The specified key does not exist.")
        else:
            self._refuse(403, "AccessDenied", "Access Denied")

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        body = self._body().decode()
        if (found := self._bucket()) is not None:
            keys = [unescape(key) for key in _DELETED.findall(body)]
            for key in keys:
                found.pop(key, None)
            said = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{said}</DeleteResult>".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _bucket(self) -> dict[str, bytes] | None:
        """The bucket that is meant; None where the answer was a refusal."""
        name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")[0]
        shown = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        if not self.s3.is_up():
            self._refuse(503, "ServiceUnavailable", "Please reduce your request rate.")
        elif shown is None or shown[1] != self.s3.key:
            self._refuse(403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records.")
        elif name not in self.s3.buckets:
            self._refuse(404, "NoSuchBucket", "The specified bucket does not exist")
        else:
            return self.s3.buckets[name]
        return None

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode())

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
