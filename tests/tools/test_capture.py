"""Short calls whose output is kept in memory."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from anyio.abc import Process

from runners.tools import run_files
from runners.tools.capture import Captured, ToolMissing, ToolTimeout, _open, capture
from runners.tools.private_files import private_kubeconfig, state_home, sweep_private
from tests.tools.leftovers import marked, nothing_left, until, until_none
from tests.tools.run_helpers import python_tool, shell_tool


@pytest.fixture(autouse=True)
def mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with nothing_left(monkeypatch) as mark:
        yield mark


def _capture(argv: tuple[str, ...], **more: object) -> Captured:
    call = partial(capture, argv, environ=dict(os.environ), **{"cwd": "/", "timeout": 20.0, **more})  # type: ignore[arg-type]
    return anyio.run(call)


def test_it_returns_both_streams_apart_and_the_exit_code() -> None:
    done = _capture(shell_tool("echo out; echo err >&2; exit 3"))
    assert (done.stdout, done.stderr, done.code, done.truncated) == ("out\n", "err\n", 3, False)
    assert 0 < done.seconds < 10
    assert r"out\n" not in repr(done)


def test_a_signal_is_told_by_its_number() -> None:
    assert _capture(shell_tool("kill -TERM $$")).code == 143


def test_a_lot_on_both_streams_does_not_block() -> None:
    code = "import sys\nfor _ in range(400): sys.stdout.write('o' * 1000); sys.stderr.write('e' * 1000)"
    done = _capture(python_tool(code))
    assert (len(done.stdout), len(done.stderr)) == (400_000, 400_000)


def test_output_is_bounded_and_the_tool_still_ends() -> None:
    done = _capture(python_tool("import sys; sys.stdout.write('x' * 300_000); sys.exit(5)"), limit=1000)
    assert (len(done.stdout), done.truncated, done.code) == (1000, True, 5)


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    assert _capture(shell_tool(r"printf 'a\377b'")).stdout == "a�b"


def test_there_is_no_terminal_and_nothing_to_read() -> None:
    assert _capture(python_tool("import os; print(os.read(0, 1), os.getsid(0) == os.getpid())")).stdout == "b'' True\n"


def test_the_kubeconfig_is_private_and_goes_with_the_call(tmp_path: Path) -> None:
    code = 'test "$KUBECONFIG" = {kubeconfig} && stat -c %a {kubeconfig} && cat {kubeconfig} && echo {kubeconfig}'
    said = _capture(shell_tool(code), kubeconfig="secret").stdout
    assert said.startswith("600\nsecret/")
    path = Path(said.strip().removeprefix("600\nsecret"))
    assert path.parent == tmp_path / "state" / "bedplate" / "private"
    assert not path.exists()
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_missing_tool_is_named() -> None:
    with pytest.raises(ToolMissing, match=r"^helm-that-is-not-there is not installed, or not on the PATH$") as caught:
        _capture(("helm-that-is-not-there", "list"), kubeconfig="secret")
    assert caught.value.name == "helm-that-is-not-there"
    assert list((state_home(os.environ) / "private").glob("kube*")) == []


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(ToolMissing, match="the folder /no/such/folder is not there"):
        _capture(("true",), cwd=Path("/no/such/folder"))


def test_the_tools_own_path_finds_it(tmp_path: Path) -> None:
    tool = tmp_path / "helm"
    tool.write_text("#!/bin/sh\necho mine\n")
    tool.chmod(0o755)
    call = partial(capture, ("helm",), environ={"PATH": str(tmp_path)}, cwd="/", timeout=10)
    assert anyio.run(call).stdout == "mine\n"


def test_too_long_is_interrupted_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def opened(*asked: Any) -> Process:
        """The time runs once the tool can be asked to end."""
        process = await _open(*asked)
        await anyio.to_thread.run_sync(until, (tmp_path / "ready").exists)
        return process

    monkeypatch.setattr("runners.tools.capture._open", opened)
    monkeypatch.setattr("runners.tools.capture._PATIENCE", 20.0)
    code = f"trap 'echo yes > {tmp_path}/asked; exit 1' INT; echo > {tmp_path}/ready; while :; do sleep 0.05; done"
    begun = time.monotonic()
    with pytest.raises(ToolTimeout, match=r"/bin/sh was not done after 0\.1 s and was ended"):
        _capture(shell_tool(code), timeout=0.1, kubeconfig="secret")
    assert time.monotonic() - begun < 15
    assert (tmp_path / "asked").exists()
    assert list((state_home(os.environ) / "private").glob("kube*")) == []


def test_what_ignores_the_interrupt_is_killed_with_its_children(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.tools.capture._PATIENCE", 0.2)
    with pytest.raises(ToolTimeout):
        _capture(shell_tool("trap '' INT; sleep 60 & sleep 60 & wait; wait; sleep 60"), timeout=0.3)
    until_none(mark, 5)


def test_cancelling_ends_the_tool_and_its_children(mark: str) -> None:
    async def cancelled() -> None:
        async with anyio.create_task_group() as tasks:
            # Background jobs of a shell ignore SIGINT: they go with the group.
            argv = shell_tool("sleep 60 & exec sleep 60")
            tasks.start_soon(partial(capture, argv, environ=dict(os.environ), cwd="/", kubeconfig="s", timeout=60))
            await anyio.to_thread.run_sync(until, lambda: len(marked(mark)) == 2)
            tasks.cancel_scope.cancel()

    begun = time.monotonic()
    anyio.run(cancelled)
    assert time.monotonic() - begun < 30
    until_none(mark, 5)
    assert list((state_home(os.environ) / "private").glob("kube*")) == []


def test_cancelling_at_any_moment_of_the_start_leaves_nothing(mark: str, tmp_path: Path) -> None:
    async def cancelled(after: float) -> None:
        with anyio.move_on_after(after):
            argv = shell_tool("sleep 60 & sleep 60 & exec sleep 60")
            await capture(argv, environ=dict(os.environ), cwd="/", kubeconfig="s", timeout=60)

    for step in range(30):
        anyio.run(cancelled, step * 0.0005)
    until_none(mark, 5)
    assert list((state_home(os.environ) / "private").glob("kube*")) == []


def test_a_child_that_holds_the_streams_open_is_not_waited_for(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.tools.capture._PATIENCE", 0.2)
    done = _capture(shell_tool("sleep 60 & echo done"))
    assert (done.code, done.stdout) == (0, "done\n")
    until_none(mark, 5)


def test_what_a_killed_program_left_is_swept_and_what_is_used_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    assert sweep_private(folder) == 0
    code = (
        "import os, sys; from pathlib import Path; from runners.tools.private_files import private_kubeconfig\n"
        "with private_kubeconfig('secret', Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    repository = str(Path(__file__).resolve().parents[2])
    environ = {**os.environ, "PYTHONPATH": repository}
    call = partial(capture, (sys.executable, "-c", code, str(folder)), environ=environ, cwd="/", timeout=20)
    assert anyio.run(call).code == 137
    with private_kubeconfig("used", folder) as path:
        assert path is not None
        assert sweep_private(folder) == 1
        assert [left.name for left in folder.glob("kube*")] == [path.name]
        assert run_files.is_held(path)
    until(lambda: not list(folder.glob("kube*")))


def test_the_state_folder_follows_the_specification() -> None:
    assert state_home({"XDG_STATE_HOME": "/x"}) == Path("/x/bedplate")
    assert state_home({"XDG_STATE_HOME": "relative"}) == Path.home() / ".local/state/bedplate"
    assert state_home({}) == Path.home() / ".local/state/bedplate"
