"""The stand-ins' connection: what it reads of a kubeconfig, and what it raises."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import yaml

from runners.cluster.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized, Unreachable
from runners.demo.tools.client import Client, connect
from runners.demo.tools.edge import NoContext
from tests.demo.tools.place import Place


@pytest.fixture
def client(place: Place) -> Client:
    return connect("demo", place.environ)


def test_it_reads_and_writes(client: Client) -> None:
    made = client.request("POST", "/api/v1/namespaces", body={"metadata": {"name": "shop"}})
    assert made["kind"] == "Namespace"
    text = "ä \u2028 …"
    path = "/api/v1/namespaces/shop/configmaps"
    client.request("POST", path, body={"metadata": {"name": "a", "labels": {"x": "y"}}, "data": {"k": text}})
    found = client.request("GET", path, query={"labelSelector": "x=y,x!=z"})
    assert [item["data"] for item in found["items"]] == [{"k": text}]  # type: ignore[attr-defined]


def test_it_raises_what_the_programs_own_connection_raises(client: Client, place: Place) -> None:
    with pytest.raises(NotFound, match='namespaces "nope" not found'):
        client.request("GET", "/api/v1/namespaces/nope")
    with pytest.raises(Conflict):
        client.request("POST", "/api/v1/namespaces", body={"metadata": {"name": "default"}})
    with pytest.raises(Invalid):
        client.request("POST", "/api/v1/namespaces", body={"metadata": {"name": "Not A Name"}})
    with pytest.raises(Unauthorized):
        Client(client.host, client.port, "wrong").request("GET", "/api/v1/namespaces")
    place.server.forbid("list", "pods")
    with pytest.raises(Forbidden, match="may not list pods"):
        client.request("GET", "/api/v1/pods")


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=f"Kubernetes cluster unreachable: dial tcp 127.0.0.1:{port}"):
        Client("127.0.0.1", port).request("GET", "/version")


def test_contexts(place: Place, tmp_path: Path) -> None:
    assert connect("", place.environ) == connect("demo", place.environ)
    with pytest.raises(NoContext, match='context "other" does not exist'):
        connect("other", place.environ)
    with pytest.raises(NoContext, match='context "" does not exist'):
        connect("", {"KUBECONFIG": str(tmp_path / "nope")})
    first = f"{tmp_path / 'nope'}:{place.environ['KUBECONFIG']}"
    assert connect("demo", {"KUBECONFIG": first}) == connect("demo", place.environ)


def test_a_real_cluster_is_out_of_its_reach(place: Place, tmp_path: Path) -> None:
    config = yaml.safe_load(Path(place.environ["KUBECONFIG"]).read_text())
    config["clusters"][0]["cluster"]["server"] = "https://10.0.0.1:6443"
    (tmp_path / "real").write_text(yaml.safe_dump(config))
    with pytest.raises(NoContext, match="speak plain HTTP only"):
        connect("demo", {"KUBECONFIG": str(tmp_path / "real")})
    (tmp_path / "real").write_text("a: [")
    with pytest.raises(NoContext, match="error loading config file"):
        connect("demo", {"KUBECONFIG": str(tmp_path / "real")})


def test_the_token_is_not_in_its_words(client: Client) -> None:
    assert client.token
    assert client.token not in repr(client)
