"""Whatever is killed, nothing of a run is lost: its output, its outcome, and its private kubeconfig least of all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.layers.runs import RunRecord, RunState
from runners.tools import run_files
from runners.tools.runs import Runs
from tests.tools.leftovers import marked, nothing_left, process_with, until
from tests.tools.run_helpers import folder_of, python_tool, shell_tool, started, waits_for

_LINES = 300
_TOOL = f"import sys, time\nfor i in range({_LINES}): print(i, flush=True); time.sleep(0.0008)\nsys.exit(7)"
_PROGRAM = f"""
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from runners.tools.runs import Runs
from tests.tools.run_helpers import python_tool, started
runs = Runs(Path(sys.argv[1]))
print("begun", flush=True)
record = started(runs, python_tool({_TOOL!r}))
print("started", flush=True)
runs.wait(record.id)
"""
_REPOSITORY = str(Path(__file__).resolve().parents[2])


@pytest.fixture(autouse=True)
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with nothing_left(monkeypatch) as mark:
        yield mark


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """What a tool waits for."""
    return tmp_path / "gate"


@pytest.mark.long
def test_twelve_programs_killed_while_their_runs_go_on_lose_nothing(tmp_path: Path) -> None:
    for batch in range(3):
        roots = [tmp_path / f"{batch}-{i}" for i in range(4)]
        _kill_programs(roots, after="started", within=0.25)
        for root in roots:
            runs = Runs(root)
            (record,) = runs.records()
            ended = runs.wait(record.id, 15)
            assert (ended.state, ended.exit_code) == (RunState.FAILED, 7)
            assert runs.log_path(record.id).read_bytes() == _complete()
            _kubeconfig_goes(runs, record)


@pytest.mark.long
def test_twelve_programs_killed_while_they_start_a_run_start_it_whole_or_not_at_all(tmp_path: Path) -> None:
    for batch in range(3):
        roots = [tmp_path / f"{batch}-{i}" for i in range(4)]
        _kill_programs(roots, after="begun", within=0.08)
        for root in roots:
            runs = Runs(root)
            for record in (runs.wait(record.id, 15) for record in runs.records()):
                runs.sweep()
                _kubeconfig_goes(runs, record)
                if record.state is RunState.FAILED and not record.error:
                    assert record.exit_code == 7
                    assert runs.log_path(record.id).read_bytes() == _complete()
                else:
                    assert record.state is RunState.LOST or "handed over" in record.error
                    assert not runs.log_path(record.id).exists()


def test_the_supervisor_killed_leaves_the_tool_alone_and_the_run_lost(runs: Runs, mark: str, gate: Path) -> None:
    record = started(runs, shell_tool(f"echo ready; {waits_for(gate)}; cat $KUBECONFIG; echo; echo done"))
    until(lambda: runs.log_path(record.id).exists() and runs.log_path(record.id).read_bytes())
    os.kill(process_with(mark, "supervisor.py"), signal.SIGKILL)
    until(lambda: not run_files.is_held(folder_of(runs, record) / run_files.SUPERVISOR_LOCK))
    assert runs.record(record.id).state is RunState.RUNNING  # the tool still works
    assert runs.holder_alive(record.id)
    assert not runs.interrupt(record.id)
    gate.touch()
    assert runs.wait(record.id, 10).state is RunState.LOST
    assert runs.log_path(record.id).read_text().splitlines()[-1] == "done"
    _kubeconfig_goes(runs, record)
    until(lambda: (folder_of(runs, record) / run_files.LOST).exists())
    assert Runs(runs.root).record(record.id).ended is not None


def test_the_keeper_killed_costs_nothing_but_the_keeper(runs: Runs, mark: str, gate: Path) -> None:
    record = started(runs, shell_tool(f"{waits_for(gate)}; cat $KUBECONFIG; exit 4"))
    keeper = process_with(mark, "keeper.py")
    os.kill(keeper, signal.SIGKILL)
    until(lambda: keeper not in marked(mark))
    gate.touch()
    ended = runs.wait(record.id, 10)
    assert (ended.state, ended.exit_code) == (RunState.FAILED, 4)
    assert not (folder_of(runs, record) / run_files.KUBECONFIG).exists()


def test_supervisor_and_keeper_killed_the_tool_still_shows_that_it_lives(runs: Runs, mark: str, gate: Path) -> None:
    record = started(runs, shell_tool(f"{waits_for(gate)}; cat $KUBECONFIG"))
    for name in ("supervisor.py", "keeper.py"):
        os.kill(process_with(mark, name), signal.SIGKILL)
    until(lambda: not run_files.is_held(folder_of(runs, record) / run_files.SUPERVISOR_LOCK))
    assert runs.holder_alive(record.id)
    assert runs.sweep() == ()
    assert (folder_of(runs, record) / run_files.KUBECONFIG).exists()  # the tool still needs it
    gate.touch()
    assert runs.wait(record.id, 10).state is RunState.LOST
    assert [lost.id for lost in runs.sweep()] == [record.id]
    assert not (folder_of(runs, record) / run_files.KUBECONFIG).exists()
    assert runs.sweep() == ()


def test_the_tool_killed_is_a_failure_and_a_child_of_it_keeps_the_kubeconfig(runs: Runs, mark: str, gate: Path) -> None:
    # As when helmfile is killed and its helm goes on: the run has ended, but something still changes the cluster.
    child = f"{waits_for(gate)}; cat $KUBECONFIG; echo; echo child done"
    record = started(runs, shell_tool(f"({child}) & echo ready; wait"))
    until(lambda: runs.log_path(record.id).exists() and runs.log_path(record.id).read_bytes())
    tool = int(str((run_files.read_json(folder_of(runs, record) / run_files.STARTED) or {})["pid"]))
    assert tool in marked(mark)
    os.kill(tool, signal.SIGKILL)
    ended = runs.wait(record.id, 10)
    assert (ended.state, ended.exit_code) == (RunState.FAILED, 137)
    assert runs.holder_alive(record.id)
    assert (folder_of(runs, record) / run_files.KUBECONFIG).exists()
    gate.touch()
    until(lambda: not runs.holder_alive(record.id))
    assert runs.log_path(record.id).read_text().splitlines()[-1] == "child done"
    _kubeconfig_goes(runs, record)


def test_polite_signals_to_the_supervisor_and_the_keeper_change_nothing(runs: Runs, mark: str, gate: Path) -> None:
    record = started(runs, shell_tool(f"{waits_for(gate)}; exit 6"))
    for name in ("supervisor.py", "keeper.py"):
        process = process_with(mark, name)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            os.kill(process, number)
    gate.touch()
    ended = runs.wait(record.id, 10)
    assert (ended.state, ended.exit_code) == (RunState.FAILED, 6)


def test_a_run_outlives_the_end_of_its_programs_session(tmp_path: Path, mark: str) -> None:
    (program,) = _start_programs([tmp_path])
    assert program.stdout is not None
    with program:
        while b"started" not in program.stdout.readline():
            pass
        os.killpg(program.pid, signal.SIGHUP)
    runs = Runs(tmp_path)
    assert runs.wait(runs.records()[0].id, 10).exit_code == 7


def test_fast_output_is_complete_to_the_last_byte(runs: Runs) -> None:
    code = "import sys\nfor i in range(40000): sys.stdout.write(f'{i:07d}\\n'); i % 3 or sys.stderr.write('e\\n')"
    record = started(runs, python_tool(code))
    assert runs.wait(record.id, 20).exit_code == 0
    lines = runs.log_path(record.id).read_bytes().split(b"\n")
    assert [line for line in lines if line.isdigit()] == [b"%07d" % i for i in range(40000)]


def _kill_programs(roots: list[Path], *, after: str, within: float) -> None:
    programs = _start_programs(roots)
    for program in programs:
        assert program.stdout is not None
        with program:
            while after.encode() not in program.stdout.readline():
                pass
            time.sleep(random.uniform(0, within))  # the moment of the kill is the point
            program.kill()


def _start_programs(roots: list[Path]) -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(root), _REPOSITORY], stdout=subprocess.PIPE, start_new_session=True
        )
        for root in roots
    ]


def _complete() -> bytes:
    return b"".join(b"%d\n" % i for i in range(_LINES))


def _kubeconfig_goes(runs: Runs, record: RunRecord) -> None:
    until(lambda: not (folder_of(runs, record) / run_files.KUBECONFIG).exists())
