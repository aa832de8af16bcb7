"""A Git server on loopback: one bare repository behind ``git http-backend``, with basic authentication and pushes."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

REPOSITORY = "infra.git"


class GitServer:
    """Serves ``infra.git`` to one user; a context manager."""

    def __init__(self, folder: Path, *, user: str = "git", password: str = "rig-password") -> None:
        """Makes the bare repository in a folder; serves nothing yet."""
        self.folder = folder
        self.user, self.password = user, password
        self.bare = folder / REPOSITORY
        folder.mkdir(parents=True, exist_ok=True)
        git("init", "--quiet", "--bare", "--initial-branch=main", str(self.bare), cwd=folder)
        git("config", "http.receivepack", "true", cwd=self.bare)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        """Starts serving."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops serving; the repository stays."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The repository's address, without credentials."""
        return f"http://127.0.0.1:{self._server.server_port}/{REPOSITORY}"

    def push(self, worktree: Path) -> str:
        """Pushes a working tree's HEAD to main, past the server's front door, and returns the commit."""
        git("push", "--quiet", "--force", str(self.bare), "HEAD:refs/heads/main", cwd=worktree)
        return self.head()

    def head(self) -> str:
        """The commit that main is at."""
        return git("rev-parse", "refs/heads/main", cwd=self.bare).strip()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

        class Handler(_Handler):
            root = self.folder
            user = self.user
            credentials = f"Basic {token}"

        return Handler


def git(*args: str, cwd: Path) -> str:
    """Runs git without anyone's own configuration and returns its standard output.

    Raises:
        AssertionError: it failed; the text has what it said.
    """
    environ = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(["git", *args], cwd=cwd, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, f"git {' '.join(args)} ended {done.returncode}: {done.stderr}"
    return done.stdout


class _Handler(BaseHTTPRequestHandler):
    """One request, handed to ``git http-backend`` by the rules of CGI."""

    root: Path
    user: str
    credentials: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._body())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the tests' output is for failures."""

    def _serve(self, body: bytes) -> None:
        if self.headers.get("Authorization") != self.credentials:
            self._answer(401, [("WWW-Authenticate", 'Basic realm="rig"')], b"")
            return
        done = subprocess.run(["git", "http-backend"], input=body, env=self._environ(body), capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [
            (name, value.strip()) for name, _, value in (line.partition(":") for line in head.decode().split("\r\n"))
        ]
        status = next((value for name, value in headers if name.lower() == "status"), "200")
        self._answer(int(status.split()[0]), [pair for pair in headers if pair[0].lower() != "status"], content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _environ(self, body: bytes) -> dict[str, str]:
        where = urlsplit(self.path)
        environ = {
            "PATH": os.environ.get("PATH", ""),
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": self.user,
            "REQUEST_METHOD": self.command,
            "PATH_INFO": where.path,
            "QUERY_STRING": where.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
        }
        for header, variable in (("Content-Encoding", "HTTP_CONTENT_ENCODING"), ("Git-Protocol", "GIT_PROTOCOL")):
            if header in self.headers:
                environ[variable] = self.headers[header]
        return environ

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)
