"""``bedplate runs``: listed, shown, followed and interrupted without a cluster and without a screen."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.layers.runs import RunRecord, RunState
from runners.tools.runs import RunRequest, Runs, RunUnknown
from tests.rig.waiting import until
from tui import cli
from tui import runs as call

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    """The runs of a state folder of the test's; what still goes on is ended."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Runs(tmp_path / "bedplate" / "runs")
    yield made
    for record in made.records():
        if not record.state.ended:
            made.kill(record.id, typed="kill")
            made.wait(record.id, 5)


def ended(runs: Runs, run_id: str, title: str, code: int = 0, log: bytes = b"") -> None:
    folder = runs.root / run_id
    folder.mkdir()
    words = {"title": title, "argv": ["helmfile", "a b"], "started": time.time() - 90, "cluster": "https://a:6443 41c7"}
    (folder / "request.json").write_text(json.dumps(words))
    (folder / "ended.json").write_text(json.dumps({"ended": time.time() - 60, "code": code}))
    (folder / "log").write_bytes(log)


def going_on(runs: Runs, tmp_path: Path, code: str) -> RunRecord:
    request = RunRequest(title="apply longhorn", argv=(sys.executable, "-u", "-c", code), cwd=tmp_path, environ={})
    return runs.start(request)


def sleeping(runs: Runs, tmp_path: Path) -> RunRecord:
    """A run that an interrupt ends: a Python that is still starting may swallow it."""
    run = going_on(runs, tmp_path, "import time; print('there'); time.sleep(60)")
    until("the tool to be there", lambda: runs.log_path(run.id).read_bytes() == b"there\n")
    return run


