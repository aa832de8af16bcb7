"""The same watching, on the embedded server and on the real one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from runners.cluster import listing, objects
from runners.cluster.connection import Connection
from runners.cluster.decoding import decode
from runners.cluster.errors import NotFound
from runners.cluster.reflector import Reflector, Timing
from runners.layers.freshness import Reach
from runners.layers.jsons import Json, dig, text
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Kind, Row, head
from tests.cluster.support import Recorder, Thing
from tests.cluster.worlds import World

Start = Callable[..., Recorder]


@pytest.fixture
def start(world: World) -> Iterator[Start]:
    """Starts watches of the world's kind, from a version where one is given."""
    running: list[Reflector] = []

    def make(kind: AnyKind | None = None, connection: Connection | None = None, version: str = "") -> Recorder:
        seen = Recorder()
        timing = Timing(absent=0.1, first_delay=0.05)
        seen.reflector = Reflector(connection or world.connection(), kind or world.kind, seen, timing=timing)
        seen.reflector._version = version
        running.append(seen.reflector)
        seen.reflector.start()
        return seen

    yield make
    for reflector in running:
        reflector.stop()
        assert reflector.join(20)


def colours(seen: Recorder) -> dict[str, str]:
    """The rows as told, by the last part of their names."""
    return {row.name.rpartition("-")[2]: row.colour for row in list(seen.rows.values()) if isinstance(row, Thing)}


def test_rows_follow_the_objects(world: World, start: Start) -> None:
    world.put("a", "red")
    world.put("b", "green")
    seen = start()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    assert colours(seen) == {"a": "red", "b": "green"}
    world.put("c", "blue")
    world.put("a", "black")
    world.delete("b")
    seen.wait(lambda: colours(seen) == {"a": "black", "c": "blue"})
    world.delete("a")
    world.put("a", "again")
    seen.wait(lambda: colours(seen) == {"a": "again", "c": "blue"})
    assert [fresh.reach for fresh in seen.fresh] == [Reach.LOADING, Reach.LIVE]


@dataclass(frozen=True, slots=True)
class Shape(Row):
    """What of an object arrived."""

    data: bool
    fields: bool


def shape_row(kind: str, obj: Json) -> Shape:
    """The row of an object in whatever shape."""
    return Shape(*head(kind, obj), data="data" in obj, fields=bool(dig(obj, "metadata", "managedFields")))


def test_only_metadata_is_sent_where_only_that_is_asked_for(world: World, start: Start) -> None:
    world.put("a")
    kind: Kind[Shape] = Kind(
        id="shapes",
        table="shapes",
        group="",
        version="v1",
        plural="configmaps",
        singular="ConfigMap",
        row=shape_row,
        columns=(),
        labels=world.kind.labels,
        metadata_only=True,
    )
    seen = start(kind)
    seen.wait(lambda: seen.reach is Reach.LIVE)
    listed = [shape_row("x", item) for page in listing.pages(world.connection(), kind) for item in page.objects]
    watched = [row for row in seen.rows.values() if isinstance(row, Shape)]
    assert [(row.data, row.fields) for row in (*watched, *listed)] == [(False, False), (False, False)]


def test_a_list_comes_in_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        world.put(f"n{number}")
    monkeypatch.setattr(listing, "PAGE", 3)
    pages = list(listing.pages(world.connection(), world.kind))
    assert [len(page.objects) for page in pages] == [3, 3, 1]
    assert len({text(obj, "metadata", "name") for page in pages for obj in page.objects}) == 7
    assert pages[0].version


