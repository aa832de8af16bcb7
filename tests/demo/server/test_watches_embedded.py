"""Watches under strain, and the whole of our own client on the embedded server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from runners.cluster.connection import Connection
from runners.cluster.decoding import decode
from runners.cluster.errors import Gone
from runners.cluster.listing import pages
from runners.cluster.store import Store
from runners.cluster.watches import Watches
from runners.demo.server.server import EmbeddedServer
from runners.layers.freshness import Reach
from runners.layers.jsons import Json, dig, mapping, sequence, text
from runners.layers.kinds import CORE, CUSTOM
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from tests.cluster.support import THINGS, access, until
from tests.cluster.worlds import CRDS, MAPS


@pytest.fixture
def connection(server: EmbeddedServer) -> Iterator[Connection]:
    connection = Connection(access(server.url, user={"token": server.token}))
    yield connection
    connection.close()


def put(server: EmbeddedServer, name: str, **data: str) -> Json:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
    return server.requests().request(
        "PATCH",
        f"{MAPS}/{name}",
        body=body,
        content_type="application/apply-patch+yaml",
        query={"fieldManager": "test"},
    )


def test_every_kind_is_live_and_custom_ones_come_and_go(server: EmbeddedServer, connection: Connection) -> None:
    names = {"plural": "volumes", "singular": "volume", "kind": "Volume"}
    version = {"name": "v1beta2", "served": True, "storage": True}
    spec = {"group": "longhorn.io", "scope": "Namespaced", "names": names, "versions": [version]}
    store, inside = Store(), server.requests()
    watches = Watches(connection, store)
    watches.start()
    try:
        until(lambda: all(store.freshness(kind).reach is Reach.LIVE for kind in CORE))
        until(lambda: all(store.freshness(kind).reach is Reach.ABSENT for kind in CUSTOM))
        inside.request("POST", CRDS, body={"metadata": {"name": "volumes.longhorn.io"}, "spec": spec})
        until(lambda: store.freshness(LONGHORN_VOLUMES).reach is Reach.LIVE)
        volume = {"apiVersion": "longhorn.io/v1beta2", "kind": "Volume", "metadata": {"name": "pvc-1"}}
        inside.request("POST", "/apis/longhorn.io/v1beta2/namespaces/default/volumes", body=volume)
        until(lambda: [row.name for row in store.all(LONGHORN_VOLUMES)] == ["pvc-1"])
        inside.request("DELETE", f"{CRDS}/volumes.longhorn.io")
        until(lambda: store.freshness(LONGHORN_VOLUMES).reach is Reach.ABSENT)
        assert store.all(LONGHORN_VOLUMES) == []
    finally:
        watches.stop()
        assert watches.join(20)


def test_a_watcher_that_hangs_holds_nobody_up(server: EmbeddedServer, connection: Connection) -> None:
    request = f"GET {MAPS}?watch=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(request.encode())
        with connection.stream(MAPS, query={"watch": "1"}) as stream:
            stream.open()
            for number in range(200):
                put(server, "a", filled="x" * 100_000, number=str(number))
            told = (text(decode(line), "object", "data", "number") for line in stream)
            assert "199" in told


def test_who_reads_too_slowly_is_told_to_list_again() -> None:
    with EmbeddedServer(remembered=5) as server:
        connection = Connection(access(server.url, user={"token": server.token}))
        start = text(put(server, "a"), "metadata", "resourceVersion")
        for number in range(6):
            put(server, "a", number=str(number))
        (line,) = connection.stream(MAPS, query={"watch": "1", "resourceVersion": start})
        assert (dig(decode(line), "type"), dig(decode(line), "object", "code")) == ("ERROR", 410)
        connection.close()


def test_a_list_that_can_not_be_continued_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.cluster.listing.PAGE", 1)
    with EmbeddedServer(remembered=5) as server:
        connection = Connection(access(server.url, user={"token": server.token}))
        put(server, "a")
        put(server, "b")
        listed = pages(connection, THINGS)
        next(listed)
        for number in range(6):
            put(server, "a", number=str(number))
        with pytest.raises(Gone, match="continue parameter is too old"):
            next(listed)
        connection.close()


def test_writers_and_watchers_agree_in_the_end(server: EmbeddedServer, connection: Connection) -> None:
    """Whatever four writers do at once, a watch ends with what a list says, from whichever version it begins."""
    start = text(put(server, "shared"), "metadata", "resourceVersion")

    def write(writer: int) -> None:
        for number in range(25):
            put(server, f"{writer}-{number % 3}", number=str(number))
            put(server, "shared", writer=f"{writer}-{number}")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    put(server, "end")
    listed = server.requests().request("GET", MAPS)
    wanted = {
        text(item, "metadata", "name"): text(item, "metadata", "resourceVersion") for item in sequence(listed, "items")
    }
    told = list(replay(connection, start))
    assert dict(told) == wanted
    middle = len(told) // 2
    assert list(replay(connection, told[middle][1])) == told[middle + 1 :]
    versions = [int(version) for _, version in told]
    assert versions == sorted(set(versions))


def replay(connection: Connection, version: str) -> Iterator[tuple[str, str]]:
    """Names and versions of the events up to the object that is called end."""
    with connection.stream(MAPS, query={"watch": "1", "resourceVersion": version}) as stream:
        for line in stream:
            metadata = mapping(decode(line), "object", "metadata")
            yield text(metadata, "name"), text(metadata, "resourceVersion")
            if metadata["name"] == "end":
                return
