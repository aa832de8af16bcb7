"""The keeper and the Lease of its run."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.layers.runs import RunState
from runners.tools import run_files
from runners.tools.lease import Acquired, Held, LeaseFacts, acquire, holder
from runners.tools.lease_renewal import LeaseRenewal
from runners.tools.runs import Runs
from tests.tools.lease_server import LeaseServer
from tests.tools.leftovers import nothing_left, process_with, until
from tests.tools.run_helpers import asked, folder_of, shell_tool, waits_for


@pytest.fixture(autouse=True)
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with nothing_left(monkeypatch) as mark:
        yield mark


@pytest.fixture
def server() -> Iterator[LeaseServer]:
    with LeaseServer() as server:
        yield server


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def _facts(server: LeaseServer, run_id: str) -> LeaseFacts:
    me = holder("ada", "laptop", run_id)
    server.token = "t0ken"
    return LeaseFacts(me, {"server": server.url}, {"token": "t0ken"}, every=0.05)


def test_it_renews_while_the_tool_works_and_gives_the_lease_back(runs: Runs, server: LeaseServer) -> None:
    run_id = runs.new_id()
    facts = _facts(server, run_id)
    assert acquire(server.serve, facts.holder, time.time()) == Acquired()
    record = runs.start(asked(shell_tool("exec sleep 60"), lease=facts, run_id=run_id))
    until(lambda: len([1 for method, _, _ in server.asked if method == "PUT"]) >= 3)
    assert server.holder == facts.holder
    assert isinstance(acquire(server.serve, "bob@desk other", time.time()), Held)
    runs.interrupt(run_id)
    assert runs.wait(run_id, 10).state is RunState.INTERRUPTED
    until(lambda: server.holder == "")
    files = {path.name: path.read_bytes() for path in folder_of(runs, record).iterdir() if path.is_file()}
    assert [name for name, content in files.items() if b"t0ken" in content] == []
    until(lambda: "given back" in (folder_of(runs, record) / run_files.KEEPER_LOG).read_text())


def test_it_renews_for_the_last_process_of_the_tool(runs: Runs, server: LeaseServer, mark: str, tmp_path: Path) -> None:
    # The supervisor and the first process are killed; a child, as helm would be, goes on.
    run_id, gate = runs.new_id(), tmp_path / "gate"
    facts = _facts(server, run_id)
    acquire(server.serve, facts.holder, time.time())
    record = runs.start(asked(shell_tool(f"({waits_for(gate)}) & wait; true"), lease=facts, run_id=run_id))
    tool = int(str((run_files.read_json(folder_of(runs, record) / run_files.STARTED) or {})["pid"]))
    os.kill(process_with(mark, "supervisor.py"), signal.SIGKILL)
    os.kill(tool, signal.SIGKILL)
    before = len(server.asked)
    until(lambda: len(server.asked) > before + 4)
    assert server.holder == facts.holder
    assert runs.holder_alive(run_id)
    gate.touch()
    until(lambda: server.holder == "")
    until(lambda: not runs.holder_alive(run_id))
    until(lambda: (folder_of(runs, record) / run_files.LOST).exists())
    assert runs.record(run_id).state is RunState.LOST


def test_a_tool_that_can_t_start_gives_the_lease_back(runs: Runs, server: LeaseServer) -> None:
    run_id = runs.new_id()
    facts = _facts(server, run_id)
    acquire(server.serve, facts.holder, time.time())
    assert runs.start(asked(("no-such-tool",), lease=facts, run_id=run_id)).state is RunState.FAILED
    until(lambda: server.holder == "")


def test_a_server_that_is_gone_harms_no_run(runs: Runs, server: LeaseServer) -> None:
    run_id = runs.new_id()
    facts = LeaseFacts("ada@laptop x", {"server": "http://127.0.0.1:9"}, {}, every=0.05)
    said = runs.root / run_id / run_files.KEEPER_LOG
    tried = f"until grep -q renewed {said}; do sleep 0.02; done"
    runs.start(asked(shell_tool(f"{tried}; cat $KUBECONFIG >/dev/null"), lease=facts, run_id=run_id))
    assert runs.wait(run_id, 20).state is RunState.SUCCEEDED
    until(lambda: "could not be given back" in said.read_text())
    lines = said.read_text().splitlines()
    assert len(lines) == 2  # one line a trouble, however often it is tried
    assert "127.0.0.1:9: " in lines[0]
    assert "could not be renewed" in lines[0]


def test_trouble_is_noted_once_and_its_end_too(
    server: LeaseServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runners.tools.lease_renewal._FIRST_RETRY", 0.01)
    facts = _facts(server, "x")
    acquire(server.serve, facts.holder, time.time())
    with LeaseRenewal(_handed(facts), tmp_path):
        until(lambda: len(server.asked) > 2)
        server.answer = (503, json.dumps({"kind": "Status", "code": 503, "message": "etcd\nis slow"}).encode())
        _after_more(server, 3)
        server.answer = None
        _after_more(server, 4)
        server.give({"spec": {"holderIdentity": "bob@desk y", "renewTime": "2999-01-01T00:00:00.000000Z"}})
        _after_more(server, 3)
    said = [line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        "the Lease could not be renewed: the server answered 503 etcd is slow",
        "the Lease is renewed again",
        "the Lease is held by bob@desk y now, while this run still works",
        "the Lease was not ours any more",
    ]
    assert server.holder == "bob@desk y"


def test_it_takes_the_lease_again_when_it_ran_out_meanwhile(server: LeaseServer, tmp_path: Path) -> None:
    facts = _facts(server, "x")
    server.give({"spec": {"holderIdentity": "bob@desk y", "renewTime": "2001-01-01T00:00:00.000000Z"}})
    with LeaseRenewal(_handed(facts), tmp_path):
        until(lambda: server.holder == facts.holder)


def _handed(facts: LeaseFacts) -> dict[str, object]:
    lease = {"holder": facts.holder, "cluster": facts.cluster, "user": facts.user, "every": facts.every}
    return {"lease": lease, "environ": {}}


def _after_more(server: LeaseServer, count: int) -> None:
    before = len(server.asked)
    until(lambda: len(server.asked) >= before + count)
