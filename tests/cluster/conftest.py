"""What the tests of the cluster half start and end."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from runners.cluster.connection import Connection
from runners.cluster.reflector import Reflector, Timing
from runners.layers.jsons import Json
from tests.cluster.fake_api import FakeApi
from tests.cluster.support import THINGS, Recorder, access
from tests.cluster.worlds import WORLDS, World, world_of
from tests.rig.certs import Authority

QUICK = Timing(
    connect=2.0,
    idle=5.0,
    watch=(300.0, 300.0),
    stale=0.6,
    resume=0.5,
    healthy=0.2,
    forbidden=0.3,
    absent=0.3,
    first_delay=0.02,
    longest_delay=0.1,
)
"""Timing for tests that wait for time to pass."""
HASTY = replace(QUICK, idle=0.4)
"""The same for those that wait for a silence to be noticed: nothing but silence may last this long in them."""


@pytest.fixture
def api() -> Iterator[FakeApi]:
    """A scripted server."""
    with FakeApi() as fake:
        yield fake


@pytest.fixture
def connect(api: FakeApi) -> Iterator[Callable[..., Connection]]:
    """Makes connections to the scripted server, which are closed in the end."""
    made: list[Connection] = []

    def make(
        user: Json | None = None, cluster: Json | None = None, environ: Mapping[str, str] | None = None
    ) -> Connection:
        found = access(api.url, user=user, cluster=cluster, environ=environ)
        connection = Connection(found, limits=(10.0, 10.0))
        made.append(connection)
        return connection

    yield make
    for connection in made:
        connection.close()


Watch = Callable[..., Recorder]


@pytest.fixture
def watch(connect: Callable[..., Connection]) -> Iterator[Watch]:
    """Starts reflectors on the scripted server, which are stopped in the end."""
    running: list[Reflector] = []

    def start(timing: Timing = QUICK, recorder: Recorder | None = None) -> Recorder:
        recorder = recorder or Recorder()
        reflector = Reflector(connect(), THINGS, recorder, timing=timing)
        running.append(reflector)
        recorder.reflector = reflector
        reflector.start()
        return recorder

    yield start
    for reflector in running:
        reflector.stop()
        assert reflector.join(20)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority for the whole run."""
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def secure_api(authority: Authority) -> Iterator[FakeApi]:
    """A scripted server that speaks TLS and takes client certificates of its authority."""
    server = authority.server("fake")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.cert, server.key)
    context.load_verify_locations(authority.pair.cert)
    context.verify_mode = ssl.CERT_OPTIONAL
    with FakeApi(context) as fake:
        yield fake


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One of the two servers."""
    with world_of(request) as made:
        yield made
