from __future__ import annotations

import base64
import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runners.cluster.connection import MERGE_PATCH, Connection
from runners.cluster.errors import (
    ApiError,
    Conflict,
    CredentialsError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    ServerTrouble,
    Unauthorized,
    Unreachable,
)
from runners.cluster.stream import Stream
from runners.layers.jsons import Json
from tests.cluster.fake_api import Exchange, FakeApi
from tests.cluster.support import access, until
from tests.rig.certs import Authority

Connect = Callable[..., Connection]
PODS = "/api/v1/pods"
VERSION = "client.authentication.k8s.io/v1"


def test_what_is_asked_and_answered(api: FakeApi, connect: Connect) -> None:
    api.script(PODS, lambda exchange: exchange.json({"kind": "PodList", "items": []}))
    assert connect().request("GET", PODS, query={"labelSelector": "a=b,c!=d"}, accept="application/x") == {
        "kind": "PodList",
        "items": [],
    }
    asked = api.requests[0]
    assert asked.query == {"labelSelector": "a=b,c!=d"}
    assert asked.header("Accept") == "application/x"
    assert asked.header("User-Agent") == "bedplate"
    assert asked.header("Authorization") == ""


@pytest.mark.parametrize("content_type", ["application/json", MERGE_PATCH, "application/apply-patch+yaml"])
def test_a_body_is_sent_as_json_of_its_type(api: FakeApi, connect: Connect, content_type: str) -> None:
    api.script(PODS, lambda exchange: exchange.json({}))
    connect().request("PATCH", PODS, body={"ä": [1]}, content_type=content_type)
    assert api.requests[0].header("Content-Type") == content_type
    assert api.requests[0].body == b'{"\\u00e4": [1]}'


def test_a_server_behind_a_path_is_asked_below_it(api: FakeApi) -> None:
    api.script("/k8s/clusters/c-1/version", lambda exchange: exchange.json({"gitVersion": "v1"}))
    connection = Connection(access(f"{api.url}/k8s/clusters/c-1"))
    assert connection.request("GET", "/version") == {"gitVersion": "v1"}
    connection.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (410, Gone),
        (422, Invalid),
        (429, ServerTrouble),
        (503, ServerTrouble),
        (418, ApiError),
    ],
)
def test_a_refusal_says_what_where_and_why(api: FakeApi, connect: Connect, status: int, kind: type[ApiError]) -> None:
    api.script(PODS, lambda exchange: exchange.refuse(status, "because\n\x1b[31mof it", Retry_After="7"))
    with pytest.raises(kind) as raised:
        connect().request("GET", PODS)
    assert type(raised.value) is kind
    said = str(raised.value)
    assert f"list pods on {api.url}: because of it" in said
    assert (raised.value.status, raised.value.retry_after) == (status, 7.0)
    assert str(raised.value.asked) == "list pods"
    assert said.startswith("may not ") == (status == 403)


def test_what_is_no_kubernetes_api_is_said(api: FakeApi, connect: Connect) -> None:
    page = b"<html>log in</html>"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n".encode()
    api.script("/version", lambda exchange: exchange.raw(head + page))
    with pytest.raises(ApiError, match="not a JSON object; is this a Kubernetes API"):
        connect().request("GET", "/version")


def test_an_error_page_of_a_proxy_is_quoted_shortly(api: FakeApi, connect: Connect) -> None:
    page = b"<html>" + b"x" * 100_000
    head = f"HTTP/1.1 502 Bad\r\nContent-Length: {len(page)}\r\n\r\n".encode()
    api.script("/version", lambda exchange: exchange.raw(head + page))
    with pytest.raises(ServerTrouble) as raised:
        connect().request("GET", "/version")
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(api: FakeApi, connect: Connect, status: int) -> None:
    def elsewhere(exchange: Exchange) -> None:
        exchange.json({}, status, Location=f"{api.url}/elsewhere")

    api.script(PODS, elsewhere)
    with pytest.raises(ApiError):
        connect({"token": "t"}).request("POST", PODS, body={})
    assert [exchange.path for exchange in api.requests] == [PODS]


