"""A real MinIO server on loopback, with credentials of its own and an empty folder for a disk."""

from __future__ import annotations

import http.client
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.build import tool
from tests.rig.processes import Processes, free_port


@dataclass(frozen=True)
class Minio:
    """One server while it runs."""

    port: int
    key: str
    secret: str
    disk: Path

    @property
    def url(self) -> str:
        """Where S3 is spoken."""
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self, name: str) -> None:
        """Makes a bucket as the server itself keeps one: a folder on its disk."""
        (self.disk / name).mkdir()


@contextmanager
def minio() -> Iterator[Minio]:
    """Starts a server, and ends it with the block.

    Raises:
        BuildError: it can't be built.
        RigError: it did not come up.
    """
    program, folder = tool("minio"), Path(tempfile.mkdtemp(prefix="bedplate-minio-"))
    disk = folder / "disk"
    disk.mkdir()
    server = Minio(free_port(), f"key{secrets.token_hex(6)}", secrets.token_urlsafe(24), disk)
    addresses = ("--address", f"127.0.0.1:{server.port}", "--console-address", f"127.0.0.1:{free_port()}")
    environ = {"MINIO_ROOT_USER": server.key, "MINIO_ROOT_PASSWORD": server.secret, "HOME": str(folder)}
    processes = Processes(folder)
    try:
        processes.start("minio", (program, "server", disk, *addresses), environ=environ, folder=folder)
        processes.wait("minio can store", lambda: _can_store(server.port))
        yield server
    finally:
        processes.close()


def _can_store(port: int) -> bool:
    """It is alive before it has its disk and its users; asked for its cluster, it answers once those are there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/minio/health/cluster")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
