"""The demo's tools on an embedded server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.demo.server.server import EmbeddedServer
from tests.demo.tools.place import Place, make_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with EmbeddedServer() as server:
        yield make_place(server, tmp_path)
