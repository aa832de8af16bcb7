"""``bedplate init`` by keyboard, with nothing on PATH and no cluster anywhere."""

from __future__ import annotations

import sys
from pathlib import Path

from runners.repository import read_settings
from tests.e2e.person import ROOT
from tests.e2e.terminal import Terminal
from tests.layers.layouts import write_layout


def test_a_person_answers_looks_and_says_yes(tmp_path: Path) -> None:
    write_layout("environments", tmp_path)
    environ = {"HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"}
    argv = [sys.executable, str(ROOT / "bedplate.py"), "init"]
    with Terminal(argv, environ=environ, cwd=tmp_path, lines=60) as terminal:
        terminal.wait("which is this cluster's?")
        terminal.press("2", "enter")
        terminal.wait("or enter for cellar")
        terminal.press("enter")
        terminal.wait("or enter for this order")
        terminal.press("enter")
        terminal.wait("Write bedplate.yaml? [y/N]")
        terminal.press("y", "enter")
        assert terminal.wait_for_end() == 0
        assert "wrote" in terminal.text
    settings = read_settings(tmp_path)
    assert {entry.environment for entry in settings.foundation} == {"cellar"}
    assert settings.gitops_path == "clusters/cellar"
