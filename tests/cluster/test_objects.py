"""Whole objects and their events, on demand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError, Forbidden, NotFound, Unreachable
from runners.cluster.objects import events_about, get
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.pods import PODS
from tests.cluster.fake_api import Exchange, FakeApi
from tests.layers.worlds import node
from tests.tui.rows import pod

POD = "/api/v1/namespaces/longhorn-system/pods/one"
EVENTS = "/api/v1/namespaces/longhorn-system/events"
Connect = Callable[..., Connection]


def test_an_object_comes_without_its_managed_fields(api: FakeApi, connect: Connect) -> None:
    api.script(POD, lambda x: x.json({"kind": "Pod", "metadata": {"name": "one", "managedFields": [{}]}}))
    assert get(connect(), PODS, "longhorn-system", "one") == {"kind": "Pod", "metadata": {"name": "one"}}


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [(403, Forbidden, "may not get pods longhorn-system/one"), (404, NotFound, "get pods longhorn-system/one")],
)
def test_a_refusal_is_one_line(api: FakeApi, connect: Connect, status: int, kind: type[ApiError], words: str) -> None:
    api.script(POD, lambda x: x.refuse(status, "line\none"))
    with pytest.raises(kind) as caught:
        get(connect(), PODS, "longhorn-system", "one")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def _cut(exchange: Exchange) -> None:
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
    exchange.sock.shutdown(2)


def test_an_answer_that_breaks_off_is_no_object(api: FakeApi, connect: Connect) -> None:
    api.script(POD, _cut)
    with pytest.raises(Unreachable):
        get(connect(), PODS, "longhorn-system", "one")


def test_events_are_asked_for_by_uid(api: FakeApi, connect: Connect) -> None:
    api.script(EVENTS, lambda x: x.json({"items": [{"reason": "BackOff"}, "odd"]}))
    assert events_about(connect(), "Pod", pod("one")) == [{"reason": "BackOff"}, {}]
    assert api.wait(EVENTS, 1).query["fieldSelector"] == "involvedObject.uid=uid-one"


def test_a_nodes_events_are_asked_for_by_name(api: FakeApi, connect: Connect) -> None:
    """A kubelet writes the node's name where its uid belongs."""
    api.script("/api/v1/events", lambda x: x.json({"items": []}))
    assert events_about(connect(), NODES.singular, node("node-1")) == []
    asked = api.wait("/api/v1/events", 1).query["fieldSelector"]
    assert asked == "involvedObject.kind=Node,involvedObject.name=node-1"