@pytest.mark.parametrize("failure", ["closed", "429", "503", "silent"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_mutation_is_sent_once(api: FakeApi, failure: str, method: str) -> None:
    def script(exchange: Exchange) -> None:
        if failure == "closed":
            exchange.sock.shutdown(socket.SHUT_RDWR)
        elif failure == "silent":
            exchange.hold()
        else:
            exchange.refuse(int(failure), Retry_After="0")

    path = "/api/v1/namespaces/a/pods/b"
    api.script(path, script)
    connection = Connection(access(api.url), limits=(5.0, 0.1 if failure == "silent" else 5.0))
    with pytest.raises(ApiError) as raised:
        connection.request(method, path, body={})
    connection.close()
    api.wait(path, 1)
    assert len(api.requests) == 1
    assert ("look before you repeat it" in str(raised.value)) == (failure in ("closed", "silent"))


def test_no_server_is_said_for_people() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    connection = Connection(access(f"http://127.0.0.1:{port}"))
    with pytest.raises(Unreachable) as raised:
        connection.request("POST", PODS, body={})
    assert "no connection: connection refused; is the cluster up" in str(raised.value)
    assert "carried out" not in str(raised.value)


def test_a_name_that_does_not_resolve_is_said() -> None:
    with pytest.raises(Unreachable, match="its name can't be resolved"):
        Connection(access("https://no-such-host.invalid")).request("GET", "/version")


# Who asks.


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"token": "abc\n"}, "Bearer abc"),
        ({"username": "u", "password": "p:ä"}, "Basic " + base64.b64encode("u:p:ä".encode()).decode()),
        ({"token": "abc", "exec": {"command": "/nonexistent"}}, "Bearer abc"),
    ],
)
def test_fixed_credentials(api: FakeApi, connect: Connect, user: Json, expected: str) -> None:
    api.script("/version", lambda exchange: exchange.json({}))
    connect(user).request("GET", "/version")
    assert api.requests[0].header("Authorization") == expected


def test_impersonation_is_sent_with_every_request(api: FakeApi, connect: Connect) -> None:
    api.script("/version", lambda exchange: exchange.json({}))
    api.script(PODS, lambda exchange: exchange.json({}))
    connection = connect(
        {
            "token": "t",
            "as": "jane",
            "as-uid": "7",
            "as-groups": ["ops", "dev"],
            "as-user-extra": {"example.com/scope": ["a", "b"]},
        }
    )
    connection.request("GET", "/version")
    list(connection.stream(PODS, query={"watch": "1"}))
    for exchange in api.requests:
        assert exchange.all("Impersonate-User") == ["jane"]
        assert exchange.all("Impersonate-Uid") == ["7"]
        assert exchange.all("Impersonate-Group") == ["ops", "dev"]
        assert exchange.all("Impersonate-Extra-example.com%2Fscope") == ["a", "b"]


