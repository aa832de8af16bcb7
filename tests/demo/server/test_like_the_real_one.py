"""What the API answers, asked of the embedded server and of the real one by the same tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from runners.cluster.decoding import decode
from runners.cluster.errors import ApiError, Conflict
from runners.layers.jsons import Json, dig, integer, mapping, sequence, strings, text
from tests.cluster.worlds import APPLY, CRDS, JSON_PATCH, MAPS, MERGE, STRATEGIC, World
from tests.demo.server.refusals import REFUSALS, Refusal

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


def version(obj: Json) -> str:
    return text(obj, "metadata", "resourceVersion")


def deployment(world: World, name: str = "web") -> dict[str, Any]:
    labels = {"app": world.named(name)}
    containers = [
        {"name": "one", "image": "a:1", "env": [{"name": "A", "value": "1"}]},
        {"name": "two", "image": "b:1"},
    ]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    metadata = {"name": world.named(name), "labels": {"suite": world.suite}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


@pytest.fixture
def deployed(world: World) -> Iterator[Json]:
    """A Deployment, which is gone afterwards."""
    yield world.send("POST", DEPLOYMENTS, deployment(world))
    world.send("DELETE", world.path("web", DEPLOYMENTS))


def images(obj: Json) -> dict[str, str]:
    return {text(item, "name"): text(item, "image") for item in sequence(obj, "spec", "template", "spec", "containers")}


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.title)
def test_refusals_have_the_codes_reasons_and_words_of_the_api(world: World, case: Refusal) -> None:
    world.put("a")
    with pytest.raises(ApiError) as raised:
        world.admin.request(
            case.method,
            case.path.replace("SUITE", world.suite),
            query=case.query,
            body=json.loads(json.dumps(case.body).replace("SUITE", world.suite)),
            content_type=case.media,
        )
    assert raised.value.status == case.code
    assert case.reason in ("", raised.value.reason)
    assert case.words.replace("SUITE", world.suite) in str(raised.value)


def test_a_status_says_what_it_is_about(world: World) -> None:
    with pytest.raises(ApiError) as raised:
        world.send("POST", MAPS, {"metadata": {"name": "No"}})
    assert raised.value.status == 422
    world.put("a")
    deleted = world.delete("a")
    details = dict(mapping(deleted, "details"))
    assert (deleted["kind"], deleted["status"], bool(details.pop("uid"))) == ("Status", "Success", True)
    assert details == {"name": world.named("a"), "kind": "configmaps"}


def test_a_write_that_changes_nothing_is_none(world: World) -> None:
    first = world.put("a", "red")
    assert version(world.put("a", "red")) == version(first)
    assert version(world.send("PATCH", world.path("a"), {"data": {"secret": "inside"}})) == version(first)
    assert version(world.send("PUT", world.path("a"), {**first, "kind": "ConfigMap", "apiVersion": "v1"})) == version(
        first
    )
    changed = world.send("PATCH", world.path("a"), {"data": {"secret": "other"}})
    assert integer(changed, "metadata", "resourceVersion") > integer(first, "metadata", "resourceVersion")


def test_what_only_the_server_may_say_can_not_be_written(world: World) -> None:
    forged = {"uid": "forged", "creationTimestamp": "2001-01-01T00:00:00Z", "deletionTimestamp": "2001-01-01T00:00:00Z"}
    made = world.send(
        "POST", MAPS, {"metadata": {"name": world.named("a"), "labels": {"suite": world.suite}, **forged}}
    )
    assert text(made, "metadata", "uid") not in ("", "forged")
    assert not text(made, "metadata", "deletionTimestamp")
    assert not text(made, "metadata", "creationTimestamp").startswith("2001")
    patched = world.send(
        "PATCH", world.path("a"), {"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z", "labels": {"x": "y"}}}
    )
    assert dig(patched, "metadata", "creationTimestamp") == dig(made, "metadata", "creationTimestamp")


def test_names_are_generated(world: World) -> None:
    body = {"metadata": {"generateName": f"{world.suite}-", "labels": {"suite": world.suite}}}
    names = {text(world.send("POST", MAPS, body), "metadata", "name") for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(f"{world.suite}-[a-z0-9]{{5}}", name) for name in names)


def test_nothing_is_stored_by_a_dry_run(world: World) -> None:
    body = {"metadata": {"name": world.named("a"), "labels": {"suite": world.suite}}}
    assert text(world.send("POST", MAPS, body, dryRun="All"), "metadata", "uid")
    assert world.get("a") is None
    before = world.put("a", "red")
    changed = world.send("PATCH", world.path("a"), {"data": {"x": "y"}}, dryRun="All")
    assert dig(changed, "data", "x") == "y"
    world.send("DELETE", world.path("a"), dryRun="All")
    assert version(world.get("a") or {}) == version(before)


def test_patches_do_as_their_types_say(world: World, deployed: Json) -> None:
    path = world.path("web", DEPLOYMENTS)
    template = {"spec": {"template": {"spec": {"containers": [{"name": "two", "image": "b:2"}]}}}}
    merged = world.send("PATCH", path, template, STRATEGIC)
    assert images(merged) == {"one": "a:1", "two": "b:2"}
    operation = {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "a:3"}
    assert images(world.send("PATCH", path, [operation], JSON_PATCH)) == {"one": "a:3", "two": "b:2"}
    gone = {"spec": {"template": {"spec": {"containers": [{"name": "two", "$patch": "delete"}]}}}}
    assert images(world.send("PATCH", path, gone, STRATEGIC)) == {"one": "a:3"}
    assert images(world.send("PATCH", path, template, MERGE)) == {"two": "b:2"}
    assert integer(deployed, "metadata", "generation") == 1
    assert integer(world.get("web", DEPLOYMENTS), "metadata", "generation") == 5


def test_generations_count_what_is_wanted_only(world: World, deployed: Json) -> None:
    path = world.path("web", DEPLOYMENTS)
    labelled = world.send("PATCH", path, {"metadata": {"labels": {"x": "y"}}})
    assert integer(labelled, "metadata", "generation") == 1
    status = {"status": {"replicas": 3, "readyReplicas": 2, "observedGeneration": 1}, "spec": {"replicas": 9}}
    told = world.send("PATCH", f"{path}/status", status)
    assert (dig(told, "status", "readyReplicas"), dig(told, "spec", "replicas")) == (2, 1)
    assert integer(told, "metadata", "generation") == 1
    both = world.send("PATCH", path, {"status": {"readyReplicas": 7}, "spec": {"replicas": 4}})
    assert (dig(both, "status", "readyReplicas"), dig(both, "spec", "replicas")) == (2, 4)
    assert integer(both, "metadata", "generation") == 2


def test_custom_objects_have_a_status_of_their_own(world: World) -> None:
    world.define()
    made = world.add_widget("w", spec={"size": 1}, status={"state": "early"})
    assert "status" not in made
    path = world.path("w", world.widgets)
    told = world.send("PATCH", f"{path}/status", {"status": {"state": "up"}, "spec": {"size": 9}})
    assert (dig(told, "status", "state"), dig(told, "spec", "size"), dig(told, "metadata", "generation")) == (
        "up",
        1,
        1,
    )
    wished = world.send("PUT", path, {**told, "spec": {"size": 2}, "status": {"state": "down"}})
    assert (dig(wished, "status", "state"), dig(wished, "spec", "size")) == ("up", 2)
    assert dig(wished, "metadata", "generation") == 2
    with pytest.raises(ApiError) as raised:
        world.send("PATCH", path, {"spec": {"size": 3}}, STRATEGIC)
    assert raised.value.status == 415


def test_a_definition_says_that_it_is_established(world: World) -> None:
    world.define()
    crd = world.send("GET", f"{CRDS}/widgets.{world.suite}.example")
    conditions = {text(item, "type"): text(item, "status") for item in sequence(crd, "status", "conditions")}
    assert conditions == {"NamesAccepted": "True", "Established": "True"}
    assert strings(crd, "status", "storedVersions") == ("v1",)
    assert dig(crd, "status", "acceptedNames", "listKind") == "WidgetList"
    group = f"/apis/{world.suite}.example"
    assert world.send("GET", group)["kind"] == "APIGroup"
    (resource, status) = sequence(world.send("GET", f"{group}/v1"), "resources")
    assert (text(resource, "name"), text(resource, "kind"), text(status, "name")) == (
        "widgets",
        "Widget",
        "widgets/status",
    )


def test_an_apply_merges_and_takes_back(world: World, deployed: Json) -> None:
    path = world.path("web", DEPLOYMENTS)

    def apply(manager: str, *containers: Mapping[str, object], force: str = "true", **labels: str) -> Json:
        body = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": world.named("web"), "labels": labels},
            "spec": {"template": {"spec": {"containers": list(containers)}}},
        }
        return world.send("PATCH", path, body, APPLY, fieldManager=manager, force=force)

    added = apply("first", {"name": "three", "image": "c:1"}, a="1", b="2")
    assert images(added) == {"one": "a:1", "two": "b:1", "three": "c:1"}
    apply("second", b="2")
    taken = apply("first", a="1")
    assert images(taken) == {"one": "a:1", "two": "b:1"}
    assert dict(mapping(taken, "metadata", "labels")) == {"suite": world.suite, "a": "1", "b": "2"}
    assert version(apply("first", a="1")) == version(taken)
    with pytest.raises(Conflict, match='conflict with "first"'):
        apply("second", a="3", force="false")
    assert dig(apply("second", a="3"), "metadata", "labels", "a") == "3"


def test_an_apply_creates_what_is_not_there(world: World) -> None:
    labels = {"suite": world.suite}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": world.named("a"), "labels": labels}}
    made = world.send("PATCH", world.path("a"), body, APPLY, fieldManager="me")
    (entry,) = sequence(made, "metadata", "managedFields")
    assert (text(entry, "manager"), text(entry, "operation")) == ("me", "Apply")
    with pytest.raises(ApiError) as raised:
        world.send("PATCH", world.path("a"), {**body, "metadata": {"managedFields": [{}]}}, APPLY, fieldManager="me")
    assert raised.value.status == 400


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("colour=red", "a"),
        ("colour==red", "a"),
        ("colour!=red", "bc"),
        ("colour in (red, green)", "ab"),
        ("colour notin (red)", "bc"),
        ("shape", "c"),
        ("!shape", "ab"),
        ("colour in (green,),shape", "c"),
    ],
)
def test_labels_select(world: World, selector: str, names: str) -> None:
    for name, colour in zip("abc", ("red", "green", ""), strict=True):
        world.put(name, colour)
    world.send("PATCH", world.path("c"), {"metadata": {"labels": {"shape": "round"}}})
    found = world.send("GET", MAPS, labelSelector=f"suite={world.suite},{selector}")
    assert "".join(text(item, "metadata", "name")[-1] for item in sequence(found, "items")) == names


def test_fields_select(world: World) -> None:
    for name in "ab":
        world.put(name)
    named = world.send("GET", MAPS, fieldSelector=f"metadata.name={world.named('b')}")
    assert [text(item, "metadata", "name") for item in sequence(named, "items")] == [world.named("b")]
    query = {"labelSelector": f"suite={world.suite}", "fieldSelector": f"metadata.name!={world.named('b')}"}
    others = world.admin.request("GET", "/api/v1/configmaps", query=query)
    assert [text(item, "metadata", "name") for item in sequence(others, "items")] == [world.named("a")]
    (item,) = sequence(others, "items")
    assert not {"kind", "apiVersion"} & mapping(item).keys()


def test_pages_say_how_many_are_left(world: World) -> None:
    world.define()
    for name in "abcde":
        world.add_widget(name)
    page = world.send("GET", world.widgets, limit="2")
    assert dig(page, "metadata", "remainingItemCount") == 3
    world.send("DELETE", world.path("d", world.widgets))
    rest = world.send("GET", world.widgets, limit="9", continue_=text(page, "metadata", "continue"))
    assert version(rest) == version(page)
    assert not text(rest, "metadata", "continue")
    assert [text(item, "metadata", "name")[-1] for item in sequence(rest, "items")] == ["c", "d", "e"]
    exact = world.send("GET", world.widgets, resourceVersion=version(page), resourceVersionMatch="Exact")
    assert len(sequence(exact, "items")) == 5
    assert len(sequence(world.send("GET", world.widgets), "items")) == 4


def events(world: World, accept: str = "application/json", **query: str) -> list[Json]:
    """What a watch of the test's ConfigMaps tells up to the object z, which is made now, or to the first bookmark."""
    last = version(world.put("z", "green"))
    asked = {"labelSelector": f"suite={world.suite}", "watch": "1", "timeoutSeconds": "10", **query}
    told: list[Json] = []
    with world.connection().stream(MAPS, query=asked, accept=accept, timeout=(10.0, 10.0)) as stream:
        for line in stream:
            told.append(decode(line))
            is_bookmark = text(told[-1], "type") == "BOOKMARK"
            if is_bookmark or ("allowWatchBookmarks" not in query and version(mapping(told[-1], "object")) == last):
                return told
    raise AssertionError(f"the watch ended: {told}")


