"""The same watching, on a server in memory and on the real one."""

from __future__ import annotations

import re
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
from tests.cluster.fake_api import FakeApi
from tests.cluster.support import Recorder, Thing
from tests.cluster.worlds import MemoryWorld, RealWorld, World


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.rig)])
def world(request: pytest.FixtureRequest, api: FakeApi) -> Iterator[World]:
    """One of the two servers."""
    made: MemoryWorld | RealWorld
    if request.param == "real":
        suite = re.sub(r"[^a-z0-9]", "", request.node.name.lower())[:40]
        made = RealWorld(request.getfixturevalue("api_rig"), suite)
    else:
        made = MemoryWorld(api)
    yield made
    made.close()


Start = Callable[..., Recorder]


@pytest.fixture
def start(world: World) -> Iterator[Start]:
    """Starts watches of the world's kind."""
    running: list[tuple[Reflector, Connection]] = []

    def make(kind: AnyKind | None = None) -> Recorder:
        seen, connection = Recorder(), world.connection()
        seen.reflector = Reflector(connection, kind or world.kind, seen, timing=Timing())
        running.append((seen.reflector, connection))
        seen.reflector.start()
        return seen

    yield make
    for reflector, connection in running:
        reflector.stop()
        assert reflector.join(5)
        connection.close()


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
    connection = world.connection()
    pages = list(listing.pages(connection, world.kind))
    connection.close()
    assert [len(page.objects) for page in pages] == [3, 3, 1]
    assert len({text(obj, "metadata", "name") for page in pages for obj in page.objects}) == 7
    assert pages[0].version


def test_nothing_is_told_within_ten_milliseconds_of_a_stop(world: World, start: Start) -> None:
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
        began = time.monotonic()
        seen.reflector.stop()
        told = len(seen.calls)
        assert seen.reflector.join(1.0)
        time.sleep(0.1)
    finally:
        enough.set()
        writer.join(5)
    assert len(seen.calls) == told
    assert max(at for at, _, _ in seen.calls) - began < 0.01


def test_a_kind_that_is_not_served_is_absent(world: World, start: Start) -> None:
    seen = start(replace(world.kind, group="no.such.example", plural="volumes"))
    seen.wait(lambda: seen.reach is Reach.ABSENT)


def test_a_whole_object_comes_without_its_managed_fields(world: World, api: FakeApi) -> None:
    world.put("a", "red")
    connection = world.connection()
    name = f"{world.suite}-a"
    path = world.kind.object_path("default", name)
    api.script(path, lambda exchange: exchange.json({"metadata": {"name": name, "managedFields": [{}]}}))
    raw = decode(connection.read(path))
    found = objects.get(connection, world.kind, "default", name)
    with pytest.raises(NotFound):
        objects.get(connection, world.kind, "default", "not-there")
    connection.close()
    assert text(found, "metadata", "name") == name
    assert dig(raw, "metadata", "managedFields") is not None
    assert dig(found, "metadata", "managedFields") is None
