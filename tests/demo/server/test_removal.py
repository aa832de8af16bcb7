"""How objects go, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest

from runners.cluster.errors import NotFound
from runners.demo.actors.api import Requests
from runners.layers.jsons import Json, dig, sequence, strings, text
from tests.cluster.worlds import CRDS, MAPS, definition

MERGE = "application/merge-patch+json"


def create(inside: Requests, name: str, *owners: Json, collection: str = MAPS, finalizers: Sequence[str] = ()) -> Json:
    kind = {"apiVersion": "v1", "kind": "ConfigMap"}
    references = [{**kind, **{key: text(owner, "metadata", key) for key in ("name", "uid")}} for owner in owners]
    metadata = {"name": name, "ownerReferences": references, "finalizers": list(finalizers)}
    return inside.request("POST", collection, body={"metadata": metadata})


def names(inside: Requests, collection: str = MAPS) -> set[str]:
    with suppress(NotFound):
        return {text(item, "metadata", "name") for item in sequence(inside.request("GET", collection), "items")}
    return set()


def delete(inside: Requests, name: str, policy: str = "", collection: str = MAPS) -> Json:
    return inside.request("DELETE", f"{collection}/{name}", body={"propagationPolicy": policy} if policy else None)


def release(inside: Requests, name: str, collection: str = MAPS) -> None:
    body = {"metadata": {"finalizers": None}}
    inside.request("PATCH", f"{collection}/{name}", body=body, content_type=MERGE)


@pytest.mark.parametrize("policy", ["", "Background", "Foreground"])
def test_what_is_owned_goes_with_the_last_of_its_owners(inside: Requests, policy: str) -> None:
    one, other = create(inside, "one"), create(inside, "other")
    child = create(inside, "child", one)
    create(inside, "grandchild", child)
    create(inside, "shared", one, other)
    delete(inside, "one", policy)
    assert names(inside) == {"other", "shared"}
    shared = inside.request("GET", f"{MAPS}/shared")
    assert [text(item, "name") for item in sequence(shared, "metadata", "ownerReferences")] == ["other"]
    delete(inside, "other", policy)
    assert names(inside) == set()


def test_orphans_stay(inside: Requests) -> None:
    create(inside, "child", create(inside, "one"))
    delete(inside, "one", "Orphan")
    assert names(inside) == {"child"}
    assert not dig(inside.request("GET", f"{MAPS}/child"), "metadata", "ownerReferences")


def test_an_owner_in_the_foreground_goes_after_all_that_it_owns(inside: Requests) -> None:
    create(inside, "child", create(inside, "one"), finalizers=["example.com/x"])
    going = delete(inside, "one", "Foreground")
    assert strings(going, "metadata", "finalizers") == ("foregroundDeletion",)
    assert names(inside) == {"one", "child"}
    release(inside, "child")
    assert names(inside) == set()


def test_a_namespace_goes_with_the_last_object_in_it(inside: Requests) -> None:
    inside.request("POST", "/api/v1/namespaces", body={"metadata": {"name": "app"}})
    maps = "/api/v1/namespaces/app/configmaps"
    create(inside, "free", collection=maps)
    create(inside, "held", collection=maps, finalizers=["example.com/x"])
    delete(inside, "app", collection="/api/v1/namespaces")
    assert names(inside, maps) == {"held"}
    assert text(inside.request("GET", "/api/v1/namespaces/app"), "status", "phase") == "Terminating"
    release(inside, "held", maps)
    assert "app" not in names(inside, "/api/v1/namespaces")


def test_a_definition_goes_with_the_last_of_its_objects(inside: Requests) -> None:
    inside.request("POST", CRDS, body=definition("a.example", status=True))
    widgets = "/apis/a.example/v1/namespaces/default/widgets"
    widget = {"apiVersion": "a.example/v1", "kind": "Widget"}
    for name, finalizers in (("free", []), ("held", ["example.com/x"])):
        inside.request("POST", widgets, body={**widget, "metadata": {"name": name, "finalizers": finalizers}})
    delete(inside, "widgets.a.example", collection=CRDS)
    assert names(inside, widgets) == {"held"}
    assert names(inside, CRDS) == {"widgets.a.example"}
    release(inside, "held", widgets)
    assert names(inside, CRDS) == set()
    with pytest.raises(NotFound):
        inside.request("GET", widgets)
