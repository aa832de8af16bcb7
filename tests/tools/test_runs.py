"""One run from its start to its end, its folder, and what can be asked of it."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.layers.runs import RunState
from runners.tools import run_files
from runners.tools.runs import KILL_WORD, RunRequest, Runs, RunUnknown
from tests.tools.leftovers import marked, nothing_left, until
from tests.tools.run_helpers import SECRET, asked, folder_of, python_tool, shell_tool, started, waits_for


@pytest.fixture(autouse=True)
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with nothing_left(monkeypatch) as mark:
        yield mark


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "state" / "runs")


def test_the_outcome_is_written_and_everything_the_tool_said_is_in_the_log(runs: Runs) -> None:
    record = runs.start(asked(shell_tool("echo one; echo two >&2; echo three; exit 3")))
    assert record.state in (RunState.RUNNING, RunState.FAILED)
    ended = runs.wait(record.id, 10)
    assert (ended.state, ended.exit_code, ended.error) == (RunState.FAILED, 3, "")
    assert ended.ended is not None
    assert ended.started <= ended.ended <= time.time()
    assert runs.log_path(record.id).read_text() == "one\ntwo\nthree\n"


def test_exit_0_is_a_success(runs: Runs) -> None:
    assert runs.wait(started(runs, ("true",)).id, 10).state is RunState.SUCCEEDED


def test_a_signal_that_nobody_asked_for_is_a_failure_with_its_number(runs: Runs) -> None:
    ended = runs.wait(started(runs, shell_tool("kill -KILL $$")).id, 10)
    assert (ended.state, ended.exit_code) == (RunState.FAILED, 137)


def test_two_streams_and_no_terminal(runs: Runs) -> None:
    code = "import os, sys; print(os.isatty(0), os.isatty(1), os.read(0, 1), os.getsid(0) != os.getpid())"
    record = started(runs, python_tool(code))
    runs.wait(record.id, 10)
    assert runs.log_path(record.id).read_text() == "False False b'' True\n"


def test_the_private_kubeconfig_is_the_only_one_and_goes_with_the_tool(runs: Runs) -> None:
    record = started(
        runs, shell_tool('cat "$KUBECONFIG"; echo; test "$KUBECONFIG" = {kubeconfig} && stat -c %a {kubeconfig}')
    )
    runs.wait(record.id, 10)
    assert runs.log_path(record.id).read_text() == f"{SECRET}\n600\n"
    until(lambda: not (folder_of(runs, record) / run_files.KUBECONFIG).exists())


def test_only_the_owner_may_look(runs: Runs) -> None:
    record = started(runs, ("true",))
    runs.wait(record.id, 10)
    folder = folder_of(runs, record)
    assert stat.S_IMODE(runs.root.stat().st_mode) == stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_secrets_reach_the_tool_and_no_file_argv_or_repr(runs: Runs, mark: str) -> None:
    code = "import os, time; print(os.environ['GIT_PASSWORD'][::-1], flush=True); time.sleep(0.3)"
    request = asked(python_tool(code), secret="hunter2")
    record = runs.start(request)
    assert all("hunter2" not in command for command in marked(mark).values())
    assert runs.wait(record.id, 10).exit_code == 0
    assert _log(runs, record.id) == b"2retnuh\n"
    assert "hunter2" not in repr(request)
    assert SECRET not in repr(request)
    files = {path.name: path.read_bytes() for path in folder_of(runs, record).iterdir() if path.is_file()}
    assert [name for name, content in files.items() if b"hunter2" in content] == []


def test_the_environment_is_the_one_that_was_given(runs: Runs) -> None:
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    environ = {"PATH": os.environ["PATH"], "ODD": "\udcff é\n=", "LC_ALL": "C.UTF-8"}
    request = RunRequest(title="t", argv=python_tool(code), cwd="/", environ=environ)
    record = runs.start(request)
    assert runs.wait(record.id, 10).exit_code == 0
    assert json.loads(runs.log_path(record.id).read_text()) == environ


def test_a_missing_tool_is_a_failed_run_with_its_reason(runs: Runs) -> None:
    record = started(runs, ("helmfile-that-is-not-there", "apply"))
    assert (record.state, record.exit_code) == (RunState.FAILED, None)
    assert record.error == "helmfile-that-is-not-there is not installed, or not on the PATH"
    assert not (folder_of(runs, record) / run_files.KUBECONFIG).exists()


def test_a_missing_folder_is_named(runs: Runs) -> None:
    record = runs.start(asked(("true",), cwd="/no/such/folder"))
    assert record.error == "true was not started: the folder /no/such/folder is not there"


def test_a_file_that_is_no_program_is_named(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "flux").write_text("")
    assert started(runs, (str(tmp_path / "flux"),)).error == f"{tmp_path}/flux can't be started: Permission denied"


def test_an_argv_that_no_system_takes_is_a_failed_run(runs: Runs) -> None:
    assert started(runs, ("true", "a\0b")).error == "true can't be started: embedded null byte"


def test_interrupt_is_one_sigint_to_the_tool_alone(runs: Runs, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    code = (
        "import os, signal, subprocess, sys\n"
        "signal.signal(signal.SIGINT, lambda *a: os.write(1, b'got\\n'))\n"
        f"child = subprocess.Popen(['/bin/sh', '-c', {waits_for(gate)!r}])\n"
        "print('ready', flush=True)\n"
        "print('child', child.wait(), flush=True)\n"
        "sys.exit(130)\n"
    )
    record = started(runs, python_tool(code))
    until(lambda: b"ready" in _log(runs, record.id))
    assert runs.interrupt(record.short_id)
    until(lambda: b"got" in _log(runs, record.id))
    gate.touch()
    ended = runs.wait(record.id, 10)
    assert _log(runs, record.id) == b"ready\ngot\nchild 0\n"
    assert (ended.state, ended.exit_code) == (RunState.INTERRUPTED, 130)


def test_a_tool_may_take_its_time_after_an_interrupt(runs: Runs, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    record = started(runs, shell_tool(f"trap 'echo later' INT; echo ready; {waits_for(gate)}; exit 5"))
    until(lambda: b"ready" in _log(runs, record.id))
    assert runs.interrupt(record.id)
    assert runs.record(record.id).state is RunState.RUNNING
    assert runs.interrupt(record.id)
    until(lambda: b"later" in _log(runs, record.id))
    gate.touch()
    ended = runs.wait(record.id, 10)
    assert (ended.state, ended.exit_code) == (RunState.INTERRUPTED, 5)


def test_nothing_is_signalled_once_a_run_has_ended(runs: Runs) -> None:
    record = started(runs, ("true",))
    runs.wait(record.id, 10)
    assert not runs.interrupt(record.id)
    assert not runs.kill(record.id, typed=KILL_WORD)


def test_killing_asks_for_the_word_and_takes_the_whole_group(runs: Runs, mark: str) -> None:
    record = started(runs, shell_tool("trap '' INT; sleep 60 & echo ready; wait"))
    until(lambda: b"ready" in _log(runs, record.id))
    with pytest.raises(ValueError, match="kill"):
        runs.kill(record.id, typed="yes")
    assert runs.record(record.id).state is RunState.RUNNING
    assert runs.kill(record.id, typed=KILL_WORD)
    ended = runs.wait(record.id, 10)
    assert (ended.state, ended.exit_code) == (RunState.INTERRUPTED, 137)


def test_the_tool_starts_with_default_signals_and_nothing_open(runs: Runs) -> None:
    code = (
        "import json, os, signal\n"
        "kept = [n for n in (signal.SIGHUP, signal.SIGTERM) if signal.getsignal(n) != signal.SIG_DFL]\n"
        "kept += signal.pthread_sigmask(signal.SIG_BLOCK, ())\n"
        "print(json.dumps([kept, sorted(int(n) for n in os.listdir('/proc/self/fd'))[:-1]]))\n"
    )
    record = started(runs, python_tool(code))
    runs.wait(record.id, 10)
    kept, descriptors = json.loads(_log(runs, record.id))
    assert kept == []
    assert [number for number in descriptors if number < 100] in ([0, 1, 2], [0, 1, 2, 3])  # 3 is the listing's own


def test_waiting_is_over_at_the_end_or_with_the_time(runs: Runs, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    record = started(runs, shell_tool(waits_for(gate)))
    begun = time.monotonic()
    assert runs.wait(record.id, 0.05).state is RunState.RUNNING
    assert time.monotonic() - begun < 10
    gate.touch()
    assert runs.wait(record.id).state is RunState.SUCCEEDED
    ended = runs.record(record.id).ended
    assert ended is not None
    assert time.time() - ended < 10


def test_two_at_the_same_time_don_t_touch_each_other(runs: Runs) -> None:
    first = started(runs, shell_tool("echo first; sleep 0.3; echo first; exit 1"))
    second = started(runs, shell_tool("echo second; exec sleep 60"))
    until(lambda: b"second" in _log(runs, second.id))
    assert runs.interrupt(second.id)
    assert runs.wait(second.id, 10).exit_code == 130
    assert runs.wait(first.id, 10).exit_code == 1
    assert _log(runs, first.id) == b"first\nfirst\n"
    assert [record.id for record in runs.records()] == [second.id, first.id]


def test_another_program_sees_and_stops_the_same_runs(runs: Runs) -> None:
    record = started(runs, ("sleep", "60"))
    other = Runs(runs.root)
    assert other.record(record.short_id).state is RunState.RUNNING
    assert other.holder_alive(record.id)
    assert other.interrupt(record.id)
    assert other.wait(record.id, 10).state is RunState.INTERRUPTED
    until(lambda: not other.holder_alive(record.id))


def test_an_id_that_means_none_or_several_is_said_so(runs: Runs) -> None:
    for name in ("20260101-000000-aaaa", "20260102-000000-aaaa"):
        (runs.root / name).mkdir()
    with pytest.raises(RunUnknown, match="no run goes by the id ffff"):
        runs.record("ffff")
    with pytest.raises(RunUnknown, match="several"):
        runs.record("aaaa")
    for odd in ("", "..", "../../etc", "/"):
        with pytest.raises(RunUnknown):
            runs.record(odd)


def test_an_id_can_be_had_before_the_start(runs: Runs) -> None:
    run_id = runs.new_id()
    assert runs.start(asked(("true",), run_id=run_id)).id == run_id
    runs.wait(run_id, 10)


def _log(runs: Runs, run_id: str) -> bytes:
    path = runs.log_path(run_id)
    return path.read_bytes() if path.exists() else b""
