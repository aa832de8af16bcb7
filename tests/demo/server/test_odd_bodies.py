"""Whatever is sent, the answer is an object or a refusal."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runners.cluster.errors import ApiError, ServerTrouble
from runners.demo.actors.api import Requests
from runners.demo.server.server import EmbeddedServer
from tests.cluster.worlds import APPLY, CRDS, JSON_PATCH, MAPS, MERGE, STRATEGIC, definition

PLACES = (
    MAPS,
    CRDS,
    "/api/v1/namespaces",
    "/api/v1/namespaces/default/pods",
    "/api/v1/namespaces/default/secrets",
    "/api/v1/namespaces/default/services",
    "/apis/apps/v1/namespaces/default/deployments",
    "/apis/a.example/v1/namespaces/default/widgets",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
)
WORDS = st.sampled_from(["a", "", "default", "No", "a.example", "Widget", "1"])
LEAVES = st.none() | st.booleans() | st.integers(-1, 2) | WORDS
FIELDS = st.sampled_from(
    [
        *("name", "namespace", "labels", "annotations", "finalizers", "ownerReferences", "resourceVersion", "uid"),
        *("generateName", "managedFields", "ports", "containers", "replicas", "versions", "names", "group", "data"),
        *("stringData", "kind", "apiVersion", "spec", "status", "metadata", "conditions", "$patch", "type", "key"),
    ]
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=3))
TOP = st.sampled_from(["metadata", "spec", "status", "data", "stringData", "apiVersion", "kind", "provisioner"])
BODIES = st.dictionaries(TOP, VALUES, max_size=4) | st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({"name": st.just("a")}, optional={"labels": VALUES, "finalizers": VALUES})},
    optional={"spec": VALUES, "status": VALUES, "data": VALUES},
)


def served() -> Requests:
    requests = EmbeddedServer().requests()
    requests.request("POST", CRDS, body=definition("a.example", status=True))
    requests.request("POST", MAPS, body={"metadata": {"name": "a"}})
    return requests


@settings(max_examples=50)
@given(
    st.sampled_from(PLACES),
    st.lists(
        st.tuples(st.sampled_from(["", MERGE, STRATEGIC, APPLY, JSON_PATCH, "PUT", "DELETE"]), BODIES), max_size=5
    ),
    st.sampled_from(["", "/status", "/scale"]),
)
def test_odd_bodies_are_refused_or_understood(
    place: str, requests: list[tuple[str, dict[str, Any]]], subresource: str
) -> None:
    inside = served()
    for how, body in requests:
        method = how if how in ("PUT", "DELETE") else "PATCH" if how else "POST"
        path = f"{place}/a{subresource if method in ('PUT', 'PATCH') else ''}" if how else place
        try:
            inside.request(method, path, body=body, content_type=how if "/" in how else "application/json")
        except ServerTrouble as error:
            raise AssertionError from error
        except ApiError as error:
            assert 400 <= error.status < 500  # noqa: PT017 - most of them succeed or are refused, whichever it is
        with suppress(ApiError):
            inside.request("GET", place, accept="application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
