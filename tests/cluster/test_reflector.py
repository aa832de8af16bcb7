from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from runners.cluster.connection import Connection
from runners.cluster.reflector import Reflector, Timing
from runners.layers.freshness import Freshness, Reach
from runners.layers.jsons import Json
from runners.layers.kinds.base import Key, Row
from tests.cluster.conftest import HASTY, QUICK, Watch
from tests.cluster.fake_api import Exchange, FakeApi, Script, bookmark, error, event, thing
from tests.cluster.support import PATH, THINGS, Recorder, Thing, thing_row, until


def everything(*names: str, version: int = 10) -> list[dict[str, object]]:
    """Initial events and the bookmark that ends them."""
    return [*(event("ADDED", thing(name)) for name in names), bookmark(version, ends=True)]


def sends(*events: dict[str, object], then: str = "hold") -> Script:
    """A script that answers a watch with some events."""

    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.events(*events)
        if then == "hold":
            exchange.hold()
        else:
            exchange.end()

    return script


def ticked(seen: Recorder) -> Recorder:
    """Lets the watch's time pass."""
    seen.reflector.tick()
    return seen


def once(seen: Recorder, reach: Reach) -> Freshness:
    """Waits until this was told, though something else may be by now, and returns what was."""
    seen.wait(lambda: any(fresh.reach is reach for fresh in seen.fresh))
    return next(fresh for fresh in seen.fresh if fresh.reach is reach)


def refuses(status: int, **headers: str) -> Script:
    """A script that refuses."""
    return lambda exchange: exchange.refuse(status, **headers)


def test_a_watch_begins_with_everything_there_is(api: FakeApi, watch: Watch) -> None:
    api.script(PATH, sends(*everything("a", "b")))
    seen = watch()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    assert seen.names == {"a", "b"}
    asked = api.asked(PATH)[0]
    assert asked.query["sendInitialEvents"] == "true"
    assert asked.query["resourceVersionMatch"] == "NotOlderThan"
    assert asked.query["allowWatchBookmarks"] == "true"


def test_rows_are_told_before_the_list_is_complete(api: FakeApi, watch: Watch) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.events(event("ADDED", thing("first")))
        exchange.hold()

    api.script(PATH, script)
    seen = watch()
    seen.wait(lambda: seen.names == {"first"})
    assert seen.reach is Reach.LOADING


def test_changes_and_deletions_follow(api: FakeApi, watch: Watch) -> None:
    changes = [event("MODIFIED", thing("a", 11, colour="red")), event("DELETED", thing("b", 12))]
    api.script(PATH, sends(*everything("a", "b"), *changes))
    seen = watch()
    seen.wait(lambda: seen.names == {"a"} and any(row.colour == "red" for row in seen.rows.values()))  # type: ignore[attr-defined]


def test_a_watch_that_the_server_ends_is_resumed_where_it_was(api: FakeApi, watch: Watch) -> None:
    api.script(
        PATH,
        sends(*everything("a", version=10), event("ADDED", thing("b", 17)), bookmark(23), then="end"),
        sends(event("ADDED", thing("c", 24))),
    )
    seen = watch()
    seen.wait(lambda: seen.names == {"a", "b", "c"})
    resumed = api.asked(PATH)[1]
    assert resumed.query["resourceVersion"] == "23"
    assert "sendInitialEvents" not in resumed.query


@pytest.mark.parametrize("form", ["http", "event"])
def test_a_version_that_is_gone_means_list_again(api: FakeApi, watch: Watch, form: str) -> None:
    gone = refuses(410) if form == "http" else sends(error(410), then="end")
    api.script(PATH, sends(*everything("old", "kept"), then="end"), gone, sends(*everything("kept", "new", version=50)))
    seen = watch()
    seen.wait(lambda: seen.names == {"kept", "new"} and seen.reach is Reach.LIVE)
    assert "sendInitialEvents" in api.asked(PATH)[2].query


@pytest.mark.parametrize("status", [400, 422])
def test_where_lists_by_watch_are_refused_pages_are_listed(api: FakeApi, watch: Watch, status: int) -> None:
    def pages(exchange: Exchange) -> None:
        last = exchange.query.get("continue") == "more"
        items = [thing("c")] if last else [thing("a"), thing("b")]
        exchange.json({"metadata": {"resourceVersion": "30", "continue": "" if last else "more"}, "items": items})

    api.script(PATH, refuses(status), pages, pages, sends(event("ADDED", thing("d", 31))))
    seen = watch()
    seen.wait(lambda: seen.names == {"a", "b", "c", "d"} and seen.reach is Reach.LIVE)
    _, first, second, following = api.asked(PATH)[:4]
    assert first.query["limit"] == second.query["limit"] == "250"
    assert following.query["resourceVersion"] == "30"


