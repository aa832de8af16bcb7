"""YAML, events, descriptions and logs by keyboard, against a scripted server with its faults."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.cluster.fake_api import Exchange, FakeApi
from tests.layers import worlds as w
from tests.tui.rows import pod
from tests.tui.serving import serve
from tests.tui.still_session import StillSession, clock
from tests.tui.test_overview import WORLD, started, top
from tests.widgets.fixtures import until
from tui.app import BedplateApp
from tui.screens.object import ObjectScreen
from tui.screens.pod_log import PodLogScreen
from widgets.log import LogPane

pytestmark = pytest.mark.anyio

POD = "/api/v1/namespaces/longhorn-system/pods/one"
EVENTS = "/api/v1/namespaces/longhorn-system/events"
MANIFEST = {
    "kind": "Pod",
    "metadata": {"name": "one", "labels": {"app": "longhorn"}},
    "spec": {"containers": [{"name": "manager"}, {"name": "sidecar"}]},
}
WORD = "correct horse battery staple"


@pytest.fixture
def api(session: StillSession) -> Iterator[FakeApi]:
    with FakeApi() as fake:
        serve(session, fake)
        fake.script(POD, lambda x: x.json(MANIFEST))
        yield fake
        session.connection.close()


@pytest.fixture
def app(session: StillSession) -> BedplateApp:
    session.fill([*WORLD, pod("one")])
    return BedplateApp(session, clock)


def pane(app: BedplateApp) -> LogPane:
    return top(app).query_one(LogPane)


async def says(app: BedplateApp, pilot: Pilot[None], words: str) -> str:
    """Waits until the screen in front says something, and returns all that it says."""
    while not top(app).query(LogPane) or words not in pane(app).text:
        await pilot.pause()
    return pane(app).text


async def test_one_object_from_three_sides(app: BedplateApp, api: FakeApi) -> None:
    api.script(EVENTS, lambda x: x.json({"items": [{"reason": "BackOff", "message": "restarting"}]}))
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "enter")
        assert "app=longhorn" in await says(app, pilot, "Labels")
        await pilot.press("y")
        assert "NAMESPACE" not in await says(app, pilot, "kind: Pod")
        await pilot.press("e")
        await says(app, pilot, "BackOff")
        api.script(EVENTS, lambda x: x.json({"items": []}))
        await pilot.press("ctrl+r")
        await says(app, pilot, "no events about it")
        await pilot.press("d")
        await says(app, pilot, "STATUS")
        await pilot.press("escape")
        assert top(app) is app.overview


async def test_no_secret_is_ever_on_the_screen_or_copied(app: BedplateApp, api: FakeApi) -> None:
    secret = {
        "kind": "Secret",
        "metadata": {"name": "x", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": WORD}},
        "data": {"release": base64.b64encode(WORD.encode()).decode()},
        "stringData": {"plain": WORD},
    }
    name = w.release("longhorn-system", "longhorn").name
    api.script(f"/api/v1/namespaces/longhorn-system/secrets/{name}", lambda x: x.json(secret))
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        for key in ("y", "enter"):
            await pilot.press("5", key)
            text = await says(app, pilot, "••••")
            assert WORD not in text
            assert base64.b64encode(WORD.encode()).decode() not in text
            await pilot.press("c")
            assert app.clipboard == text
            await pilot.press("escape")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: x.refuse(403, "no"), "✖ may not get pods longhorn-system/one on "),
        (lambda x: x.refuse(404, "not found"), "✖ get pods longhorn-system/one on "),
        (lambda x: x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nwat"), "is this a Kubernetes API?"),
        (lambda x: x.sock.shutdown(2), "✖ "),
    ],
    ids=["403", "404", "nonsense", "cut"],
)
async def test_what_can_not_be_read_is_one_line_in_the_pane(
    app: BedplateApp, api: FakeApi, answer: Callable[[Exchange], None], words: str
) -> None:
    api.script(POD, answer)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "y")
        text = await says(app, pilot, words)
        assert len(text.splitlines()) == 1
        await pilot.press("d")
        text = await says(app, pilot, words)
        assert "STATUS" in text, "what is known is shown all the same"


async def test_an_answer_that_never_comes_holds_nobody(app: BedplateApp, api: FakeApi) -> None:
    api.script(POD, Exchange.hold)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "y")
        api.wait(POD, 1)
        await pilot.press("escape")
        assert top(app) is app.overview
        await pilot.press("q")
    assert app.return_code == 0
    assert not [thread for thread in threading.enumerate() if not thread.daemon and thread.name.startswith("session")]


async def test_a_late_answer_does_not_overwrite_a_newer_one(app: BedplateApp, api: FakeApi) -> None:
    late = threading.Event()

    def slow(exchange: Exchange) -> None:
        assert late.wait(20)
        exchange.json(MANIFEST)

    api.script(POD, slow)
    api.script(EVENTS, lambda x: x.json({"items": []}))
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "y", "e")
        await says(app, pilot, "no events about it")
        late.set()
        screen = top(app)
        assert isinstance(screen, ObjectScreen)
        api.script(POD, lambda x: x.json({**MANIFEST, "status": {"phase": "Running"}}))
        await pilot.press("y")
        await says(app, pilot, "phase: Running")


async def test_search_goes_on_with_n_and_esc_forgets_it_first(app: BedplateApp, api: FakeApi) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "y")
        await says(app, pilot, "kind: Pod")
        await pilot.press("slash", *"name", "enter")
        text = pane(app)
        assert (text.needle, text.has_focus) == ("name", True)
        first = text._found
        await pilot.press("n")
        assert text._found != first
        await pilot.press("N")
        assert text._found == first
        await pilot.press("slash", *"cyq", "escape")
        assert (text.needle, top(app) is app.overview) == ("", False)
        await pilot.press("escape")
        assert top(app) is app.overview


async def test_a_text_is_saved_where_it_says(
    app: BedplateApp, session: StillSession, api: FakeApi, tmp_path: Path
) -> None:
    session.options = replace(session.options, environ={"XDG_STATE_HOME": str(tmp_path)})
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "y")
        text = await says(app, pilot, "kind: Pod")
        await pilot.press("ctrl+s", "f")
        await pilot.pause()
        (saved,) = (tmp_path / "bedplate" / "saved").iterdir()
        assert saved.read_text() == text
        assert saved.stat().st_mode & 0o777 == 0o600
        assert any(str(saved) in note.message for note in app._notifications)


async def test_what_applies_to_a_run_and_what_has_no_log(app: BedplateApp, session: StillSession) -> None:
    folder = session.runs.root / "20270115-080000-7f3a"
    folder.mkdir()
    (folder / "request.json").write_text(f'{{"title": "x", "started": {w.NOW}, "cluster": "{session.cluster_words}"}}')
    session.changed()
    session.renew()
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("8", "y")
        assert any("bedplate runs show 7f3a" in note.message for note in app._notifications)
        assert top(app) is app.overview


def writing(*chunks: bytes) -> Callable[[Exchange], None]:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        for chunk in chunks:
            exchange.chunk(chunk)
        exchange.hold()

    return script


async def test_a_pods_log_is_followed_container_by_container(app: BedplateApp, api: FakeApi) -> None:
    api.script(f"{POD}/log", writing(b"of the mana", b"ger\n"), writing(b"of the sidecar\n"), writing(b"before\n"))
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "l")
        await says(app, pilot, "of the manager")
        assert pane(app).heading == "longhorn-system/one · manager 1/2 ─ following"
        await pilot.press("right_square_bracket")
        await says(app, pilot, "of the sidecar")
        await pilot.press("p")
        await says(app, pilot, "before")
        assert pane(app).heading == "longhorn-system/one · sidecar 2/2 ─ of its life before"
        asked = [(x.query["container"], x.query.get("previous"), x.query["tailLines"]) for x in api.asked(f"{POD}/log")]
        assert asked == [("manager", None, "1000"), ("sidecar", None, "1000"), ("sidecar", "true", "1000")]


async def test_leaving_a_log_ends_its_reading_within_a_moment(app: BedplateApp, api: FakeApi) -> None:
    left = threading.Event()

    def script(exchange: Exchange) -> None:
        writing(b"one\n")(exchange)
        left.set()

    api.script(f"{POD}/log", script)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "l")
        await says(app, pilot, "one")
        screen = top(app)
        assert isinstance(screen, PodLogScreen)
        await pilot.press("escape")
        await until(left.is_set)
        assert screen._log is not None
        assert screen._log.join(5)


@pytest.mark.parametrize(
    ("script", "words", "state"),
    [
        (lambda x: x.refuse(403, "no"), "✖ may not get pods/log", "broken off"),
        (lambda x: x.refuse(400, "container is waiting to start"), "waiting to start", "broken off"),
        (lambda x: [x.begin(), x.end()], "nothing was written", "ended"),
        (lambda x: [x.begin(), x.chunk(b"one\n"), x.sock.shutdown(2)], "✖ ", "broken off"),
    ],
    ids=["403", "waiting", "empty", "cut"],
)
async def test_how_a_log_ends_is_said(
    app: BedplateApp, api: FakeApi, script: Callable[[Exchange], None], words: str, state: str
) -> None:
    api.script(f"{POD}/log", script)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("1", "l")
        await says(app, pilot, words)
        assert pane(app).heading.endswith(f"─ {state}")
        api.script(f"{POD}/log", writing(b"again\n"))
        await pilot.press("ctrl+r")
        await says(app, pilot, "again")