def test_a_token_file_beats_a_token_and_is_read_again(
    api: FakeApi, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.script("/version", lambda exchange: exchange.json({}))
    path = tmp_path / "token"
    path.write_text("first\n")
    connection = connect({"token": "fixed", "tokenFile": str(path)})
    now = time.monotonic()
    for moment, content in ((0, "second"), (59, "second"), (61, "second")):
        monkeypatch.setattr("runners.cluster.credentials.time.monotonic", lambda moment=moment: now + moment)
        connection.request("GET", "/version")
        path.write_text(content)
    sent = [exchange.header("Authorization") for exchange in api.requests]
    assert sent == ["Bearer first", "Bearer first", "Bearer second"]


def test_a_token_file_that_is_missing_sends_nothing(api: FakeApi, connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="can't be read"):
        connect({"tokenFile": str(tmp_path / "nope")}).request("GET", "/version")
    assert api.requests == []


def test_a_secret_that_http_cannot_carry_is_not_quoted(api: FakeApi, connect: Connect) -> None:
    for token in ("s3cret\r\nX-Evil: 1", "s3cret-日本"):
        with pytest.raises(CredentialsError) as raised:
            connect({"token": token}).request("GET", "/version")
        assert "s3cret" not in f"{raised.value} {raised.value.__cause__}"
    assert api.requests == []


# TLS.


def speak(api: FakeApi, cluster: Json, user: Json | None = None, server: str = "") -> Json:
    """Asks for the version once."""
    connection = Connection(access(server or api.url, cluster=cluster, user=user), limits=(10.0, 10.0))
    try:
        return connection.request("GET", "/version")
    finally:
        connection.close()


def data(path: Path) -> str:
    """A file as a ``…-data`` field has it."""
    return base64.b64encode(path.read_bytes()).decode()


@pytest.fixture
def subjects(secure_api: FakeApi) -> list[str]:
    """The common names of the client certificates that were shown, one a request."""
    shown: list[str] = []

    def script(exchange: Exchange) -> None:
        assert isinstance(exchange.sock, ssl.SSLSocket)
        certificate = exchange.sock.getpeercert() or {}
        names = [pair[1] for part in certificate.get("subject", ()) for pair in part if pair[0] == "commonName"]
        shown.append("".join(map(str, names)))
        exchange.json({"gitVersion": "v1"})

    secure_api.script("/version", script)
    return shown


def test_the_servers_certificate_is_checked_against_the_clusters_own_authority(
    secure_api: FakeApi, authority: Authority, subjects: list[str]
) -> None:
    ca = authority.pair.cert
    assert speak(secure_api, {"certificate-authority": str(ca)}) == {"gitVersion": "v1"}
    assert speak(secure_api, {"certificate-authority-data": data(ca)}) == {"gitVersion": "v1"}
    with pytest.raises(Unreachable, match="its certificate is not accepted"):
        speak(secure_api, {})
    assert speak(secure_api, {"insecure-skip-tls-verify": True}) == {"gitVersion": "v1"}


def test_a_certificate_for_another_name_needs_tls_server_name(
    secure_api: FakeApi, authority: Authority, subjects: list[str]
) -> None:
    cluster = {"certificate-authority": str(authority.pair.cert)}
    with pytest.raises(Unreachable, match="its certificate is not accepted"):
        speak(secure_api, {**cluster, "tls-server-name": "another.example"})
    assert speak(secure_api, {**cluster, "tls-server-name": "kubernetes.default"}) == {"gitVersion": "v1"}


def test_a_client_certificate_is_shown(secure_api: FakeApi, authority: Authority, subjects: list[str]) -> None:
    pair, cluster = authority.client("jane"), {"certificate-authority": str(authority.pair.cert)}
    speak(secure_api, cluster, {"client-certificate": str(pair.cert), "client-key": str(pair.key)})
    speak(secure_api, cluster, {"client-certificate-data": data(pair.cert), "client-key-data": data(pair.key)})
    speak(secure_api, cluster)
    assert subjects == ["jane", "jane", ""]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"client-certificate": "/nonexistent/c", "client-key": "/nonexistent/k"}, "/nonexistent/c: No such file"),
        ({"client-certificate-data": "§", "client-key-data": "x"}, "client-certificate-data is not base64"),
        ({"client-certificate-data": "eHg=", "client-key-data": "eHg="}, "don't load"),
    ],
)
def test_a_client_certificate_that_cannot_be_used_sends_nothing(
    secure_api: FakeApi, authority: Authority, user: Json, said: str
) -> None:
    with pytest.raises(CredentialsError, match=said):
        speak(secure_api, {"certificate-authority": str(authority.pair.cert)}, user)
    assert secure_api.requests == []