def test_a_list_that_expires_between_its_pages_begins_again(api: FakeApi, watch: Watch) -> None:
    def first(exchange: Exchange) -> None:
        exchange.json({"metadata": {"resourceVersion": "30", "continue": "more"}, "items": [thing("a")]})

    def whole(exchange: Exchange) -> None:
        exchange.json({"metadata": {"resourceVersion": "31"}, "items": [thing("a"), thing("b")]})

    api.script(PATH, refuses(422), first, refuses(410), whole, sends())
    seen = watch()
    seen.wait(lambda: seen.names == {"a", "b"} and seen.reach is Reach.LIVE)
    assert "continue" not in api.asked(PATH)[3].query


def test_a_server_that_sends_no_end_of_the_initial_events_is_asked_for_a_list(api: FakeApi, watch: Watch) -> None:
    def whole(exchange: Exchange) -> None:
        exchange.json({"metadata": {"resourceVersion": "31"}, "items": [thing("a")]})

    api.script(PATH, sends(event("ADDED", thing("a"))), whole, sends())
    seen = watch(HASTY)
    seen.wait(lambda: seen.reach is Reach.LIVE)
    assert seen.names == {"a"}


def test_forbidden_says_what_and_is_tried_again_slowly(api: FakeApi, watch: Watch) -> None:
    def nothing(exchange: Exchange) -> None:
        exchange.json({"metadata": {"resourceVersion": "1"}, "items": []})

    api.script(PATH, refuses(403), refuses(403), nothing, sends())
    seen = watch()
    assert once(seen, Reach.FORBIDDEN).words(0) == "forbidden: list configmaps"
    seen.wait(lambda: seen.reach is Reach.LIVE)
    tries = api.asked(PATH)
    assert tries[2].at - tries[1].at >= QUICK.forbidden


def test_a_right_to_list_without_one_to_watch_is_said(api: FakeApi, watch: Watch) -> None:
    def script(exchange: Exchange) -> None:
        if "watch" in exchange.query:
            exchange.refuse(403)
        else:
            exchange.json({"metadata": {"resourceVersion": "1"}, "items": [thing("a")]})

    api.script(PATH, script)
    seen = watch()
    seen.wait(lambda: seen.reach is Reach.FORBIDDEN)
    assert seen.fresh[-1].detail == "watch configmaps"
    assert seen.names == {"a"}


def test_a_kind_that_is_not_served_is_absent_and_has_no_rows(api: FakeApi, watch: Watch) -> None:
    api.script(PATH, sends(*everything("a"), then="end"), refuses(404), sends(*everything("b")))
    seen = watch()
    once(seen, Reach.ABSENT)
    seen.wait(lambda: seen.names == {"b"} and seen.reach is Reach.LIVE)


def test_a_half_open_connection_is_noticed_and_resumed_silently(api: FakeApi, watch: Watch) -> None:
    api.script(PATH, sends(*everything("a")), sends(event("ADDED", thing("b", 11))))
    seen = watch(HASTY)
    seen.wait(lambda: seen.names == {"a", "b"})
    first, second = api.asked(PATH)[:2]
    assert second.at - first.at >= HASTY.idle
    assert second.query["resourceVersion"] == "10"
    assert [fresh.reach for fresh in seen.fresh] == [Reach.LOADING, Reach.LIVE]


def test_a_broken_connection_shows_as_reconnecting_then_stale_then_live_again(api: FakeApi, watch: Watch) -> None:
    up = threading.Event()

    def later(exchange: Exchange) -> None:
        if up.is_set():
            sends(*everything("a", version=5))(exchange)
        else:
            exchange.sock.shutdown(socket.SHUT_RDWR)

    api.script(PATH, sends(*everything("a", "gone")), later)
    seen = watch()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    api.drop()
    seen.wait(lambda: seen.reach is Reach.RECONNECTING)
    assert seen.names == {"a", "gone"}
    assert "connection broke" in seen.fresh[-1].detail
    until(lambda: ticked(seen).reach is Reach.STALE)
    up.set()
    # After a long outage everything is listed again: the server may have come back from an older etcd.
    seen.wait(lambda: seen.reach is Reach.LIVE and seen.names == {"a"})


def test_a_quiet_watch_that_breaks_was_live_until_then(api: FakeApi, watch: Watch) -> None:
    def down(exchange: Exchange) -> None:
        exchange.sock.shutdown(socket.SHUT_RDWR)

    api.script(PATH, sends(*everything("a")), down)
    seen = watch(replace(QUICK, stale=0.3))
    seen.wait(lambda: seen.reach is Reach.LIVE)
    time.sleep(0.4)
    broke = time.time()
    api.drop()
    seen.wait(lambda: seen.reach is not Reach.LIVE)
    assert seen.fresh[2].reach is Reach.RECONNECTING
    assert seen.fresh[2].since > broke - 0.2


def test_what_never_was_live_is_not_called_reconnecting(watch: Watch, api: FakeApi) -> None:
    api.script(PATH, lambda exchange: exchange.sock.shutdown(socket.SHUT_RDWR))
    seen = watch()
    until(lambda: ticked(seen).reach is Reach.STALE)
    assert Reach.RECONNECTING not in {fresh.reach for fresh in seen.fresh}
    assert not any(fresh.trusted for fresh in seen.fresh)


