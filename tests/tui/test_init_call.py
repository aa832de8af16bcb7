"""``bedplate init``: what it shows, asks and writes, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runners.layers.unusable import UnusableError
from runners.repository import read_settings
from tests.layers.layouts import expected, write_layout
from tui import cli
from tui.init import BESIDE, DONE, NOT_WRITTEN, init

ROOT = Path(__file__).parent.parent.parent


def typing(*lines: str) -> Callable[[str], str]:
    """A person who types these lines, and then nothing any more."""
    waiting = list(lines)

    def ask(_prompt: str) -> str:
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return ask


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    write_layout("components", tmp_path)
    return tmp_path


def test_a_proposal_is_written_after_answers_and_a_yes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(repository, print_only=False, ask=typing("5", "y")) == DONE
    settings = read_settings(repository)
    assert settings.origin == "bedplate.yaml"
    assert settings.bootstrap is not None
    assert (settings.bootstrap.provider, settings.bootstrap.path) == ("git", "clusters/attic")
    said = capsys.readouterr().out
    assert "longhorn/helmfile.yaml:5 asks for longhorn-system/longhorn" in said
    assert "! .gitignore:3: keeps gotk-*.yaml out of Git" in said
    assert f"wrote {repository / 'bedplate.yaml'}" in said


@pytest.mark.parametrize("lines", [(), ("1",), ("", ""), ("", "n"), ("", "nay")])
def test_without_a_yes_nothing_is_written(repository: Path, lines: tuple[str, ...]) -> None:
    assert init(repository, print_only=False, ask=typing(*lines)) == NOT_WRITTEN
    assert not (repository / "bedplate.yaml").exists()


def test_what_is_no_answer_is_asked_again_and_an_empty_one_leaves_it_open(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init(repository, print_only=False, ask=typing("githb", "99", "", "yes")) == DONE
    assert capsys.readouterr().out.count("that is none of them") == 2
    assert "# Not decided yet" in (repository / "bedplate.yaml").read_text()
    assert read_settings(repository).bootstrap is None


@pytest.mark.parametrize(
    ("said", "code", "kept", "beside"),
    [
        ("", NOT_WRITTEN, True, False),
        ("y", NOT_WRITTEN, True, False),
        ("b", DONE, True, True),
        ("replace", DONE, False, False),
    ],
)
def test_what_is_there_is_replaced_by_its_own_word_alone(
    repository: Path, capsys: pytest.CaptureFixture[str], said: str, code: int, kept: bool, beside: bool
) -> None:
    path = repository / "bedplate.yaml"
    path.write_text("version: 1\ncontext: mine\n")
    assert init(repository, print_only=False, ask=typing("", said)) == code
    assert (path.read_text() == "version: 1\ncontext: mine\n") is kept
    assert (repository / BESIDE).exists() is beside
    assert "-context: mine" in capsys.readouterr().out


def test_a_file_that_says_it_already_is_left_alone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "bedplate.yaml").write_text(expected("components"))
    assert init(repository, print_only=False, ask=typing("")) == DONE
    assert capsys.readouterr().out.endswith("bedplate.yaml says just this already\n")


def test_a_folder_that_can_t_be_written_is_one_line(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _text: str, *, instead: bool) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.init.write_settings", full)
    with pytest.raises(UnusableError, match=r"bedplate\.yaml can't be written: No space left on device"):
        init(repository, print_only=False, ask=typing("", "y"))


def test_printing_asks_nothing_and_says_what_is_odd_elsewhere(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["init", "-C", str(repository), "--print"]) == DONE
    printed = capsys.readouterr()
    assert printed.out == expected("components")
    assert "bedplate: ! .gitignore:3: keeps gotk-*.yaml out of Git" in printed.err
    assert not (repository / "bedplate.yaml").exists()


def test_without_a_terminal_the_proposal_is_only_printed(repository: Path) -> None:
    argv = [sys.executable, str(ROOT / "bedplate.py"), "-C", str(repository), "init"]
    said = subprocess.run(argv, capture_output=True, text=True, input="y\ny\ny\n", check=True)
    assert said.stdout == expected("components")
    assert not (repository / "bedplate.yaml").exists()


def test_names_from_files_reach_no_terminal_as_sequences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "helmfile.yaml").write_text(
        'releases: [{name: "a\\e[2Jb", namespace: "x\\ny", chart: "c: d # e"}]\n', encoding="utf-8"
    )
    assert init(tmp_path, print_only=False, ask=typing("y")) == DONE
    assert "\x1b" not in capsys.readouterr().out
    assert read_settings(tmp_path).foundation[0].component == "a\x1b[2Jb"
