"""A scripted API server on loopback: each request runs the next script of its path, byte by byte where that matters."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

Json = Mapping[str, object]


@dataclass
class Exchange:
    """One request, and the ways to answer it."""

    sock: socket.socket
    method: str
    path: str
    query: dict[str, str]
    headers: list[tuple[str, str]]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    def header(self, name: str) -> str:
        """The value of a header, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header that may come several times."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def raw(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.sock.sendall(data)

    def json(self, body: Json, status: int = 200, **headers: str) -> None:
        """Answers with an object."""
        payload = json.dumps(body, separators=(",", ":")).encode()
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{extra}Content-Length: {len(payload)}\r\n\r\n"
        self.raw(head.encode() + payload)

    def refuse(self, status: int, message: str = "no", **headers: str) -> None:
        """Answers with a Status."""
        self.json({"kind": "Status", "status": "Failure", "code": status, "message": message}, status, **headers)

    def begin(self) -> None:
        """Sends the headers of a stream."""
        self.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")

    def chunk(self, data: bytes) -> None:
        """Sends one chunk of a stream."""
        self.raw(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def events(self, *events: Json) -> None:
        """Sends events of a watch, a chunk each."""
        for item in events:
            self.chunk(json.dumps(item, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")

    def end(self) -> None:
        """Ends a stream properly."""
        self.raw(b"0\r\n\r\n")

    def hold(self) -> None:
        """Says nothing more until the other side, or the test, closes the connection."""
        try:
            while self.sock.recv(65536):
                pass
        except OSError:
            return


Script = Callable[[Exchange], None]


class FakeApi:
    """Answers on a free port of 127.0.0.1 until it is left."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        """Takes a TLS context, or speaks plain HTTP."""
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._scripts: dict[str, list[Script]] = {}
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._told = threading.Condition()
        self._closing = False
        self.requests: list[Exchange] = []
        self.errors: list[Exception] = []
        self.connections = 0
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def script(self, path: str, *scripts: Script) -> None:
        """The scripts of a path, one a request; the last one repeats."""
        self._scripts[path] = list(scripts)

    def scripts(self) -> dict[str, list[Script]]:
        """What is answered now, by path."""
        with self._told:
            return {path: list(scripts) for path, scripts in self._scripts.items()}

    def asked(self, path: str) -> list[Exchange]:
        """The requests for a path so far."""
        with self._told:
            return [exchange for exchange in self.requests if exchange.path == path]

    def wait(self, path: str, count: int, timeout: float = 20.0) -> Exchange:
        """Waits until a path was asked for so often, and returns the last such request."""
        with self._told:
            assert self._told.wait_for(lambda: len(self.asked(path)) >= count, timeout), (
                f"{path} was asked for {len(self.asked(path))} times, not {count}"
            )
            return self.asked(path)[count - 1]

    def drop(self) -> None:
        """Breaks every open connection."""
        with self._told:
            for sock in list(self._open):
                _shut(sock)

    def __enter__(self) -> Self:
        """Begins to answer."""
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends every thread; a script that failed fails the test."""
        self._closing = True
        _shut(self._listener)
        self._listener.close()
        self.drop()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()
        if self.errors and error is None:
            raise self.errors[0]

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._told:
                self._open.add(sock)
                self.connections += 1
            self._start(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        raw = sock
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                with self._told:
                    self._open.add(sock)
            self._converse(sock)
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001 - shown at the end of the test
            self.errors.append(error)
        finally:
            with self._told:
                self._open -= {raw, sock}
            sock.close()

    def _converse(self, sock: socket.socket) -> None:
        with sock.makefile("rb") as reader:
            while line := reader.readline():
                method, target, _ = line.decode().split()
                headers = []
                while (header := reader.readline().decode("latin-1").rstrip("\r\n")) != "":
                    name, _, value = header.partition(":")
                    headers.append((name.strip(), value.strip()))
                length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
                parts = urlsplit(target)
                exchange = Exchange(
                    sock, method, parts.path, dict(parse_qsl(parts.query)), headers, reader.read(length)
                )
                self._next(exchange)(exchange)

    def _next(self, exchange: Exchange) -> Script:
        with self._told:
            self.requests.append(exchange)
            self._told.notify_all()
            scripts = self._scripts.get(exchange.path)
            if not scripts:
                return lambda exchange: exchange.refuse(404, "the server could not find the requested resource")
            return scripts.pop(0) if len(scripts) > 1 else scripts[0]


def _shut(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return


def thing(name: str, version: int = 1, namespace: str = "default", **labels: str) -> dict[str, object]:
    """A small object with metadata and labels."""
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{name}",
            "resourceVersion": str(version),
            "labels": labels,
        }
    }


def event(what: str, obj: Json) -> dict[str, object]:
    """An event of a watch."""
    return {"type": what, "object": obj}


def bookmark(version: int, *, ends: bool = False) -> dict[str, object]:
    """A bookmark; one that ends the initial events is annotated."""
    notes = {"k8s.io/initial-events-end": "true"} if ends else {}
    return event("BOOKMARK", {"metadata": {"resourceVersion": str(version), "annotations": notes}})


def error(code: int, message: str = "too old resource version") -> dict[str, object]:
    """An ERROR event."""
    return event("ERROR", {"kind": "Status", "status": "Failure", "code": code, "message": message})