def shown(told: list[Json]) -> list[tuple[str, str, str]]:
    """Types, names and colours of events, but for bookmarks and z."""
    found = [
        (
            text(item, "type"),
            text(item, "object", "metadata", "name")[-1:],
            text(item, "object", "metadata", "labels", "colour"),
        )
        for item in told
        if text(item, "type") != "BOOKMARK"
    ]
    return [item for item in found if item[1] != "z"]


def test_a_watch_replays_what_happened_since(world: World) -> None:
    start = world.put("a", "red")
    world.put("b", "green")
    world.put("a", "blue")
    world.delete("b")
    told = events(world, resourceVersion=version(start))
    assert shown(told) == [("ADDED", "b", "green"), ("MODIFIED", "a", "blue"), ("DELETED", "b", "green")]
    versions = [integer(item, "object", "metadata", "resourceVersion") for item in told]
    assert versions == sorted(set(versions))
    assert shown(events(world)) == [("ADDED", "a", "blue")]
    red = events(world, resourceVersion=version(start), labelSelector=f"suite={world.suite},colour in (red,green)")
    assert shown(red) == [("ADDED", "b", "green"), ("DELETED", "a", "red"), ("DELETED", "b", "green")]


def test_a_watch_list_ends_its_beginning_with_a_bookmark(world: World) -> None:
    world.put("b", "red")
    world.put("a", "green")
    query = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    told = events(world, **query)
    assert shown(told) == [("ADDED", "a", "green"), ("ADDED", "b", "red")]
    end = mapping(told[-1], "object")
    assert text(mapping(end, "metadata", "annotations"), "k8s.io/initial-events-end") == "true"
    assert (text(end, "kind"), text(end, "apiVersion"), version(end) != "") == ("ConfigMap", "v1", True)


