"""Asks the server what this user may do: a review is posted, kept nowhere, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError
from runners.layers.jsons import dig
from runners.layers.rights import Right

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def reviewed(connection: Connection, rights: Iterable[Right]) -> Mapping[Right, bool | None]:
    """Which of some rights this user has; None where the server does not say."""
    return {right: _review(connection, right) for right in rights}


def _review(connection: Connection, right: Right) -> bool | None:
    asked = {"verb": right.verb, "group": right.group, "resource": right.resource, "namespace": right.namespace}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    try:
        allowed = dig(connection.request("POST", _REVIEWS, body=body), "status", "allowed")
    except ApiError:
        return None
    return allowed if isinstance(allowed, bool) else None