def test_the_list_has_a_line_a_run_and_asks_no_cluster(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    ended(runs, "20270115-070000-7f3a", "apply longhorn")
    ended(runs, "20270115-080000-9b1c", "apply \x1b[2Jminio", 1)
    assert cli.run(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["RUN", "WHAT", "CLUSTER", "STATE", "EXIT", "TOOK", "AGE"]
    assert sorted(line.split()[:6] for line in lines[1:]) == [
        ["7f3a", "apply", "longhorn", "https://a:6443", "succeeded", "0"],
        ["9b1c", "apply", "minio", "https://a:6443", "failed", "1"],
    ]
    assert "\x1b" not in "".join(lines)


def test_without_a_run_it_says_so(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["runs"]) == 0
    assert capsys.readouterr().out == "no runs on this machine yet\n"


def test_show_prints_record_and_log_and_nothing_acts_on_the_terminal(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    long = b"x" * 316_000
    ended(runs, "20270115-070000-7f3a", "apply longhorn", log=b"\x1b]0;owned\x07one\n" + long + b"\nend\xff")
    assert cli.run(["runs", "show", "7f3a"]) == 0
    out = capsys.readouterr().out
    assert "state    succeeded, exit code 0\n" in out
    assert "command  helmfile 'a b'\n" in out
    assert out.endswith(f"\n\none\n{long.decode()}\nend�\n")


def test_an_escape_sequence_that_is_cut_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    call._print(iter([b"a\x1b", b"[3", b"1mred\x1b[0", b"m\n", b"no end"]))
    assert capsys.readouterr().out == "ared\nno end\n"


@pytest.mark.parametrize("typed", ["20270115-070000-7f3a", "7f3a", "7f", "20270115-07"])
def test_an_unambiguous_beginning_is_enough(runs: Runs, typed: str) -> None:
    ended(runs, "20270115-070000-7f3a", "apply longhorn")
    ended(runs, "20270115-080000-9b1c", "apply minio")
    assert runs.find(typed).short_id == "7f3a"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("2027", "several runs go by the id 2027: 9b1c (apply minio) or 7f3a (apply longhorn)"),
        ("7f3b", "no run goes by the id 7f3b; did you mean 7f3a (apply longhorn)?"),
        ("minio", "no run goes by the id minio; did you mean 9b1c (apply minio)?"),
        ("", "no run goes by the id "),
        ("../..", "no run goes by the id ../.."),
    ],
)
def test_what_is_not_meant_by_one_run_is_one_line(
    runs: Runs, typed: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended(runs, "20270115-070000-7f3a", "apply longhorn")
    ended(runs, "20270115-080000-9b1c", "apply minio")
    with pytest.raises(RunUnknown) as unknown:
        runs.find(typed)
    assert set(str(unknown.value).split()) == set(line.split())
    for what in ("show", "follow", "interrupt"):
        assert cli.run(["runs", what, typed]) == 2
        said = capsys.readouterr().err
        assert said == f"bedplate: {unknown.value}; `bedplate runs` lists them\n"


def test_follow_prints_until_the_end_and_ends_as_the_tool_did(
    runs: Runs, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = going_on(runs, tmp_path, "print('one'); raise SystemExit(7)")
    assert cli.run(["runs", "follow", run.short_id]) == 7
    out, err = capfd.readouterr()
    assert out.startswith("one\n")
    assert err == f"bedplate: run {run.short_id} (apply longhorn) failed\n"


def test_follow_shows_what_is_there_before_the_run_has_ended(runs: Runs, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    wait = f"import os, time\nprint('one')\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\nprint('two')"
    run = going_on(runs, tmp_path, wait)
    follower = subprocess.Popen(
        [sys.executable, "bedplate.py", "runs", "follow", run.short_id],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={"XDG_STATE_HOME": str(tmp_path)},
    )
    assert follower.stdout is not None
    with follower:
        assert follower.stdout.readline() == "one\n"
        assert not runs.record(run.id).state.ended
        gate.touch()
        assert follower.stdout.read() == "two\n"
    assert follower.returncode == 0


def test_a_run_that_is_removed_while_it_is_followed_is_one_line(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(runs, "20270115-070000-7f3a", "apply longhorn")
    found = runs.find("7f3a")
    monkeypatch.setattr(call, "_find", lambda _runs, _id: found)
    shutil.rmtree(runs.root / found.id)
    assert cli.run(["runs", "follow", "7f3a"]) == 1
    assert capsys.readouterr().err == "bedplate: run 7f3a was removed while it was followed\n"


def test_a_reader_that_has_read_enough_is_no_traceback(runs: Runs, tmp_path: Path) -> None:
    ended(runs, "20270115-070000-7f3a", "apply longhorn", log=b"line\n" * 200_000)
    shown = subprocess.Popen(
        [sys.executable, "bedplate.py", "runs", "show", "7f3a"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"XDG_STATE_HOME": str(tmp_path)},
    )
    assert shown.stdout is not None
    assert shown.stderr is not None
    with shown:
        shown.stdout.readline()
        shown.stdout.close()
        assert shown.stderr.read() == ""
    assert shown.returncode == 141


def test_interrupt_asks_nobody_without_a_terminal(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = sleeping(runs, tmp_path)
    assert cli.run(["runs", "interrupt", run.short_id]) == 1
    assert "give --yes" in capsys.readouterr().err
    assert cli.run(["--read-only", "runs", "interrupt", run.short_id, "--yes"]) == 1
    assert "read-only changes nothing" in capsys.readouterr().err
    assert not runs.record(run.id).state.ended
    assert not (tmp_path / "bedplate" / "journal.jsonl").exists()
    assert cli.run(["runs", "interrupt", run.short_id, "--yes"]) == 0
    assert runs.wait(run.id, 10).state is RunState.INTERRUPTED
    line = json.loads((tmp_path / "bedplate" / "journal.jsonl").read_text())
    assert (line["event"], line["run"], line["target"], line["there"]) == ("interrupted", run.id, run.title, True)
    assert cli.run(["runs", "interrupt", run.short_id, "--yes"]) == 1
    assert "has ended already: interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "goes_on"), [("", True), ("n", True), ("Y", False), ("yes", False)])
def test_interrupt_wants_a_yes(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, goes_on: bool
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    run = sleeping(runs, tmp_path)
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    code = call.interrupt(environ, run.id, yes=False, read_only=False, ask=lambda _words: answer)
    assert (code == 1) is goes_on
    assert runs.wait(run.id, 0.01 if goes_on else 10).state.ended is not goes_on


def test_the_end_of_the_input_is_no_yes(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended_here(_words: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    run = sleeping(runs, tmp_path)
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    assert call.interrupt(environ, run.id, yes=False, read_only=False, ask=ended_here) == 1
    assert capsys.readouterr().err.endswith("goes on\n")
    assert not runs.record(run.id).state.ended


def test_a_report_of_this_machine_needs_no_cluster(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    ended(runs, "20261123-140211-7f3a", "apply longhorn", code=1)
    assert cli.run(["report", "--since", "1d"]) == 0
    said = capsys.readouterr().out
    assert "| `7f3a` | apply longhorn | failed, exit code 1 | 30s |" in said
    assert cli.run(["report", "--since", "10s"]) == 0
    assert "Nothing: no walkthrough was opened" in capsys.readouterr().out


@pytest.mark.parametrize("call", ["report", "runs"])
def test_what_is_of_this_machine_takes_a_repository_like_every_call(
    call: str, runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended(runs, "20261123-140211-7f3a", "apply longhorn", code=1)
    said = set()
    for args in ([call], [call, "-C", str(tmp_path)], ["-C", str(tmp_path), call]):
        assert cli.run(args) == 0
        said.add("7f3a" in capsys.readouterr().out)
    assert said == {True}
    with pytest.raises(SystemExit):
        cli.run([call, "-C", str(tmp_path / "nowhere")])
    assert "nowhere is not a folder" in capsys.readouterr().err


def test_a_journal_that_can_not_be_read_is_said_in_a_line(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bedplate" / "journal.jsonl").mkdir()
    assert cli.run(["report"]) == 2
    said = capsys.readouterr().err
    assert said == f"bedplate: {tmp_path}/bedplate/journal.jsonl can't be read: Is a directory\n"
