"""What a program finds and tidies up when it starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.layers.runs import RunState
from runners.tools import run_files
from runners.tools.runs import Runs
from tests.tools.leftovers import nothing_left, until
from tests.tools.run_helpers import folder_of, shell_tool, started


@pytest.fixture(autouse=True)
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with nothing_left(monkeypatch) as mark:
        yield mark


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def test_a_run_that_the_machine_took_down_is_lost_and_its_kubeconfig_goes(runs: Runs) -> None:
    folder = _old(runs, "20260101-000000-aaaa", ended=False)
    (folder / run_files.KUBECONFIG).write_text("secret")
    (folder / run_files.LOG).write_text("half a line")
    os.utime(folder / run_files.LOG, (1_767_225_700, 1_767_225_700))
    (lost,) = runs.sweep()
    assert (lost.id, lost.state, lost.ended) == (folder.name, RunState.LOST, 1_767_225_700)
    assert not (folder / run_files.KUBECONFIG).exists()
    assert runs.sweep() == ()


def test_a_folder_that_was_never_finished_goes(runs: Runs) -> None:
    folder = runs.root / "20260101-000000-aaaa"
    folder.mkdir()
    (folder / run_files.KUBECONFIG).write_text("secret")
    assert runs.records() == ()
    runs.sweep()
    assert not folder.exists()


def test_the_oldest_ended_runs_go_and_living_ones_stay(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs", keep=2)
    record = started(runs, ("sleep", "60"))
    for day in range(1, 6):
        _old(runs, f"202601{day:02}-000000-aaa{day}")
    runs.sweep()
    assert [run.id[:8] for run in runs.records()[1:]] == ["20260105", "20260104"]
    assert runs.records()[0].state is RunState.RUNNING
    runs.interrupt(record.id)
    runs.wait(record.id, 10)


def test_a_sweep_beside_a_running_one_touches_nothing_of_it(runs: Runs) -> None:
    record = started(runs, shell_tool("sleep 0.3; cat $KUBECONFIG"))
    other = Runs(runs.root)
    assert other.sweep() == ()
    assert other.wait(record.id, 10).state is RunState.SUCCEEDED
    until(lambda: not (folder_of(runs, record) / run_files.KUBECONFIG).exists())


def test_what_else_lies_in_the_root_is_left_alone(runs: Runs) -> None:
    (runs.root / "notes.txt").write_text("mine")
    (runs.root / "20260101").mkdir()
    assert runs.records() == ()
    runs.sweep()
    assert (runs.root / "notes.txt").exists()
    assert (runs.root / "20260101").exists()


def test_odd_files_make_odd_records_and_no_crash(runs: Runs) -> None:
    for name, content in {"aaaa": b"[]", "bbbb": b"\xff\x00", "cccc": b'{"argv": 3, "started": "x"}'}.items():
        folder = runs.root / f"20260101-000000-{name}"
        folder.mkdir()
        (folder / run_files.REQUEST).write_bytes(content)
        (folder / run_files.ENDED).write_bytes(b'{"code": "x", "ended": []}')
    (record,) = runs.records()
    assert (record.short_id, record.argv, record.started) == ("cccc", (), 0.0)


def test_ended_runs_are_read_once(runs: Runs) -> None:
    folder = _old(runs, "20260101-000000-aaaa")
    (before,) = runs.records()
    (folder / run_files.ENDED).write_text("{}")
    assert runs.records() == (before,)
    (folder / run_files.ENDED).unlink()
    (folder / run_files.REQUEST).unlink()
    folder.rmdir()
    assert runs.records() == ()


def _old(runs: Runs, name: str, *, ended: bool = True) -> Path:
    folder = runs.root / name
    folder.mkdir()
    when = 1_767_225_600.0 + int(name[6:8]) * 86_400
    run_files.write_json(folder / run_files.REQUEST, {"title": "t", "argv": ["true"], "started": when})
    if ended:
        run_files.write_json(folder / run_files.ENDED, {"ended": when + 5, "code": 0})
    return folder
