"""The API server's side of a port-forward (``v4.channel.k8s.io``), as a script of the scripted server."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import socket
import struct
import threading
from collections.abc import Callable

from tests.cluster.fake_api import Exchange

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BINARY, _CLOSE = 2, 8
_DATA, _ERROR = 0, 1


def forward_to(target: int) -> Callable[[Exchange], None]:
    """Leads to a port of this machine, whatever port of whatever pod was asked for."""

    def script(exchange: Exchange) -> None:
        _upgrade(exchange)
        try:
            far = socket.create_connection(("127.0.0.1", target), 5)
        except OSError as error:
            _send(exchange.sock, bytes([_ERROR]) + f"error forwarding port: {error.strerror}".encode())
            _send(exchange.sock, b"", _CLOSE)
            exchange.hold()
            return
        with far:
            back = threading.Thread(target=_answers, args=(far, exchange.sock), daemon=True)
            back.start()
            while (frame := _receive(exchange.sock)) is not None:
                assert frame[0] == _DATA
                far.sendall(frame[1:])
            far.shutdown(socket.SHUT_RDWR)
            back.join(20)
        exchange.hold()

    return script


def _upgrade(exchange: Exchange) -> None:
    """Shakes hands, and says on each channel which port it is of."""
    assert exchange.header("Sec-WebSocket-Protocol") == "v4.channel.k8s.io"
    digest = hashlib.sha1((exchange.header("Sec-WebSocket-Key") + _GUID).encode()).digest()
    exchange.raw(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )
    port = struct.pack("<H", int(exchange.query["ports"]))
    for channel in (_DATA, _ERROR):
        _send(exchange.sock, bytes([channel]) + port)


def _answers(far: socket.socket, near: socket.socket) -> None:
    with contextlib.suppress(OSError):  # whoever asked may be gone by the time of the answer, or of its end
        while piece := far.recv(16_384):
            _send(near, bytes([_DATA]) + piece)
        _send(near, b"", _CLOSE)


def _send(sock: socket.socket, payload: bytes, opcode: int = _BINARY) -> None:
    size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))
    sock.sendall(bytes([0x80 | opcode]) + size + payload)


def _receive(sock: socket.socket) -> bytes | None:
    """The next frame of data, unmasked; None at the end."""
    head = _exactly(sock, 2)
    if head is None or head[0] & 0x0F == _CLOSE:
        return None
    length = head[1] & 0x7F
    if length >= 126:
        count, form = (2, ">H") if length == 126 else (8, ">Q")
        (length,) = struct.unpack(form, _exactly(sock, count) or b"")
    mask, payload = _exactly(sock, 4) or b"", _exactly(sock, length) or b""
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def _exactly(sock: socket.socket, count: int) -> bytes | None:
    found = b""
    while len(found) < count:
        piece = sock.recv(count - len(found))
        if not piece:
            return None
        found += piece
    return found