def test_a_version_that_is_too_old_is_told_as_an_event(world: World) -> None:
    before = version(world.put("a"))
    kind = world.define()
    world.add_widget("w")
    stream = world.connection().stream(kind.path, query={"watch": "1", "resourceVersion": before}, timeout=(10.0, 10.0))
    told = decode(next(iter(stream)))
    stream.close()
    assert (text(told, "type"), dig(told, "object", "code"), text(told, "object", "reason")) == (
        "ERROR",
        410,
        "Expired",
    )
    assert text(told, "object", "message").startswith(f"too old resource version: {before} (")


def test_metadata_and_tables_come_in_watches_too(world: World) -> None:
    world.put("a", "red")
    partial, _ = events(world, accept=PARTIAL)
    assert text(partial, "object", "kind") == "PartialObjectMetadata"
    assert not dig(partial, "object", "data")
    told, later = events(world, accept=TABLE)
    assert sequence(later, "object", "columnDefinitions") == ()
    table = mapping(told, "object")
    names = [text(column, "name") for column in sequence(table, "columnDefinitions")]
    (row,) = sequence(table, "rows")
    assert (text(table, "kind"), names[0], names[-1]) == ("Table", "Name", "Age")
    assert sequence(row, "cells")[0] == world.named("a")
    assert text(row, "object", "kind") == "PartialObjectMetadata"
    listed = world.admin.request("GET", MAPS, query={"labelSelector": f"suite={world.suite}"}, accept=TABLE)
    assert [sequence(item, "cells")[0] for item in sequence(listed, "rows")] == [world.named("a"), world.named("z")]


