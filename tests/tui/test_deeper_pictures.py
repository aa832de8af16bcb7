"""Pictures of the screens behind the overview, and of a demo's; a person has looked at each of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from runners.cluster.errors import refusal
from runners.cluster.words import asked
from runners.layers.freshness import Freshness, Reach
from runners.layers.jsons import Json
from runners.layers.kinds.events import Event
from runners.layers.picture import Picture
from runners.layers.runs import RunRecord, RunState
from tests.cluster.fake_api import Exchange, FakeApi
from tests.layers import worlds as w
from tests.tui.serving import serve
from tests.tui.still_session import NoConnection, StillSession, clock, still_session
from tests.tui.test_overview import started
from tests.tui.test_screen_pictures import BROKEN, HEALTHY
from tui.app import BedplateApp
from tui.screens.findings import FindingsScreen
from widgets.log import LogPane

pytestmark = pytest.mark.long

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120", "80"])
POD = "/api/v1/namespaces/longhorn-system/pods/longhorn-manager-8x2kq"
SECRET = "/api/v1/namespaces/longhorn-system/secrets/sh.helm.release.v1.longhorn.v1"
EVENTS = "/api/v1/namespaces/longhorn-system/events"
WARNING = Event(
    "events",
    "longhorn-system",
    "e1",
    "uid-e1",
    w.NOW - 40,
    "BackOff",
    "Pod/longhorn-ui-748895487-bmdxf",
    "Back-off restarting failed container longhorn-ui in pod longhorn-ui-748895487-bmdxf",
    12,
    w.NOW - 40,
)
MANIFEST = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "longhorn-manager-8x2kq",
        "namespace": "longhorn-system",
        "labels": {"app": "longhorn-manager", "app.kubernetes.io/version": "v1.12.1"},
        "annotations": {"kubectl.kubernetes.io/default-container": "longhorn-manager"},
        "ownerReferences": [{"kind": "DaemonSet", "name": "longhorn-manager"}],
        "managedFields": [{"manager": "kubelet"}],
    },
    "spec": {
        "containers": [
            {"name": "longhorn-manager", "image": "longhornio/longhorn-manager:v1.12.1", "args": ["-d", "daemon"]},
            {"name": "pre-pull-share-manager-image", "image": "longhornio/longhorn-share-manager:v1.12.1"},
        ],
        "nodeName": "node-1",
    },
    "status": {
        "phase": "Running",
        "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": "2027-01-14T20:00:00Z"},
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2027-01-14T08:00:00Z"},
        ],
    },
}
HELM_SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "type": "helm.sh/release.v1",
    "metadata": {"name": "sh.helm.release.v1.longhorn.v1", "labels": {"owner": "helm", "name": "longhorn"}},
    "data": {"release": base64.b64encode(b"never to be seen" * 40).decode()},
}
HAPPENED = [
    {"reason": "Pulled", "type": "Normal", "lastTimestamp": "2027-01-15T07:50:00Z", "message": "Image is there"},
    {
        "reason": "Unhealthy",
        "type": "Warning",
        "lastTimestamp": "2027-01-15T07:59:20Z",
        "count": 3,
        "message": "Readiness probe failed: Get https://10.42.0.7:9501/v1/healthz: context deadline exceeded",
    },
]
LINES = b"""time="2027-01-15T07:58:00Z" level=info msg="Starting longhorn conversion webhook server"
time="2027-01-15T07:58:01Z" level=info msg="Listening on :9501"

