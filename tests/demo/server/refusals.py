"""Requests that an API server refuses, with the code, reason and words of the refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.cluster.worlds import CRDS, JSON_PATCH, MAPS, MERGE

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"


@dataclass(frozen=True)
class Refusal:
    """One request, where there is a ConfigMap ``SUITE-a``; ``SUITE`` stands for the test's own name everywhere."""

    title: str
    method: str
    path: str
    code: int
    reason: str
    """Empty where the real one answers with a text instead of a Status."""
    words: str
    body: object = None
    query: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"


REFUSALS = (
    Refusal("get a missing object", "GET", f"{MAPS}/SUITE-none", 404, "NotFound", 'configmaps "SUITE-none" not found'),
    Refusal(
        "get a missing object of a group",
        "GET",
        f"{DEPLOYMENTS}/SUITE-none",
        404,
        "NotFound",
        'deployments.apps "SUITE-none" not found',
    ),
    Refusal(
        "delete a missing object", "DELETE", f"{MAPS}/SUITE-none", 404, "NotFound", 'configmaps "SUITE-none" not found'
    ),
    Refusal(
        "create what exists",
        "POST",
        MAPS,
        409,
        "AlreadyExists",
        'configmaps "SUITE-a" already exists',
        body={"metadata": {"name": "SUITE-a"}},
    ),
    Refusal(
        "create without a name",
        "POST",
        MAPS,
        422,
        "Invalid",
        "Required value: name or generateName is required",
        body={"metadata": {}},
    ),
    Refusal(
        "create under a bad name",
        "POST",
        MAPS,
        422,
        "Invalid",
        'ConfigMap "No" is invalid: metadata.name: Invalid value: "No": a lowercase RFC 1123 subdomain must',
        body={"metadata": {"name": "No"}},
    ),
    Refusal(
        "create a namespace under a bad name",
        "POST",
        "/api/v1/namespaces",
        422,
        "Invalid",
        'Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
        body={"metadata": {"name": "a.b"}},
    ),
    Refusal(
        "create in a missing namespace",
        "POST",
        "/api/v1/namespaces/SUITE/configmaps",
        404,
        "NotFound",
        'namespaces "SUITE" not found',
        body={"metadata": {"name": "a"}},
    ),
    Refusal(
        "create another kind",
        "POST",
        MAPS,
        400,
        "BadRequest",
        "Secret in version",
        body={"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}},
    ),
    Refusal(
        "create another version",
        "POST",
        MAPS,
        400,
        "BadRequest",
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered',
        body={"kind": "ConfigMap", "apiVersion": "apps/v1", "metadata": {"name": "x"}},
    ),
    Refusal(
        "create in another namespace than the path's",
        "POST",
        MAPS,
        400,
        "BadRequest",
        "the namespace of the provided object does not match the namespace sent on the request",
        body={"metadata": {"name": "x", "namespace": "kube-system"}},
    ),
    Refusal(
        "replace under another name",
        "PUT",
        f"{MAPS}/SUITE-a",
        400,
        "BadRequest",
        "the name of the object (SUITE-b) does not match the name on the URL (SUITE-a)",
        body={"metadata": {"name": "SUITE-b"}},
    ),
    Refusal(
        "replace an old version",
        "PUT",
        f"{MAPS}/SUITE-a",
        409,
        "Conflict",
        'Operation cannot be fulfilled on configmaps "SUITE-a": the object has been modified; please apply your '
        "changes to the latest version and try again",
        body={"metadata": {"name": "SUITE-a", "resourceVersion": "1"}},
    ),
    Refusal(
        "patch an old version",
        "PATCH",
        f"{MAPS}/SUITE-a",
        409,
        "Conflict",
        "the object has been modified",
        body={"metadata": {"resourceVersion": "1"}},
        media=MERGE,
    ),
    Refusal(
        "patch a missing object",
        "PATCH",
        f"{MAPS}/SUITE-none",
        404,
        "NotFound",
        'configmaps "SUITE-none" not found',
        body={},
        media=MERGE,
    ),
    Refusal(
        "patch by an unknown type",
        "PATCH",
        f"{MAPS}/SUITE-a",
        415,
        "UnsupportedMediaType",
        "",
        body={},
        media="application/json",
    ),
    Refusal(
        "remove what is not there",
        "PATCH",
        f"{MAPS}/SUITE-a",
        422,
        "Invalid",
        "the server rejected our request due to an error in our request",
        body=[{"op": "remove", "path": "/data/none"}],
        media=JSON_PATCH,
    ),
    Refusal(
        "test what is otherwise",
        "PATCH",
        f"{MAPS}/SUITE-a",
        422,
        "Invalid",
        "the server rejected our request due to an error in our request",
        body=[{"op": "test", "path": "/data/secret", "value": "x"}],
        media=JSON_PATCH,
    ),
    Refusal(
        "delete another object of that name",
        "DELETE",
        f"{MAPS}/SUITE-a",
        409,
        "Conflict",
        'Operation cannot be fulfilled on ConfigMap "SUITE-a": the UID in the precondition (x) does not match',
        body={"preconditions": {"uid": "x"}},
    ),
    Refusal(
        "go on from nonsense",
        "GET",
        MAPS,
        400,
        "BadRequest",
        "continue key is not valid",
        query={"limit": "2", "continue": "x"},
    ),
    Refusal("select by nonsense", "GET", MAPS, 400, "BadRequest", "unable to parse", query={"labelSelector": "a b"}),
    Refusal(
        "list a version of the future",
        "GET",
        MAPS,
        504,
        "Timeout",
        "Too large resource version: 999999999999, current: ",
        query={"resourceVersion": "999999999999"},
    ),
    Refusal(
        "watch with a match and no beginning",
        "GET",
        MAPS,
        422,
        "Invalid",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        query={"watch": "1", "resourceVersionMatch": "NotOlderThan", "resourceVersion": "0"},
    ),
    Refusal(
        "list what is not served",
        "GET",
        "/api/v1/nothing",
        404,
        "NotFound",
        "the server could not find the requested resource",
    ),
    Refusal("list a group that is not served", "GET", "/apis/no.such.example/v1/things", 404, "", ""),
    Refusal(
        "create at an object",
        "POST",
        f"{MAPS}/SUITE-a",
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
        body={},
    ),
    Refusal("describe a group that is not served", "GET", "/apis/no.such.example", 404, "", ""),
    Refusal(
        "define a kind under another name",
        "POST",
        CRDS,
        422,
        "Invalid",
        "must be spec.names.plural+",
        body={
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "a.SUITE.example"},
            "spec": {
                "group": "SUITE.example",
                "scope": "Namespaced",
                "names": {"plural": "b", "kind": "B"},
                "versions": [
                    {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
                ],
            },
        },
    ),
)