def test_a_scale_scales(world: World, deployed: Json) -> None:
    path = f"{world.path('web', DEPLOYMENTS)}/scale"
    scale = world.send("GET", path)
    assert (scale["kind"], dig(scale, "spec", "replicas")) == ("Scale", 1)
    assert text(scale, "status", "selector") == f"app={world.named('web')}"
    assert dig(world.send("PATCH", path, {"spec": {"replicas": 5}}), "spec", "replicas") == 5
    whole = world.get("web", DEPLOYMENTS)
    assert (dig(whole, "spec", "replicas"), dig(whole, "metadata", "generation")) == (5, 2)


def test_many_are_deleted_by_their_labels(world: World) -> None:
    for name in "abc":
        world.put(name, "red" if name < "c" else "green")
    gone = world.send("DELETE", MAPS, labelSelector=f"suite={world.suite},colour=red")
    assert [text(item, "metadata", "name")[-1] for item in sequence(gone, "items")] == ["a", "b"]
    left = world.send("GET", MAPS, labelSelector=f"suite={world.suite}")
    assert [text(item, "metadata", "name")[-1] for item in sequence(left, "items")] == ["c"]


def test_defaults_that_people_see(world: World) -> None:
    labels = {"suite": world.suite}
    secret = {"metadata": {"name": world.named("s"), "labels": labels}, "stringData": {"a": "b"}}
    path = "/api/v1/namespaces/default/secrets"
    made = world.send("POST", path, secret)
    assert (dict(mapping(made, "data")), made["type"], "stringData" in made) == ({"a": "Yg=="}, "Opaque", False)
    world.send("DELETE", world.path("s", path))
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    path = "/api/v1/namespaces/default/persistentvolumeclaims"
    made = world.send("POST", path, {"metadata": {"name": world.named("c")}, "spec": claim})
    assert (dig(made, "status", "phase"), dig(made, "spec", "volumeMode")) == ("Pending", "Filesystem")
    world.send("PATCH", world.path("c", path), {"metadata": {"finalizers": None}})
    world.send("DELETE", world.path("c", path))
    path = "/apis/storage.k8s.io/v1/storageclasses"
    made = world.send("POST", path, {"metadata": {"name": world.named("sc")}, "provisioner": "x"})
    assert (made["reclaimPolicy"], made["volumeBindingMode"]) == ("Delete", "Immediate")
    world.send("DELETE", world.path("sc", path))