\x1b[33mtime="2027-01-15T07:58:09Z" level=warning msg="Timed out waiting for recovery backend"\x1b[0m
"""


@pytest.fixture(autouse=True)
def _one_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.localtime", __import__("time").gmtime)


class Denied(NoConnection):
    """Answers everything with 403."""

    def request(self, method: str, path: str, **_more: object) -> Json:
        """Says so as a server does."""
        said = b'{"kind": "Status", "message": "User \\"someone\\" cannot get resource \\"pods\\""}'
        raise refusal(asked(method, path), self.server, 403, said)


@pytest.fixture
def api(session: StillSession) -> Iterator[FakeApi]:
    with FakeApi() as fake:
        serve(session, fake)
        fake.script(POD, lambda x: x.json(MANIFEST))
        fake.script(SECRET, lambda x: x.json(HELM_SECRET))
        yield fake
        session.connection.close()


def picture(
    compare: Compare,
    session: StillSession,
    *keys: str,
    size: tuple[int, int],
    until: str = "",
    guide: Callable[[Picture], str] | None = None,
) -> None:
    """Compares the screen after some keys, once its text says something, with the picture that was looked at."""
    app = BedplateApp(session, clock, guide)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        await pilot.press(*keys)
        while until and until not in app.screen.query_one(LogPane).text:
            await pilot.pause()
        await pilot.pause()
        await pilot.pause()

    assert compare(app, terminal_size=size, run_before=run_before)


@SIZES
def test_component_healthy(session: StillSession, snap_compare: Compare, size: tuple[int, int]) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "enter", size=size)


@SIZES
def test_component_failed(session: StillSession, snap_compare: Compare, size: tuple[int, int]) -> None:
    session.fill([*BROKEN, WARNING])
    picture(snap_compare, session, "enter", size=size)


def test_component_of_gitops_and_its_events(session: StillSession, snap_compare: Compare) -> None:
    session.fill([*BROKEN, WARNING])
    picture(snap_compare, session, "tab", "down", "enter", size=(120, 36))


def test_component_whose_pods_are_forbidden(session: StillSession, snap_compare: Compare) -> None:
    session.fill([*w.longhorn_world(), *w.minio_world()], {"pods": Freshness(Reach.FORBIDDEN, 0, "list pods")})
    picture(snap_compare, session, "enter", "2", size=(80, 24))


def test_description(session: StillSession, api: FakeApi, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "enter", size=(80, 24), until="Conditions")


@SIZES
def test_yaml(session: StillSession, api: FakeApi, snap_compare: Compare, size: tuple[int, int]) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "y", size=size, until="kind: Pod")


def test_yaml_searched(session: StillSession, api: FakeApi, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    app = BedplateApp(session, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        await pilot.press("1", "y")
        while "kind: Pod" not in app.screen.query_one(LogPane).text:
            await pilot.pause()
        pane = app.screen.query_one(LogPane)
        await pilot.press("slash", *"longhorn-manager", "enter")
        while not (first := pane.border_subtitle) or app.focused is not pane:
            await pilot.pause()
        await pilot.press("n")
        while pane.border_subtitle == first:
            await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=(80, 24), run_before=run_before)


def test_yaml_of_a_secret(session: StillSession, api: FakeApi, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "5", "y", size=(80, 24), until="••••")


def test_yaml_forbidden(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    session.connection = Denied(session.options.access)
    picture(snap_compare, session, "1", "y", size=(80, 24), until="✖")


def test_events(session: StillSession, api: FakeApi, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    api.script(EVENTS, lambda x: x.json({"items": HAPPENED}))
    picture(snap_compare, session, "1", "e", size=(120, 36), until="Unhealthy")


def test_events_none(session: StillSession, api: FakeApi, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    api.script(EVENTS, lambda x: x.json({"items": []}))
    picture(snap_compare, session, "1", "e", size=(80, 24), until="no events")


@SIZES
def test_pod_log(session: StillSession, api: FakeApi, snap_compare: Compare, size: tuple[int, int]) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk(LINES)
        exchange.hold()

    session.fill(HEALTHY)
    api.script(f"{POD}/log", script)
    picture(snap_compare, session, "1", "l", size=size, until="recovery backend")


@SIZES
def test_boundary(session: StillSession, snap_compare: Compare, size: tuple[int, int]) -> None:
    release = w.flux_object("HelmRelease", "storage", namespace="apps", ready="")
    ingress = ("longhorn-system_longhorn-ui_networking.k8s.io_Ingress",)
    apps = replace(w.flux_object("Kustomization", "apps"), inventory=ingress)
    session.fill([*HEALTHY, replace(release, release="longhorn-system/longhorn"), apps])
    app = BedplateApp(session, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        await pilot.press("colon", *"boundary", "enter")
        while not (isinstance(app.screen, FindingsScreen) and app.screen.focused):
            await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)


def test_runs(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    ended = (
        ("20270115-070000-7f3a", "apply longhorn", 0),
        ("20270115-071500-9b1c", "apply minio", 1),
        ("20270115-072000-02aa", "bootstrap", None),
    )
    for minutes, (run_id, title, code) in enumerate(ended):
        folder = session.runs.root / run_id
        folder.mkdir()
        begun = w.NOW - 3600 + 600 * minutes
        words = {"title": title, "argv": ["helmfile"], "started": begun, "cluster": session.cluster_words}
        (folder / "request.json").write_text(json.dumps(words))
        (folder / "log").write_text(f"{title}\n")
        (folder / "concluded.json").write_text('{"findings": []}')
        if code is not None:
            (folder / "ended.json").write_text(json.dumps({"ended": begun + 93, "code": code}))
    session.changed()
    session.renew()
    picture(snap_compare, session, "8", size=(80, 24))


RUNNING = RunRecord("20270115-080000-7f3a", "apply longhorn", (), "/", "", w.NOW - 42, RunState.RUNNING)


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        pytest.param((40, 10), (), id="40x10-cards"),
        pytest.param((40, 10), ("tab",), id="40x10-gitops"),
        pytest.param((40, 10), ("1",), id="40x10-table"),
        pytest.param((40, 10), ("enter",), id="40x10-component"),
        pytest.param((40, 10), ("ctrl+c",), id="40x10-question"),
        pytest.param((20, 5), (), id="20x5"),
    ],
)
def test_small(session: StillSession, snap_compare: Compare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    session.fill(BROKEN)
    session.seen_runs = replace(session.seen_runs, running=(RUNNING,))
    picture(snap_compare, session, *keys, size=size)


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        pytest.param((120, 36), (), id="120"),
        pytest.param((80, 24), (), id="80"),
        pytest.param((80, 24), ("ctrl+c",), id="80-question"),
        pytest.param((120, 36), ("1", "y"), id="120-yaml"),
    ],
)
def test_demo(tmp_path: Path, snap_compare: Compare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    session = still_session(tmp_path)
    session.options = replace(session.options, demo=True)
    session.fill(HEALTHY)
    session.seen_runs = replace(session.seen_runs, running=(RUNNING,))
    words = "longhorn is there now, and minio comes next: go to it with ↓ and press a"
    until = "✖" if "y" in keys else ""
    picture(snap_compare, session, *keys, size=size, until=until, guide=lambda _seen: words)
