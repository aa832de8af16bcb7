"""The keeper's client: what a kubeconfig's user and cluster entries mean on the wire."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runners.layers.jsons import Json, text
from runners.tools.lease_client import LeaseClient, LeaseUnreachable, _proxy
from tests.rig.certs import Authority, Pair
from tests.tools.lease_server import LEASES, LeaseServer

LEASE = f"{LEASES}/bedplate"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def server_pair(authority: Authority) -> Pair:
    return authority.server("kube-apiserver")


@pytest.fixture(scope="module")
def user_pair(authority: Authority) -> Pair:
    return authority.client("ada", "admins")


@pytest.fixture
def secure(authority: Authority, server_pair: Pair) -> Iterator[LeaseServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_pair.cert, server_pair.key)
    context.load_verify_locations(authority.pair.cert)
    context.verify_mode = ssl.CERT_OPTIONAL
    with LeaseServer(context) as server:
        yield server


@pytest.fixture
def plain() -> Iterator[LeaseServer]:
    with LeaseServer() as server:
        yield server


def _data(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _client(server: LeaseServer, user: Json, folder: Path, **cluster: object) -> LeaseClient:
    return LeaseClient({"server": server.url, **cluster}, user, {"PATH": os.environ["PATH"]}, folder)


@pytest.mark.parametrize("inline", [True, False], ids=["data", "files"])
def test_a_client_certificate_is_shown_and_leaves_no_file(
    secure: LeaseServer, authority: Authority, user_pair: Pair, tmp_path: Path, inline: bool
) -> None:
    ca = authority.pair.cert
    if inline:
        user = {"client-certificate-data": _data(user_pair.cert), "client-key-data": _data(user_pair.key)}
        client = _client(secure, user, tmp_path, **{"certificate-authority-data": _data(ca)})
    else:
        user = {"client-certificate": str(user_pair.cert), "client-key": str(user_pair.key)}
        client = _client(secure, user, tmp_path, **{"certificate-authority": str(ca)})
    assert client.request("GET", LEASE, None)["code"] == 404
    assert secure.peers == [((("organizationName", "admins"),), (("commonName", "ada"),))]
    assert list(tmp_path.iterdir()) == []


def test_a_server_of_another_authority_is_not_spoken_to(secure: LeaseServer, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    for cluster in ({}, {"certificate-authority-data": _data(other.pair.cert)}):
        with pytest.raises(LeaseUnreachable, match="certificate"):
            _client(secure, {"token": "secret"}, tmp_path, **cluster).request("GET", LEASE, None)
    assert secure.asked == []


def test_insecure_is_honoured_only_when_it_is_asked_for(secure: LeaseServer, tmp_path: Path) -> None:
    client = _client(secure, {}, tmp_path, **{"insecure-skip-tls-verify": True})
    assert client.request("GET", LEASE, None)["code"] == 404


def test_the_certificate_is_checked_against_the_tls_server_name(
    secure: LeaseServer, authority: Authority, tmp_path: Path
) -> None:
    ca = {"certificate-authority-data": _data(authority.pair.cert)}
    right = _client(secure, {}, tmp_path, **ca, **{"tls-server-name": "kubernetes.default.svc"})
    assert right.request("GET", LEASE, None)["code"] == 404
    with pytest.raises(LeaseUnreachable, match="elsewhere"):
        _client(secure, {}, tmp_path, **ca, **{"tls-server-name": "elsewhere"}).request("GET", LEASE, None)


def test_a_token_and_a_path_below_the_server(tmp_path: Path) -> None:
    with LeaseServer(prefix="/k8s/clusters/c-1") as server:
        server.token = "right"
        assert _client(server, {"token": "right"}, tmp_path).request("GET", LEASE, None)["code"] == 404
        assert _client(server, {"token": "wrong"}, tmp_path).request("GET", LEASE, None)["code"] == 401
        assert server.asked[0][1] == f"/k8s/clusters/c-1{LEASE}"


def test_a_token_file_comes_first_and_is_read_each_time(plain: LeaseServer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    client = _client(plain, {"tokenFile": str(file), "token": "old"}, tmp_path)
    for token in ("one", "two"):
        file.write_text(f"{token}\n")
        client.request("GET", LEASE, None)
    file.unlink()
    client.request("GET", LEASE, None)
    assert [headers["authorization"] for _, _, headers in plain.asked] == [
        ["Bearer one"],
        ["Bearer two"],
        ["Bearer old"],
    ]


def test_a_token_file_that_is_not_there_is_told(plain: LeaseServer, tmp_path: Path) -> None:
    with pytest.raises(LeaseUnreachable, match="the token file can't be read: No such file"):
        _client(plain, {"tokenFile": "/no/such/token"}, tmp_path).request("GET", LEASE, None)


def test_it_acts_as_the_one_who_is_impersonated(plain: LeaseServer, tmp_path: Path) -> None:
    user = {"as": "ops", "as-uid": "7", "as-groups": ["one", "two"], "as-user-extra": {"Scopes/x": ["a", "b"]}}
    _client(plain, user, tmp_path).request("GET", LEASE, None)
    headers = plain.asked[0][2]
    assert headers["impersonate-user"] == ["ops"]
    assert headers["impersonate-uid"] == ["7"]
    assert headers["impersonate-group"] == ["one", "two"]
    assert headers["impersonate-extra-scopes%2fx"] == ["a", "b"]


def test_a_plugin_is_asked_once_and_again_when_it_is_refused(plain: LeaseServer, tmp_path: Path) -> None:
    client = _client(plain, {"exec": _plugin(tmp_path, "{'token': f'token-{n}'}")}, tmp_path)
    client.request("GET", LEASE, None)
    client.request("GET", LEASE, None)
    plain.token = "token-2"
    assert client.request("GET", LEASE, None)["code"] == 404
    said = [headers["authorization"][0] for _, _, headers in plain.asked]
    assert said == ["Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"]
    told = json.loads((tmp_path / "told").read_text())
    assert told["info"]["spec"] == {"interactive": False, "cluster": {"server": plain.url}}
    assert told["info"]["apiVersion"] == "client.authentication.k8s.io/v1"
    assert (told["extra"], told["stdin"]) == ("given", "")


def test_a_plugin_is_asked_again_when_its_credentials_run_out(plain: LeaseServer, tmp_path: Path) -> None:
    answer = "{'token': f'token-{n}', 'expirationTimestamp': '2026-01-01T00:00:00Z'}"
    client = _client(plain, {"exec": _plugin(tmp_path, answer)}, tmp_path)
    client.request("GET", LEASE, None)
    client.request("GET", LEASE, None)
    assert [headers["authorization"] for _, _, headers in plain.asked] == [["Bearer token-1"], ["Bearer token-2"]]


def test_a_plugins_certificate_is_used(
    secure: LeaseServer, authority: Authority, user_pair: Pair, tmp_path: Path
) -> None:
    cert, key = (path.read_text() for path in (user_pair.cert, user_pair.key))
    plugin = _plugin(tmp_path, repr({"clientCertificateData": cert, "clientKeyData": key}))
    client = _client(secure, {"exec": plugin}, tmp_path, **{"certificate-authority-data": _data(authority.pair.cert)})
    client.request("GET", LEASE, None)
    assert secure.peers == [((("organizationName", "admins"),), (("commonName", "ada"),))]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import sys; print('visit https://login', file=sys.stderr); sys.exit(3)", "ended 3: visit https://login"),
        ("print('hello')", "gave no credentials"),
        ("print('{}')", "gave no credentials"),
    ],
)
def test_a_plugin_that_fails_is_told(plain: LeaseServer, tmp_path: Path, code: str, why: str) -> None:
    user = {"exec": {"command": sys.executable, "args": ["-c", code]}}
    with pytest.raises(LeaseUnreachable, match=why):
        _client(plain, user, tmp_path).request("GET", LEASE, None)
    assert plain.asked == []


def test_a_plugin_that_is_missing_is_told(plain: LeaseServer, tmp_path: Path) -> None:
    with pytest.raises(LeaseUnreachable, match="no-such-plugin can't be asked: No such file"):
        _client(plain, {"exec": {"command": "no-such-plugin"}}, tmp_path).request("GET", LEASE, None)


def test_a_body_goes_and_an_answer_comes(plain: LeaseServer, tmp_path: Path) -> None:
    client = _client(plain, {}, tmp_path)
    assert text(client.request("POST", LEASES, {"spec": {"holderIdentity": "é"}}), "spec", "holderIdentity") == "é"
    assert plain.holder == "é"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(503, b"<html>", 503), (502, b"{}", 502), (200, b"not json", 200), (500, b'{"kind":"Status","code":599}', 599)],
)
def test_an_answer_that_is_no_object_of_the_api_is_an_error(
    plain: LeaseServer, tmp_path: Path, status: int, body: bytes, code: int
) -> None:
    plain.answer = (status, body)
    answer = _client(plain, {}, tmp_path).request("GET", LEASE, None)
    assert (answer["kind"], answer["code"]) == ("Status", code)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with LeaseServer() as server:
        pass
    with pytest.raises(LeaseUnreachable, match=rf"127\.0\.0\.1:{server.port}: .*refused"):
        _client(server, {}, tmp_path).request("GET", LEASE, None)


def test_a_proxy_is_tunnelled_through(secure: LeaseServer, authority: Authority, tmp_path: Path) -> None:
    cluster = {
        "server": "https://api.example:6443",
        "certificate-authority-data": _data(authority.pair.cert),
        "tls-server-name": "localhost",
    }
    with _tunnel(secure.port) as (port, wanted):
        environ = {"HTTPS_PROXY": f"http://ada:pw@127.0.0.1:{port}"}
        assert LeaseClient(cluster, {}, environ, tmp_path).request("GET", LEASE, None)["code"] == 404
    assert wanted[0].startswith("CONNECT api.example:6443 ")
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'ada:pw').decode()}" in wanted[0]


@pytest.mark.parametrize(
    ("host", "environ", "proxy"),
    [
        ("api.example", {"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ("api.example", {"https_proxy": "http://p:1"}, "http://p:1"),
        ("api.example", {"HTTP_PROXY": "http://p:1"}, ""),
        ("api.example", {"HTTPS_PROXY": "p:1", "NO_PROXY": "example"}, ""),
        ("api.example", {"HTTPS_PROXY": "p:1", "NO_PROXY": "a, .example"}, ""),
        ("api.example", {"HTTPS_PROXY": "p:1", "NO_PROXY": "ample,10.0.0.0/8,x/y"}, "http://p:1"),
        ("api.example", {"HTTPS_PROXY": "p:1", "no_proxy": "*"}, ""),
        ("10.0.0.10", {"HTTPS_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8"}, ""),
        ("11.0.0.10", {"HTTPS_PROXY": "p:1", "NO_PROXY": "10.0.0.0/8"}, "http://p:1"),
        ("localhost", {"HTTPS_PROXY": "p:1"}, ""),
        ("127.0.0.1", {"HTTPS_PROXY": "p:1"}, ""),
        ("::1", {"HTTPS_PROXY": "p:1"}, ""),
    ],
)
def test_which_proxy_the_environment_means(host: str, environ: dict[str, str], proxy: str) -> None:
    assert _proxy(environ, "https", host) == proxy


def _plugin(folder: Path, status: str) -> Json:
    """A credential plugin that counts its calls and writes down what it was told."""
    code = (
        "import json, os, sys\n"
        "from pathlib import Path\n"
        f"folder = Path({str(folder)!r})\n"
        "n = len(list(folder.glob('call-*'))) + 1\n"
        "(folder / f'call-{n}').touch()\n"
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "told = {'info': info, 'extra': os.environ['EXTRA'], 'stdin': sys.stdin.read()}\n"
        "(folder / 'told').write_text(json.dumps(told))\n"
        f"print(json.dumps({{'kind': 'ExecCredential', 'status': {status}}}))\n"
    )
    return {
        "command": sys.executable,
        "args": ["-c", code],
        "env": [{"name": "EXTRA", "value": "given"}],
        "apiVersion": "client.authentication.k8s.io/v1",
        "provideClusterInfo": True,
    }


@contextmanager
def _tunnel(port: int) -> Iterator[tuple[int, list[str]]]:
    """A proxy for one connection, to one port whatever it is asked for."""
    wanted: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            near, _ = listener.accept()
            with near, socket.create_connection(("127.0.0.1", port)) as far:
                wanted.append(near.recv(65536).decode())
                near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=_pass_on, args=(far, near))
                back.start()
                _pass_on(near, far)
                back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], wanted
        thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
