"""A TCP relay on loopback that counts what passes: how many bytes a program asks of an API server, and gets."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Relay:
    """Passes connections on to one port of 127.0.0.1; a context manager."""

    def __init__(self, port: int) -> None:
        """Takes where to; its own port is known at once."""
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.asked = 0
        """Bytes towards the server."""
        self.answered = 0
        """Bytes back."""

    def __enter__(self) -> Self:
        """Begins."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends every connection."""
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                for sock in (client, server):
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += (client, server)
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, here: socket.socket, there: socket.socket, asking: bool) -> None:
        with contextlib.suppress(OSError):
            while data := here.recv(65536):
                if asking:
                    self.asked += len(data)
                else:
                    self.answered += len(data)
                there.sendall(data)
            there.shutdown(socket.SHUT_WR)