def test_a_namespace_that_goes_takes_nothing_new(world: World) -> None:
    name = world.named("ns")
    made = world.send("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    assert (dig(made, "status", "phase"), strings(made, "spec", "finalizers")) == ("Active", ("kubernetes",))
    assert dig(made, "metadata", "labels", "kubernetes.io/metadata.name") == name
    inside = f"/api/v1/namespaces/{name}/configmaps"
    world.send("POST", inside, {"metadata": {"name": "held", "finalizers": ["example.com/x"]}})
    going = world.send("DELETE", f"/api/v1/namespaces/{name}")
    assert (going["kind"], dig(going, "status", "phase")) == ("Namespace", "Terminating")
    with pytest.raises(ApiError) as raised:
        world.send("POST", inside, {"metadata": {"name": "late"}})
    assert (raised.value.status, raised.value.reason) == (403, "Forbidden")
    assert f"unable to create new content in namespace {name} because it is being terminated" in str(raised.value)


def test_events_are_the_same_in_both_of_their_groups(world: World) -> None:
    newer = "/apis/events.k8s.io/v1/namespaces/default/events"
    older = "/api/v1/namespaces/default/events"
    about = {"kind": "Pod", "namespace": "default", "name": world.named("p")}
    told = {"involvedObject": about, "reason": "Pulled", "message": "there", "type": "Normal"}
    world.send("POST", older, {"metadata": {"name": world.named("e")}, **told})
    read = world.send("GET", world.path("e", newer))
    assert (read["apiVersion"], read["note"], mapping(read, "regarding")["name"]) == (
        "events.k8s.io/v1",
        "there",
        world.named("p"),
    )
    world.send("PATCH", world.path("e", newer), {"metadata": {"labels": {"a": "b"}}})
    found = world.send("GET", older, fieldSelector=f"involvedObject.name={world.named('p')},type=Normal")
    (item,) = sequence(found, "items")
    assert (text(item, "message"), text(item, "metadata", "labels", "a")) == ("there", "b")
    world.send("DELETE", world.path("e", newer))
    assert world.get("e", older) is None
