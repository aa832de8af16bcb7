"""``bedplate rehearse`` without a terminal: what would be missing, in lines, and an exit code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.rehearsed_homelab import homelab_files, homelab_sheet, write_homelab
from tui import cli


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's home, with every tool on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("helmfile", "flux", "git", "helm", "age-from-the-safe"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    for name, value in {"PATH": str(folder), "HOME": str(tmp_path), "KUBECONFIG": str(tmp_path / "none")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_what_is_missing_is_printed_and_ends_1(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_homelab(call)
    assert cli.run(["rehearse", "recover", "-C", str(root)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(
        "rehearsal of your recovery: 1 thing would be missing\n! claim photos/cache: would not return: no backup\n"
        "    → back its volume up\n"
    )
    assert not (call / "state").exists(), "what was only printed is no rehearsal"


@pytest.mark.parametrize(
    ("args", "slow", "words"),
    [
        (["rehearse", "recover", "-C", "{home}"], "tui.rehearse.rehearse", "reading {home} and trying its charts"),
        (["demo", "healthy"], "tui.demo.show_demo", "setting up a cluster for the demo “healthy” …"),
    ],
)
def test_what_takes_time_is_said_before_it_begins(
    args: list[str],
    slow: str,
    words: str,
    call: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said: list[str] = []

    def begins(*_given: object, **_named: object) -> int:
        said.extend(capsys.readouterr().err.splitlines())
        return 0

    monkeypatch.setattr(slow, begins)
    assert cli.run([word.format(home=call) for word in args]) == 0
    assert words.format(home=call) in said[-1]


def test_nothing_missing_ends_0(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = homelab_sheet()
    root = write_homelab(call, sheet=replace(sheet, claims=tuple(each for each in sheet.claims if each.backup)))
    assert cli.run(["-C", str(root), "rehearse", "recover"]) == 0
    assert "nothing would be missing, as far as this machine can tell" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["rehearse"], "the following arguments are required: WALKTHROUGH"),
        (["rehearse", "upgrade"], "invalid choice: 'upgrade'"),
        (["rehearse", "recover", "-C", "/no/where"], "/no/where is not a folder"),
    ],
)
def test_a_wrong_call_is_one_line(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(args)
    assert ended.value.code == cli.USAGE
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--sheet", "{home}/lost.yaml"], "lost.yaml is not there"),
        (["--sheet", "{home}/infra/bedplate.yaml"], "bedplate.yaml is no survival sheet, or a damaged one: "),
        (["-C", "{home}/bin"], "bin: no foundation is found there, so there is nothing to rehearse"),
    ],
)
def test_a_file_that_can_not_be_used_is_one_line(
    args: list[str], said: str, call: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_homelab(call)
    filled = [word.format(home=call) for word in args]
    assert cli.run(["-C", str(root), "rehearse", "recover", *filled]) == cli.USAGE
    _reading, told = capsys.readouterr().err.splitlines()
    assert said in told


def test_what_files_say_reaches_no_terminal_as_such(call: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = homelab_files()
    files["bedplate.yaml"] = files["bedplate.yaml"].replace("command: age-from-the-safe", 'command: "\\x1b[31mred"')
    cli.run(["rehearse", "recover", "-C", str(write_homelab(call, files))])
    assert "\x1b" not in capsys.readouterr().out
