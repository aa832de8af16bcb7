"""A pod's port on this machine's loopback: bytes both ways, as whom it is asked, and what is said when it can't be."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from runners.cluster.access import Access
from runners.cluster.connection import Connection
from runners.cluster.endpoints import Pod, pod_behind
from runners.cluster.errors import ApiError, Forbidden, NotFound, Unreachable
from runners.cluster.port_forward import Forward, PodRefused
from tests.cluster.fake_api import FakeApi
from tests.cluster.pod_forward import forward_to
from tests.cluster.support import access
from tests.rig.certs import Authority

PATH = "/api/v1/namespaces/store/pods/minio-0/portforward"


@pytest.fixture
def echo() -> Iterator[int]:
    """A server on loopback that answers each connection with what it got, twice."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                sock, _address = listener.accept()
            except OSError:
                return
            with sock:
                while piece := sock.recv(65_536):
                    sock.sendall(piece * 2)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(20)


def ask(forward: Forward, said: bytes) -> bytes:
    """Sends, and reads twice as much, or what there is until the end."""
    with socket.create_connection(("127.0.0.1", forward.port), 5) as sock:
        found = b""
        with contextlib.suppress(ConnectionError):
            sock.sendall(said)
            while len(found) < 2 * len(said) and (piece := sock.recv(65_536)):
                found += piece
        return found


def to_pod(entry: Access) -> Forward:
    return Forward(entry, "store", "minio-0", 9000)


def test_bytes_go_both_ways_on_several_connections(api: FakeApi, echo: int) -> None:
    api.script(PATH, forward_to(echo))
    with to_pod(access(api.url, user={"token": "t", "as": "someone-else"})) as forward:
        assert len(ask(forward, bytes(range(256)) * 1024)) == 2 * 256 * 1024
        assert ask(forward, b"hello") == b"hellohello"
        assert forward.trouble is None
    asked = api.asked(PATH)[0]
    assert (asked.method, asked.query) == ("GET", {"ports": "9000"})
    assert (asked.header("Authorization"), asked.header("Impersonate-User")) == ("Bearer t", "someone-else")


def test_it_shows_a_client_certificate_and_checks_the_servers(
    secure_api: FakeApi, authority: Authority, echo: int
) -> None:
    secure_api.script(PATH, forward_to(echo))
    client = authority.client("admin", "system:masters")
    user = {"client-certificate": str(client.cert), "client-key": str(client.key)}
    trusted = {"certificate-authority-data": base64.b64encode(authority.pair.cert.read_bytes()).decode()}
    with to_pod(access(secure_api.url, user=user, cluster=trusted)) as forward:
        assert ask(forward, b"hello") == b"hellohello"
    with to_pod(access(secure_api.url, user=user)) as forward:
        assert ask(forward, b"hello") == b""
        assert isinstance(forward.trouble, Unreachable)
        assert "certificate verify failed" in str(forward.trouble)


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (403, Forbidden, "may not get pods/portforward store/minio-0"),
        (404, NotFound, "get pods/portforward store/minio-0"),
        (302, Unreachable, "Redirect"),
    ],
)
def test_a_refusal_is_the_trouble(api: FakeApi, status: int, kind: type[ApiError], says: str) -> None:
    location = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}
    api.script(PATH, lambda exchange: exchange.refuse(status, **location))
    with to_pod(access(api.url, user={"token": "t"})) as forward:
        assert ask(forward, b"hello") == b""
        assert isinstance(forward.trouble, kind)
        assert says in str(forward.trouble)


def test_a_pod_that_does_not_listen_is_the_trouble(api: FakeApi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        target = closed.getsockname()[1]
    api.script(PATH, forward_to(target))
    with to_pod(access(api.url)) as forward:
        assert ask(forward, b"hello") == b""
        assert isinstance(forward.trouble, PodRefused)
        assert "error forwarding port: Connection refused" in str(forward.trouble)


def test_nobody_at_the_api_server() -> None:
    with FakeApi() as gone:
        url = gone.url
    with to_pod(access(url)) as forward:
        assert ask(forward, b"hello") == b""
        assert isinstance(forward.trouble, Unreachable)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 5)


SERVICE = "/api/v1/namespaces/store/services/minio"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/store/endpointslices"
PORTS = {"spec": {"ports": [{"name": "http-console", "port": 9090}, {"name": "http-minio", "port": 80}]}}


def endpoint(name: str, *, ready: bool | None = True, kind: str = "Pod") -> dict[str, object]:
    return {"targetRef": {"kind": kind, "name": name}, "conditions": {} if ready is None else {"ready": ready}}


def part(*endpoints: dict[str, object], name: str = "http-minio", port: int = 9000) -> dict[str, object]:
    return {"ports": [{"name": name, "port": port}], "endpoints": list(endpoints)}


@pytest.mark.parametrize(
    ("parts", "pod"),
    [
        ([part(endpoint("a", ready=False), endpoint("b"))], "b"),
        ([part(endpoint("a", ready=None))], "a"),
        ([part(endpoint("console"), name="http-console", port=9090), part(endpoint("b"))], "b"),
        ([part(endpoint("x", kind="Node"))], None),
        ([{"ports": None, "endpoints": [endpoint("a")]}], None),
        ([], None),
    ],
)
def test_a_ready_pod_behind_a_service(
    api: FakeApi, connect: Callable[..., Connection], parts: list[object], pod: str | None
) -> None:
    api.script(SERVICE, lambda exchange: exchange.json(PORTS))
    api.script(SLICES, lambda exchange: exchange.json({"items": parts}))
    if pod is None:
        with pytest.raises(NotFound, match="no pod behind Service store/minio is ready"):
            pod_behind(connect(), "store/minio", 80)
    else:
        assert pod_behind(connect(), "store/minio", 80) == Pod("store", pod, 9000)
    assert api.asked(SLICES)[0].query == {"labelSelector": "kubernetes.io/service-name=minio"}


def test_a_port_that_a_service_has_not(api: FakeApi, connect: Callable[..., Connection]) -> None:
    api.script(SERVICE, lambda exchange: exchange.json(PORTS))
    with pytest.raises(NotFound, match="Service store/minio has no port 81"):
        pod_behind(connect(), "store/minio", 81)