def test_a_server_in_trouble_is_given_the_time_it_asks_for(api: FakeApi, watch: Watch) -> None:
    api.script(PATH, refuses(429, Retry_After="1"), sends(*everything("a")))
    seen = watch()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    first, second = api.asked(PATH)[:2]
    assert second.at - first.at >= 0.95


def test_a_server_that_ends_every_watch_at_once_is_not_hammered(api: FakeApi, watch: Watch) -> None:
    api.script(PATH, sends(*everything("a"), then="end"), sends(then="end"))
    watch(replace(QUICK, first_delay=0.05, longest_delay=0.2, healthy=9.0))
    last = api.wait(PATH, 8)
    assert last.at - api.asked(PATH)[0].at > 0.4


def test_objects_of_unexpected_types_are_left_out_and_counted(api: FakeApi, watch: Watch) -> None:
    odd: list[dict[str, object]] = [
        event("ADDED", {"metadata": ["not", "a", "mapping"]}),
        event("ADDED", {"metadata": {"name": 7, "namespace": "default", "labels": "none"}}),
        {"type": "ADDED", "object": None},
        {"type": 3},
        event("UNHEARD-OF", thing("x")),
    ]
    api.script(PATH, sends(*odd, *everything("a")))
    seen = watch()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    assert seen.names == {"a", "7"}
    assert seen.reflector.skipped == 2


def test_what_is_no_watch_at_all_is_said(api: FakeApi, watch: Watch) -> None:
    api.script(PATH, lambda exchange: exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>\n</html>"))
    seen = watch()
    seen.wait(lambda: bool(seen.fresh and "not a watch" in seen.fresh[-1].detail))


def test_lines_survive_wherever_their_bytes_are_cut(api: FakeApi, watch: Watch) -> None:
    items = [thing("ä", colour="grün"), thing("big", colour="x" * 300_000), thing("z", colour="日本")]
    events = [*(event("ADDED", item) for item in items), bookmark(4, ends=True)]
    lines = b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in events)

    def script(exchange: Exchange) -> None:
        exchange.begin()
        cut = lines.index("ü".encode()) + 1
        for piece in (lines[:cut], lines[cut : cut + 1], lines[cut + 1 : 200_000], lines[200_000:-3], lines[-3:]):
            exchange.chunk(piece)
            time.sleep(0.01)
        exchange.hold()

    api.script(PATH, script)
    seen = watch()
    seen.wait(lambda: seen.reach is Reach.LIVE)
    colours = {row.name: row.colour for row in seen.rows.values()}  # type: ignore[attr-defined]
    assert colours == {"ä": "grün", "big": "x" * 300_000, "z": "日本"}


def test_nothing_is_told_after_stop_has_returned(api: FakeApi, watch: Watch) -> None:
    def flood(exchange: Exchange) -> None:
        exchange.begin()
        exchange.events(*everything("a"))
        for number in range(1_000_000):
            exchange.events(event("ADDED", thing(f"n{number}", number)))

    api.script(PATH, flood)
    seen = watch(Timing())
    seen.wait(lambda: len(seen.rows) > 50)
    began = time.monotonic()
    seen.reflector.stop()
    took = time.monotonic() - began
    told = len(seen.calls)
    assert seen.reflector.join(5)
    assert len(seen.calls) == told
    assert took < 2


def test_a_change_that_is_being_read_when_it_stops_is_not_told(
    api: FakeApi, connect: Callable[..., Connection]
) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def slow(kind: str, obj: Json) -> Thing:
        reading.set()
        assert go_on.wait(20)
        return thing_row(kind, obj)

    api.script(PATH, sends(event("ADDED", thing("a"))))
    seen = Recorder()
    seen.reflector = Reflector(connect(), replace(THINGS, row=slow), seen)
    seen.reflector.start()
    assert reading.wait(20)
    seen.reflector.stop()
    go_on.set()
    assert seen.reflector.join(20)
    assert [what for _, what, _ in seen.calls] == ["freshness"]


@pytest.mark.parametrize("phase", ["headers", "body", "pause"])
def test_stop_ends_the_thread_in_every_phase(api: FakeApi, watch: Watch, phase: str) -> None:
    scripts: dict[str, Script] = {
        "headers": lambda exchange: exchange.hold(),
        "body": sends(*everything("a")),
        "pause": refuses(403),
    }
    api.script(PATH, scripts[phase])
    seen = watch(Timing())
    api.wait(PATH, 1)
    if phase != "headers":
        seen.wait(lambda: seen.reach in (Reach.LIVE, Reach.FORBIDDEN))
    began = time.monotonic()
    seen.reflector.stop()
    assert seen.reflector.join(5)
    assert time.monotonic() - began < 3


def test_a_stop_from_within_the_sink_is_heeded(api: FakeApi, watch: Watch) -> None:
    class Stopping(Recorder):
        def apply(self, changes: Mapping[Key, Row | None]) -> None:
            super().apply(changes)
            self.reflector.stop()

    api.script(PATH, sends(*everything(*(f"n{number}" for number in range(50)))))
    seen = watch(Timing(), Stopping())
    assert seen.reflector.join(5)
    assert len(seen.calls) == 2  # loading, and the one apply
