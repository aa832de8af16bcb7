"""The demo as its person has it: by keyboard alone, with nothing on PATH, and nothing left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api
from runners.layers.jsons import text, truth
from tests.e2e.person import ROOT, Keyboard, card
from tests.e2e.terminal import Terminal
from tests.rig.waiting import until

PACE = "0"
SETTING_UP = 90.0
"""Seconds until a scenario stands, on a machine that is busy with other tests."""


class Demo:
    """A demo on a terminal, started by somebody who has nothing."""

    def __init__(self, folder: Path, scenario: str, *, columns: int = 120, lines: int = 36) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        environ = {"HOME": str(self.home), "PATH": "", "LANG": "C.UTF-8", "TMPDIR": str(folder)}
        argv = [sys.executable, str(ROOT / "bedplate.py"), "demo", scenario]
        environ["BEDPLATE_DEMO_PACE"] = PACE
        self.terminal = Terminal(argv, environ=environ, cwd=folder, columns=columns, lines=lines)

    @property
    def places(self) -> list[Path]:
        """The demos' folders that are there."""
        return list(self.folder.glob("bedplate-demo-*"))

    @contextmanager
    def cluster(self) -> Iterator[Api]:
        """The demo's cluster, asked past the program."""
        connection = Connection(load({}, kubeconfig=self.places[0] / "kubeconfig"))
        try:
            yield Api(connection)
        finally:
            connection.close()


class Newcomer(Keyboard):
    """Does what the line of hints says."""

    def is_led(self, words: str, *, seconds: float = 60) -> str:
        return self.terminal.wait(f"the hint {words}", lambda text: words in text, seconds=seconds)

    def leaves(self, demo: Demo) -> None:
        self.terminal.press("q")
        assert self.terminal.wait_for_end() == 0
        assert demo.places == []
        assert list(demo.home.iterdir()) == []


@pytest.mark.long
def test_from_an_empty_cluster_to_flux(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "empty")
    with demo.terminal as terminal:
        person = Newcomer(terminal)
        person.is_led("Nothing is installed", seconds=SETTING_UP)
        assert "DEMO" in terminal.lines[0]
        terminal.press("i")
        person.sees("release longhorn-system/longhorn  install")
        assert "DEMO" in terminal.text
        terminal.press("esc")
        person.is_led("Nothing is installed")
        terminal.press("a")
        person.confirms("Apply longhorn", "Apply")
        person.sees("applied what you saw", seconds=60)
        person.sees_card("longhorn", "healthy")
        person.is_led("Storage works")
        terminal.press("down", "a")
        person.confirms("Apply minio", "Apply")
        person.sees("minio-tenant: revision 1: applied what you saw", seconds=60)
        person.sees_card("minio", "healthy")
        person.is_led("The foundation stands")
        terminal.press("tab", "b")
        person.confirms("Bootstrap", "Bootstrap")
        person.sees("all components are healthy", seconds=60)
        for name in ("flux-system", "metallb", "cert-manager", "haproxy-ingress", "monitoring"):
            person.sees_card(name, "healthy")
        person.is_led("Done: both layers are healthy")
        terminal.press(":ks")  # at once, as a paste or a slow line brings it
        person.sees("kustomizations  ks")
        terminal.press("\r")
        person.sees("[kustomizations 5]")
        with demo.cluster() as cluster:
            claims = cluster.list(res.CLAIMS)
            assert {text(claim, "status", "phase") for claim in claims} == {"Bound"}
            assert "metrics" in {text(claim, "metadata", "name") for claim in claims}
        person.leaves(demo)


@pytest.mark.long
def test_a_forgotten_object_is_resumed_and_storage_comes_back(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "disaster")
    with demo.terminal as terminal:
        person = Newcomer(terminal)
        person.is_led("Storage is down", seconds=SETTING_UP)
        assert "failed" in card(terminal.text, "longhorn")
        terminal.press("f")
        person.confirms("Repair longhorn", "Repair")
        person.sees("repair longhorn ─ succeeded", seconds=60)
        person.sees_card("longhorn", "healthy")
        person.is_led("monitoring is suspended")
        terminal.press("tab", "down", "down", "down", "down", "r")
        person.confirms("Resume", "Resume")
        person.sees("resume monitoring: ended 0")
        person.is_led("Recovered")
        with demo.cluster() as cluster:
            monitoring = cluster.get(res.KUSTOMIZATIONS, "flux-system", "monitoring")
            assert not truth(monitoring, "spec", "suspend")
        person.leaves(demo)


@pytest.mark.long
def test_longhorn_goes_up_by_one_minor_version(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "upgrade")
    with demo.terminal as terminal:
        person = Newcomer(terminal)
        person.is_led("longhorn 1.11 runs", seconds=SETTING_UP)
        terminal.press("a")
        assert "1.11.2 → 1.12.1" in person.is_asked("Apply longhorn")
        person.confirms("Apply longhorn", "Apply")
        person.is_led("Upgraded")
        person.sees_card("longhorn", "1.12.1  healthy")
        person.leaves(demo)


@pytest.mark.long
def test_a_demo_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "empty")
    with demo.terminal as terminal:
        Newcomer(terminal).is_led("Nothing is installed", seconds=SETTING_UP)
        terminal.press("a")
        Newcomer(terminal).confirms("Apply longhorn", "Apply")
        terminal.kill()
    until("the demo's end", lambda: demo.places == [])
    assert list(demo.home.iterdir()) == []
