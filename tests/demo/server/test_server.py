from __future__ import annotations

import threading
import urllib.request
from urllib.error import HTTPError, URLError

import pytest
import yaml

from runners.cluster import kubeconfig
from runners.cluster.access import Access
from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError, Forbidden, NotFound, Unauthorized
from runners.cluster.identity import resolve
from runners.demo.server.server import EmbeddedServer
from runners.layers.jsons import dig, text
from tests.cluster.support import access, until

PODS = "/api/v1/namespaces/default/pods"


def connect(server: EmbeddedServer, token: str = "") -> Connection:
    return Connection(access(server.url, user={"token": token or server.token}), limits=(10.0, 10.0))


def test_nothing_is_left_once_it_is_closed() -> None:
    before = set(threading.enumerate())
    with EmbeddedServer() as server:
        connection = connect(server)
        watch = connection.stream("/api/v1/pods", query={"watch": "1"})
        watch.open()
        assert connection.request("GET", PODS)["kind"] == "PodList"
        assert len(set(threading.enumerate()) - before) >= 3
        url = server.url
    assert set(threading.enumerate()) <= before
    with pytest.raises((URLError, ConnectionError)):
        urllib.request.urlopen(url, timeout=1)
    assert list(watch) == []
    connection.close()


def test_it_demands_its_token(server: EmbeddedServer) -> None:
    connection = connect(server, "another")
    with pytest.raises(Unauthorized, match="Unauthorized"):
        connection.request("GET", PODS)
    connection.close()
    with pytest.raises(HTTPError) as raised:
        urllib.request.urlopen(f"{server.url}/version", timeout=2)
    assert raised.value.code == 401
    raised.value.close()


@pytest.mark.parametrize("for_kubectl", [False, True])
def test_its_kubeconfig_leads_to_it(
    server: EmbeddedServer, for_kubectl: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("kube") / "config"
    path.write_text(server.kubeconfig("demo", for_kubectl=for_kubectl))
    found: Access = kubeconfig.load({}, kubeconfig=path)
    assert (found.context, found.server) == ("demo", server.url)
    if for_kubectl:
        found = kubeconfig.load({}, kubeconfig=path)
        document = yaml.safe_load(path.read_text())
        del document["users"][0]["user"]["token"]
        path.write_text(yaml.safe_dump(document))
        found = kubeconfig.load({}, kubeconfig=path)
    connection = Connection(found)
    kube_system = server.requests().request("GET", "/api/v1/namespaces/kube-system")
    identity = resolve(connection)
    connection.close()
    assert identity.uid == text(kube_system, "metadata", "uid")
    assert identity.version.startswith("v1.34")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{PODS}/none", None),
        ("GET", "/apis/no.such.example/v1/things", None),
        ("POST", "/api/v1/namespaces", {"metadata": {"name": "default"}}),
        ("POST", "/api/v1/namespaces", {"metadata": {"name": "No"}}),
        ("POST", PODS, {"kind": "Service"}),
        ("PUT", "/api/v1/namespaces/default", {"metadata": {"resourceVersion": "1"}}),
        ("GET", PODS, None),
    ],
)
def test_requests_from_inside_fail_as_those_of_a_connection(
    server: EmbeddedServer, method: str, path: str, body: dict[str, object] | None
) -> None:
    connection, said = connect(server), []
    for requests in (connection, server.requests()):
        with pytest.raises(ApiError) as raised:
            requests.request(method, path, query={"limit": "many"} if body is None else None, body=body)
        error = raised.value
        said.append((type(error), str(error), error.status, error.reason, error.asked))
    connection.close()
    assert said[0] == said[1]


def test_what_is_forbidden_is_so_for_lists_watches_and_reviews_alike(server: EmbeddedServer) -> None:
    connection = connect(server)
    allow = server.forbid("*", "pods")
    review = {"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}}
    reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    said = 'pods is forbidden: User "demo" cannot list resource "pods" in API group "" at the cluster scope'
    with pytest.raises(Forbidden, match=said):
        connection.request("GET", "/api/v1/pods")
    with pytest.raises(Forbidden, match=r'cannot watch resource "pods" .* in the namespace "default"'):
        connection.stream(PODS, query={"watch": "1"}).open()
    assert dig(connection.request("POST", reviews, body=review), "status", "allowed") is False
    assert server.requests().request("GET", PODS)["items"] == []
    allow()
    assert connection.request("GET", PODS)["items"] == []
    assert dig(connection.request("POST", reviews, body=review), "status", "allowed") is True
    connection.close()


def test_who_may_not_see_one_namespace_may_not_see_them_all(server: EmbeddedServer) -> None:
    connection = connect(server)
    server.forbid("list", "deployments", group="apps", namespace="kube-system")
    for path in ("/apis/apps/v1/deployments", "/apis/apps/v1/namespaces/kube-system/deployments"):
        with pytest.raises(Forbidden):
            connection.request("GET", path)
    assert connection.request("GET", "/apis/apps/v1/namespaces/default/deployments")["items"] == []
    connection.close()


def test_a_log_is_followed(server: EmbeddedServer) -> None:
    server.requests().request("POST", PODS, body={"metadata": {"name": "web"}, "spec": {"containers": []}})
    connection, log = connect(server), f"{PODS}/web/log"
    assert connection.read(log) == b""
    server.log("default", "web", "one\ntwo\nthree\n")
    assert connection.read(log, query={"tailLines": "2"}) == b"two\nthree\n"
    heard: list[bytes] = []
    stream = connection.stream(log, query={"follow": "true", "tailLines": "1"})
    thread = threading.Thread(target=lambda: heard.extend(stream))
    thread.start()
    until(lambda: heard == [b"three"])
    server.log("default", "web", "four\n")
    until(lambda: heard == [b"three", b"four"])
    stream.stop()
    thread.join(20)
    with pytest.raises(NotFound):
        connection.read(f"{PODS}/none/log")
    connection.close()


def test_what_was_handed_out_stays_as_it_was_when_the_object_changes(server: EmbeddedServer) -> None:
    requests = server.requests()
    labelled = {"metadata": {"name": "kept", "labels": {"at": "first"}}}
    requests.request("POST", "/api/v1/namespaces", body={"apiVersion": "v1", "kind": "Namespace", **labelled})
    before = requests.request("GET", "/api/v1/namespaces/kept")
    patch = {"metadata": {"labels": {"at": "last"}}}
    path, media = "/api/v1/namespaces/kept", "application/merge-patch+json"
    after = requests.request("PATCH", path, body=patch, content_type=media)
    assert [text(one, "metadata", "labels", "at") for one in (before, after)] == ["first", "last"]