def test_nothing_is_told_once_a_stop_has_returned(world: World, start: Start) -> None:
    seen = start()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    enough = threading.Event()

    def write() -> None:
        number = 0
        while not enough.is_set():
            number += 1
            world.put("busy", f"c{number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen.wait(lambda: len(seen.calls) > 10)
        seen.reflector.stop()
        told = len(seen.calls)
        assert seen.reflector.join(20)
        time.sleep(0.1)
    finally:
        enough.set()
        writer.join(20)
    assert len(seen.calls) == told


def test_a_kind_that_is_not_served_is_absent(world: World, start: Start) -> None:
    seen = start(replace(world.kind, group="no.such.example", plural="volumes"))
    seen.wait(lambda: seen.reach is Reach.ABSENT)


def test_a_whole_object_comes_without_its_managed_fields(world: World) -> None:
    world.put("a", "red")
    connection = world.connection()
    name = f"{world.suite}-a"
    path = world.kind.object_path("default", name)
    raw = decode(connection.read(path))
    found = objects.get(connection, world.kind, "default", name)
    with pytest.raises(NotFound):
        objects.get(connection, world.kind, "default", "not-there")
    assert text(found, "metadata", "name") == name
    assert dig(raw, "metadata", "managedFields") is not None
    assert dig(found, "metadata", "managedFields") is None


def settled(seen: Recorder) -> int:
    """How often everything was listed."""
    return sum(what == "settle" for _, what, _ in seen.calls)


def test_a_watch_that_was_cut_goes_on_where_it_was(world: World, start: Start) -> None:
    world.put("a", "red")
    connection, relay = world.relayed()
    seen = start(connection=connection)
    seen.wait(lambda: seen.reach is Reach.LIVE)
    for colour in ("green", "blue"):
        reached = len(seen.fresh)
        relay.cut()
        seen.wait(lambda reached=reached: Reach.LIVE in [fresh.reach for fresh in seen.fresh[reached:]])  # type: ignore[misc]
        world.put("a", colour)
        seen.wait(lambda colour=colour: colours(seen) == {"a": colour})  # type: ignore[misc]
    assert settled(seen) == 1


def test_a_version_that_is_too_old_leads_to_a_new_list(world: World, start: Start) -> None:
    """Of a kind that is new, nothing from before it is known."""
    before = text(world.put("a"), "metadata", "resourceVersion")
    kind = world.define()
    world.add_widget("w", "red")
    seen = start(kind, version=before)
    seen.wait(lambda: seen.reach is Reach.LIVE and settled(seen) == 1)
    assert colours(seen) == {"w": "red"}
    world.add_widget("x", "green")
    seen.wait(lambda: colours(seen) == {"w": "red", "x": "green"})


def test_what_has_finalizers_goes_with_the_last_of_them(world: World, start: Start) -> None:
    world.put("a", "red", finalizers=["example.com/one", "example.com/two"])
    seen = start()
    seen.wait(lambda: colours(seen) == {"a": "red"})
    assert text(world.delete("a"), "metadata", "deletionTimestamp")
    world.send(
        "PATCH", world.path("a"), {"metadata": {"finalizers": ["example.com/two"], "labels": {"colour": "grey"}}}
    )
    seen.wait(lambda: colours(seen) == {"a": "grey"})
    world.send("PATCH", world.path("a"), {"metadata": {"finalizers": None}})
    seen.wait(lambda: colours(seen) == {})
    assert world.get("a") is None


def test_a_kind_comes_and_goes_with_its_definition(world: World, start: Start) -> None:
    kind = replace(world.kind, group=f"{world.suite}.example", plural="widgets", labels="")
    seen = start(kind)
    seen.wait(lambda: seen.reach is Reach.ABSENT)
    world.define()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    widget = {
        "apiVersion": f"{kind.group}/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "labels": {"colour": "red"}},
    }
    world.send("POST", f"/apis/{kind.group}/v1/namespaces/default/widgets", widget)
    seen.wait(lambda: seen.names == {"w"})
    world.undefine()
    seen.wait(lambda: seen.reach is Reach.ABSENT, 15)
    assert seen.rows == {}


def test_what_may_not_be_read_is_forbidden(world: World, start: Start) -> None:
    connection = world.stranger()
    seen = start(connection=connection)
    seen.wait(lambda: seen.reach is Reach.FORBIDDEN)
    assert seen.fresh[-1].words(0) == "forbidden: list configmaps"
    for verb, allowed in (("list", False), ("watch", False)):
        spec = {"resourceAttributes": {"verb": verb, "resource": "configmaps"}}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        assert dig(connection.request("POST", path, body=body), "status", "allowed") is allowed


def test_what_leaves_a_selector_is_as_good_as_gone(world: World, start: Start) -> None:
    world.put("a", "red")
    seen = start(replace(world.kind, labels=f"suite={world.suite},colour=red"))
    seen.wait(lambda: colours(seen) == {"a": "red"})
    world.put("a", "green")
    seen.wait(lambda: colours(seen) == {})
    world.put("a", "red")
    seen.wait(lambda: colours(seen) == {"a": "red"})


def test_pages_show_one_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abcd":
        world.put(name, "red")
    monkeypatch.setattr(listing, "PAGE", 2)
    pages = listing.pages(world.connection(), world.kind)
    first = next(pages)
    world.put("c", "green")
    world.put("e")
    world.delete("d")
    found = [
        text(obj, "metadata", "name")[-1] + text(obj, "metadata", "labels", "colour")
        for page in (first, *pages)
        for obj in page.objects
    ]
    assert found == ["ared", "bred", "cred", "dred"]
