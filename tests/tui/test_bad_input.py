"""What a person gets wrong, or finds broken: one clear line each, and nothing else harmed."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from runners.layers.plans import Served
from runners.session import Session
from runners.tools.versions import look_for_tools
from tests.tools.scripted_tools import Answer, ScriptedTools
from tests.tui.still_session import ACCESS, HOME, StillSession, clock
from tests.tui.test_overview import WORLD, started, top
from tui import cli
from tui.app import BedplateApp
from widgets.confirm import Confirm, Readiness
from widgets.header import Header
from widgets.log import LogPane

anyio_test = pytest.mark.anyio

TWO_CONTEXTS = """
apiVersion: v1
kind: Config
clusters: [{name: home, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: admin, user: {}}]
contexts:
- {name: home, context: {cluster: home, user: admin}}
- {name: work, context: {cluster: home, user: admin}}
current-context: home
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, where the program is called, with a kubeconfig of two contexts beside it."""
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(TWO_CONTEXTS)
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    repository = tmp_path / "repository"
    repository.mkdir()
    monkeypatch.chdir(repository)
    return repository


@pytest.mark.parametrize("call", [["check"], []], ids=["check", "screen without a terminal"])
def test_no_kubeconfig(
    folder: Path, call: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(folder))
    assert cli.run(call) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"bedplate: no kubeconfig: {folder}/.kube/config does not exist")


def test_its_version_is_said_wherever_it_is_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"bedplate {version('bedplate')}\n"


def test_a_context_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "--context", "hoem"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no context 'hoem'" in line
    assert "did you mean 'home'" in line


def test_an_unknown_key_is_named_with_its_line_and_the_nearest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bedplate.yaml").write_text("version: 1\ngitops:\n  bootstrp: git\n")
    assert cli.run(["check"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert f"bedplate: {folder}/bedplate.yaml:3: unknown key gitops.bootstrp, did you mean bootstrap?" in lines


def test_without_a_terminal_it_says_what_check_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui.check.PATIENCE", 0.0)
    assert cli.run([]) == 3
    said = capsys.readouterr()
    assert said.err.splitlines()[0] == "bedplate: no terminal here, so this is what `bedplate check` says"
    assert said.out.splitlines()[0] == "the cluster has not answered"


@anyio_test
async def test_an_unreachable_server_is_said_on_a_screen_that_opens(session: StillSession) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    options = replace(session.options, access=replace(ACCESS, server=url, cluster={"server": url}))
    real = Session(options, session.runs, session.journal)
    app = BedplateApp(real)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        while not [notice for notice in real.picture.notices if notice.subject == url]:
            await pilot.pause(0.01)
        words = next(notice.text for notice in real.picture.notices if notice.subject == url)
        assert "refused" in words
        assert "\n" not in words
        assert app.overview.query_one(Header).facts.identity is None
        await pilot.press("question_mark", "escape", "q")
    assert app.return_code == 0


class BrokenHelmfile(ScriptedTools):
    """Every tool is there, and helmfile can't read its file."""

    def __init__(self) -> None:
        said = (
            "in ./longhorn/helmfile.yaml: failed to read helmfile.yaml: reading document at index 1. Started seeing "
            "this since Helmfile v1? yaml: line 3: mapping values are not allowed in this context"
        )
        broken = Answer(stderr=said, code=1)
        super().__init__({name: [broken] for name in ("list", "build", "diff", "template")})
        self.answers |= {"helm list": [Answer("[]")], "git rev-parse": [Answer(code=128)], "git status": [Answer()]}


@pytest.fixture
def broken(session: StillSession, monkeypatch: pytest.MonkeyPatch) -> BrokenHelmfile:
    tools = BrokenHelmfile()
    session.fill(WORLD)
    (session.options.repository / "longhorn").mkdir()
    (session.options.repository / "longhorn" / "helmfile.yaml").write_text("releases:\n- name: a\n  b: c: d\n")
    monkeypatch.setattr("runners.operate.capture", tools)
    monkeypatch.setattr("runners.operate.resolve", lambda _connection: HOME)
    monkeypatch.setattr("runners.operate.served_by", lambda *_: Served("v1.37.2", ("v1",), frozenset()))
    monkeypatch.setattr(session, "context_moved", lambda: "")
    return tools


@anyio_test
async def test_a_broken_helmfile_is_refused_with_file_and_line(session: StillSession, broken: BrokenHelmfile) -> None:
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("i")
        pane = top(app).query_one(LogPane)
        while "line 3" not in pane.text:
            await pilot.pause()
        assert pane.text.startswith("longhorn/helmfile.yaml")
        assert len(pane.text.splitlines()) == 1
        await pilot.press("escape", "a")
        dialog = top(app).query_one(Confirm)
        while dialog.dialog.readiness is Readiness.CHECKING:
            await pilot.pause()
        assert dialog.dialog.readiness is Readiness.REFUSED
        assert [reason for reason in dialog.dialog.reasons if "longhorn/helmfile.yaml" in reason and "line 3" in reason]
        await pilot.press("escape")
        assert top(app) is app.overview
    assert not session.runs.records()


@anyio_test
async def test_no_helmfile_on_the_path(session: StillSession, tmp_path: Path) -> None:
    nothing: Mapping[str, str] = {"PATH": str(tmp_path)}
    session.toolbox = await look_for_tools(nothing)
    session.fill(WORLD)
    app = BedplateApp(session, clock)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(app, pilot)
        await pilot.press("a")
        dialog = top(app).query_one(Confirm)
        while dialog.dialog.readiness is Readiness.CHECKING:
            await pilot.pause()
        assert [reason for reason in dialog.dialog.reasons if reason.startswith("helmfile: ")]
        await pilot.press("escape")
        assert any(notice.subject == "helmfile" for notice in session.picture.notices), "the overview says so too"


@anyio_test
async def test_a_line_of_316_kb_in_the_log_holds_nothing_up(session: StillSession) -> None:
    session.fill(WORLD)
    folder = session.runs.root / "20270115-080000-7f3a"
    folder.mkdir()
    (folder / "request.json").write_text('{"title": "apply longhorn", "started": 1799999958.0}')
    (folder / "ended.json").write_text('{"ended": 1799999970.0, "code": 0}')
    (folder / "concluded.json").write_text('{"findings": []}')
    (folder / "log").write_bytes(b"first\n" + b"x" * 316_000 + b"\nlast\n")
    app = BedplateApp(session, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(app, pilot)
        app.overview.follow(session.runs.record("7f3a"))
        pane = app.overview.query_one(LogPane)
        while "last" not in pane.text:
            await pilot.pause()
        assert len(pane.text.splitlines()[1]) == 316_000
        pane.focus()
        await pilot.press("w", "g", "right", "w", "G")
        assert pane.has_focus
