"""The log of a container: streamed as it is written, and ended at once when nobody looks any more."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import replace

import pytest

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError
from runners.cluster.pod_log import PodLog, Wanted
from runners.layers.kinds.pods import containers
from tests.cluster.fake_api import Exchange, FakeApi

LOG = "/api/v1/namespaces/longhorn-system/pods/one/log"
WANTED = Wanted("longhorn-system", "one", "manager")
Connect = Callable[..., Connection]


class Reader:
    """Reads one log and keeps what came."""

    def __init__(self, connection: Connection, wanted: Wanted = WANTED) -> None:
        self.pieces: queue.Queue[bytes] = queue.Queue()
        self.ends: queue.Queue[ApiError | None] = queue.Queue()
        self.log = PodLog(connection, wanted, self.pieces.put, self.ends.put)
        self.log.start()

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self.pieces.get(timeout=5)
        return found


def test_it_is_followed_as_it_is_written_with_its_empty_lines(api: FakeApi, connect: Connect) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk(b"one\n\ntw")
        exchange.chunk(b"o\n")
        exchange.end()

    api.script(LOG, script)
    reader = Reader(connect())
    assert reader.read(9) == b"one\n\ntwo\n"
    assert reader.ends.get(timeout=5) is None
    asked = api.wait(LOG, 1)
    assert asked.query == {"container": "manager", "tailLines": "1000", "follow": "true"}
    assert asked.method == "GET"


def test_of_the_life_before_everything_comes_at_once(api: FakeApi, connect: Connect) -> None:
    api.script(LOG, lambda x: x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nold\n"))
    reader = Reader(connect(), replace(WANTED, previous=True))
    assert reader.read(4) == b"old\n"
    query = api.wait(LOG, 1).query
    assert (query.get("previous"), query.get("follow")) == ("true", None)


@pytest.mark.parametrize(("status", "words"), [(403, "may not get pods/log"), (404, "get pods/log"), (400, "waiting")])
def test_a_refusal_is_said(api: FakeApi, connect: Connect, status: int, words: str) -> None:
    api.script(LOG, lambda x: x.refuse(status, "container is waiting to start"))
    assert words in str(Reader(connect()).ends.get(timeout=5))


def test_a_stream_that_is_cut_says_so_after_what_came(api: FakeApi, connect: Connect) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk(b"one\n")
        exchange.sock.shutdown(2)

    api.script(LOG, script)
    reader = Reader(connect())
    assert reader.read(4) == b"one\n"
    assert isinstance(reader.ends.get(timeout=5), ApiError)


@pytest.mark.parametrize("headers", [True, False])
def test_stopping_ends_it_at_once_though_the_server_says_nothing(api: FakeApi, connect: Connect, headers: bool) -> None:
    def script(exchange: Exchange) -> None:
        if headers:
            exchange.begin()
            exchange.chunk(b"one\n")
        exchange.hold()

    api.script(LOG, script)
    reader = Reader(connect())
    api.wait(LOG, 1)
    if headers:
        reader.read(4)
    reader.log.stop()
    assert reader.log.join(5)
    assert reader.ends.empty()


def test_the_container_that_is_meant_comes_first() -> None:
    spec = {
        "containers": [{"name": "a"}, {"name": "b"}, {}],
        "initContainers": [{"name": "first"}],
        "ephemeralContainers": "odd",
    }
    assert containers({"spec": spec}) == ("a", "b", "first")
    notes = {"annotations": {"kubectl.kubernetes.io/default-container": "b"}}
    assert containers({"metadata": notes, "spec": spec}) == ("b", "a", "first")
