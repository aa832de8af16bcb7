"""The server's door: HTTP on a free port of 127.0.0.1, a thread a connection, and none left once it is closed."""

from __future__ import annotations

import base64
import http.server
import json
import logging
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import Message
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from runners.demo.server.calls import Answer, Call
from runners.demo.server.problems import Refused
from runners.demo.server.reviews import USER

_log = logging.getLogger(__name__)

Respond = Callable[[Call], Answer]

_LAST_WORDS = 1.0
"""Seconds that all answers together have left when the door is closed."""
_LOST = (ConnectionError, TimeoutError, ValueError)
"""The client went away, or the door was closed: a file of a closed socket raises ValueError."""


class Door:
    """Takes connections from ``open`` to ``close``."""

    def __init__(self, respond: Respond, token: str) -> None:
        """Takes what answers calls, and the token that each must bring."""
        self._respond = respond
        self._token = token
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._closing = False
        self._thread: threading.Thread | None = None
        self.port = 0
        """Where it is; 0 before it is opened."""

    def open(self) -> None:
        """Starts taking connections."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, args=(listener,), name="demo API server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends every connection and waits for its thread."""
        with self._lock:
            self._closing = True
            open_now = dict(self._open)
        # Not every system wakes an accept when its socket is closed; a connection does everywhere.
        socket.create_connection(("127.0.0.1", self.port), 5).close()
        if self._thread is not None:
            self._thread.join()
        # What is being answered is answered to its end, unless nobody takes it.
        deadline = time.monotonic() + _LAST_WORDS
        for sock in open_now:
            _shut(sock, socket.SHUT_RD)
        for sock, thread in open_now.items():
            thread.join(max(0.0, deadline - time.monotonic()))
            _shut(sock, socket.SHUT_RDWR)
            thread.join()

    def authorized(self, headers: Message) -> bool:
        """Does a request bring the token, for the server itself or as the password for a proxy?"""
        basic = base64.b64encode(f"{USER}:{self._token}".encode()).decode()
        pairs = (("Authorization", f"Bearer {self._token}"), ("Proxy-Authorization", f"Basic {basic}"))
        return any(secrets.compare_digest(headers.get(name, "").encode(), wanted.encode()) for name, wanted in pairs)

    def respond(self, call: Call) -> Answer:
        """The answer to a call."""
        return self._respond(call)

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                sock, _ = listener.accept()
                with self._lock:
                    if self._closing:
                        sock.close()
                        return
                    thread = threading.Thread(target=self._serve, args=(sock,), name="demo API connection", daemon=True)
                    self._open[sock] = thread
                    thread.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            _Connection(sock, self)
        except _LOST:
            _log.debug("a client went away", exc_info=True)
        finally:
            with self._lock:
                self._open.pop(sock, None)
            sock.close()


class _Connection(http.server.BaseHTTPRequestHandler):
    """One connection, request after request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 0

    def __init__(self, sock: socket.socket, door: Door) -> None:
        self._door = door
        self._sock = sock
        super().__init__(sock, ("127.0.0.1", 0), None)  # type: ignore[arg-type]

    def _answer(self) -> None:
        body = self._body()
        if not self._door.authorized(self.headers):
            self._whole(Answer(401, Refused(401, "Unauthorized", "Unauthorized").status))
            return
        parts = urlsplit(self.path)
        answer = self._door.respond(
            Call(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                accept=self.headers.get("Accept", ""),
                content_type=self.headers.get("Content-Type", ""),
                body=body,
                agent=self.headers.get("User-Agent", "").partition("/")[0],
            )
        )
        if answer.stream is None:
            self._whole(answer)
        else:
            self._pieces(answer.stream, answer.media)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = bytearray()
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return bytes(pieces)

    def _whole(self, answer: Answer) -> None:
        payload = json.dumps(answer.body, separators=(",", ":"), ensure_ascii=False).encode()
        self._send(answer.status, f"Content-Type: {answer.media}\r\nContent-Length: {len(payload)}\r\n", payload)

    def _pieces(self, stream: Iterator[bytes], kind: str) -> None:
        self._send(200, f"Content-Type: {kind}\r\nTransfer-Encoding: chunked\r\n", b"")
        for piece in stream:
            if piece:
                self._sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            elif self._is_alone():
                self.close_connection = True
                return
        self._sock.sendall(b"0\r\n\r\n")

    def _send(self, status: int, headers: str, payload: bytes) -> None:
        """Sends an answer, or the head of one, in one piece."""
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{headers}\r\n"
        self._sock.sendall(head.encode() + payload)

    def _is_alone(self) -> bool:
        """Has the client hung up?"""
        readable, _, _ = select.select([self._sock], [], [], 0)
        return bool(readable) and not self._sock.recv(1, socket.MSG_PEEK)

    def log_message(self, format: str, *args: object) -> None:
        """Goes where other logs go."""
        _log.debug(format, *args)


def _shut(sock: socket.socket, how: int) -> None:
    try:
        sock.shutdown(how)
    except OSError:
        return