def test_a_plugins_certificate_is_shown_and_replaced(
    secure_api: FakeApi, authority: Authority, subjects: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "plugin"
    script.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\n")
    script.chmod(0o700)
    user = {"exec": {"apiVersion": VERSION, "command": str(script), "interactiveMode": "Never"}}
    cluster = {"certificate-authority": str(authority.pair.cert)}
    found = access(secure_api.url, user=user, cluster=cluster, environ={"PATH": "/usr/bin:/bin"})
    connection = Connection(found)
    now = time.time()
    for moment, who in ((0.0, "jane"), (400.0, "joe")):
        monkeypatch.setattr("runners.cluster.exec_plugin.time.time", lambda moment=moment: now + moment)
        (tmp_path / "answer").write_text(credential(authority, who, now + moment + 300))
        connection.request("GET", "/version")
    connection.close()
    assert subjects == ["jane", "joe"]


def credential(authority: Authority, who: str, expires: float) -> str:
    """An ExecCredential with a client certificate."""
    pair = authority.client(who)
    status = {
        "clientCertificateData": pair.cert.read_text(),
        "clientKeyData": pair.key.read_text(),
        "expirationTimestamp": datetime.fromtimestamp(expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return json.dumps({"apiVersion": VERSION, "kind": "ExecCredential", "status": status})


# Proxies.


class Proxy:
    """Takes CONNECT and plain requests for any host to one server."""

    def __init__(self, api: FakeApi) -> None:
        self.asked: list[str] = []
        self._target = ("127.0.0.1", api.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    def _run(self, target: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=target, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                head += near.recv(65536)
            self.asked.append(head.decode())
            far = socket.create_connection(self._target)
            self._sockets += [near, far]
            if head.startswith(b"CONNECT"):
                near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                method, target, rest = head.split(b" ", 2)
                far.sendall(b" ".join((method, b"/" + target.split(b"/", 3)[3], rest)))
            self._run(lambda near=near, far=far: pump(near, far))  # type: ignore[misc]
            self._run(lambda near=near, far=far: pump(far, near))  # type: ignore[misc]

    def close(self) -> None:
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(20)
        for sock in (self._listener, *self._sockets):
            sock.close()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Copies until one side ends."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy(secure_api: FakeApi) -> Iterator[Proxy]:
    """A proxy that leads every name to the scripted TLS server."""
    made = Proxy(secure_api)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("cluster", "environ", "uses"),
    [
        ({"proxy-url": "http://{}"}, {}, True),
        ({"proxy-url": "http://{}"}, {"NO_PROXY": "*"}, True),
        ({}, {"HTTPS_PROXY": "http://{}"}, True),
        ({}, {"https_proxy": "{}"}, True),
        ({}, {"HTTP_PROXY": "http://{}"}, False),
        ({}, {"HTTPS_PROXY": "http://{}", "NO_PROXY": ".example"}, False),
    ],
)
def test_a_proxy_is_used_where_it_should_be(
    secure_api: FakeApi,
    authority: Authority,
    subjects: list[str],
    proxy: Proxy,
    cluster: dict[str, str],
    environ: dict[str, str],
    uses: bool,
) -> None:
    cluster = {name: value.format(proxy.address) for name, value in cluster.items()}
    environ = {name: value.format(proxy.address) for name, value in environ.items()}
    trust = {"certificate-authority": str(authority.pair.cert), "tls-server-name": "localhost"}
    found = access("https://cluster.invalid.example:6443", cluster={**trust, **cluster}, environ=environ)
    connection = Connection(found, limits=(10.0, 10.0))
    try:
        if uses:
            assert connection.request("GET", "/version") == {"gitVersion": "v1"}
            assert [asked.split()[1] for asked in proxy.asked] == ["cluster.invalid.example:6443"]
        else:
            with pytest.raises(Unreachable, match="resolved"):
                connection.request("GET", "/version")
            assert proxy.asked == []
    finally:
        connection.close()


def test_loopback_is_reached_without_the_environments_proxy(
    secure_api: FakeApi, authority: Authority, subjects: list[str], proxy: Proxy
) -> None:
    found = access(
        secure_api.url,
        cluster={"certificate-authority": str(authority.pair.cert)},
        environ={"HTTPS_PROXY": f"http://{proxy.address}"},
    )
    connection = Connection(found)
    connection.request("GET", "/version")
    connection.close()
    assert proxy.asked == []


def test_a_proxys_password_is_sent_to_it_and_never_shown(secure_api: FakeApi, authority: Authority) -> None:
    refusing = FakeApi()
    with refusing:
        found = access(
            "https://cluster.example:6443", cluster={"proxy-url": f"http://me:s3cret@127.0.0.1:{refusing.port}"}
        )
        connection = Connection(found, limits=(10.0, 10.0))
        with pytest.raises(Unreachable, match="the proxy does not let it through") as raised:
            connection.request("GET", "/version")
        assert "s3cret" not in str(raised.value)
        assert refusing.requests[0].header("Proxy-Authorization").startswith("Basic ")
        connection.close()


# Streams.


def test_a_stream_yields_lines_as_they_come(api: FakeApi, connect: Connect) -> None:
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk(b"one\ntw")
        assert go.wait(20)
        exchange.chunk(b"o\n\nlast")
        exchange.end()

    api.script("/log", script)
    lines = iter(connect().stream("/log"))
    assert next(lines) == b"one"
    go.set()
    assert list(lines) == [b"two", b"last"]


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("phase", ["handshake", "headers", "body"])
def test_a_stream_is_stopped_at_once_from_another_thread(
    api: FakeApi, secure_api: FakeApi, authority: Authority, phase: str, secure: bool
) -> None:
    fake = secure_api if secure else api
    reached = threading.Event()

    def script(exchange: Exchange) -> None:
        if phase == "body":
            exchange.begin()
            exchange.chunk(b"one\n")
        reached.set()
        exchange.hold()

    fake.script("/log", script)
    url = fake.url
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        if phase == "handshake":
            url = f"{'https' if secure else 'http'}://127.0.0.1:{deaf.getsockname()[1]}"
            reached.set()
        cluster = {"certificate-authority": str(authority.pair.cert)}
        connection = Connection(access(url, cluster=cluster), limits=(30.0, 30.0))
        stream = connection.stream("/log")
        lines: list[bytes] = []
        reader = threading.Thread(target=read_into, args=(stream, lines))
        reader.start()
        assert reached.wait(20)
        expected = [b"one"] if phase == "body" else []
        until(lambda: lines == expected)
        time.sleep(0.1)
        began = time.monotonic()
        stream.stop()
        reader.join(10)
        took = time.monotonic() - began
    connection.close()
    assert not reader.is_alive()
    assert took < 5
    assert lines == expected


def test_a_stream_on_a_connection_that_was_used_before_is_stopped_too(api: FakeApi, connect: Connect) -> None:
    reached = threading.Event()

    def script(exchange: Exchange) -> None:
        reached.set()
        exchange.hold()

    api.script("/version", lambda exchange: exchange.json({}))
    api.script("/log", script)
    connection = connect()
    connection.request("GET", "/version")
    stream = connection.stream("/log", timeout=(30.0, 30.0))
    reader = threading.Thread(target=read_into, args=(stream, []))
    reader.start()
    assert reached.wait(20)
    stream.stop()
    reader.join(5)
    assert not reader.is_alive()
    assert api.connections == 1


def read_into(stream: Stream, lines: list[bytes]) -> None:
    """Takes the lines of a stream as they come."""
    for line in stream:
        lines.append(line)


def test_a_stream_that_was_stopped_before_it_began_sends_nothing(api: FakeApi, connect: Connect) -> None:
    stream = connect().stream("/log")
    stream.stop()
    assert list(stream) == []
    assert api.requests == []


def test_a_stream_that_breaks_says_so(api: FakeApi, connect: Connect) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk(b"one\n")
        exchange.sock.shutdown(socket.SHUT_RDWR)

    api.script("/log", script)
    lines = iter(connect().stream("/log"))
    assert next(lines) == b"one"
    with pytest.raises(Unreachable, match="the connection broke"):
        next(lines)
