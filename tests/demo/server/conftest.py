"""Servers for the tests of the embedded API server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runners.demo.actors.api import Requests
from runners.demo.server.server import EmbeddedServer
from tests.cluster.worlds import WORLDS, World, world_of


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    """A server that answers."""
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def inside() -> Requests:
    """The requests of a server that nobody reaches through a socket."""
    return EmbeddedServer().requests()


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The embedded server, or the real one."""
    with world_of(request) as made:
        yield made
