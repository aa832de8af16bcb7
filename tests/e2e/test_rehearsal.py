"""Somebody's own recovery, rehearsed by keyboard from what is missing to the end, and what is left of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from runners.journal import Journal
from runners.rehearsals import known_rehearsals
from tests.e2e.person import ROOT, Keyboard
from tests.e2e.terminal import Terminal
from tests.rehearsed_homelab import UID, write_homelab

pytestmark = pytest.mark.long

SETTING_UP = 90.0
"""Seconds until it stands, on a machine that is busy with other tests."""


class Rehearsing(Keyboard):
    """Somebody in the walkthrough."""

    def stands_at(self, title: str, symbols: str = "○✖■", *, seconds: float = 90) -> str:
        """Waits until a step is the one to do, and goes to it."""

        def due(text: str) -> bool:
            return bool(re.search(rf"[{symbols}] \d+ {re.escape(title)}", text))

        self.terminal.wait(f"{title} to be due", due, seconds=seconds)
        for _ in range(30):
            if re.search(rf"▶. \d+ {re.escape(title)}", self.terminal.text):
                return self.terminal.text
            self.terminal.press("down")
            self.terminal.wait("the cursor to move", lambda text: "▶" in text)
        raise AssertionError(self.terminal.text)

    def is_done(self, title: str, *, seconds: float = 90) -> None:
        self.terminal.wait(
            f"{title} to be done", lambda text: bool(re.search(rf"[✔–] \d+ {re.escape(title)}", text)), seconds=seconds
        )

    def chooses(self, title: str, label: str) -> None:
        self.stands_at(title)
        self.terminal.press("enter")
        for _ in range(10):
            text = self.terminal.wait(f"the choice {title}", lambda text: f"─ {title} ─" in text and "▶" in text)
            if re.search(rf"▶\s*{re.escape(label)}", text):
                break
            self.terminal.press("down")
        self.terminal.press("enter")

    def does(self, title: str, dialog: str, verb: str) -> None:
        self.stands_at(title)
        # What the run before did may be proved before that has ended.
        self.terminal.wait("no run", lambda text: not re.search(r"read-write +\d+ run", text))
        self.terminal.press("enter")
        self.confirms(dialog, verb)

    def overrides(self, title: str, word: str) -> None:
        """Goes on although the gate is closed, by the word that is asked for."""
        self.terminal.wait(f"the question {title}", lambda text: f"─ {title}" in text and f"type {word}" in text)
        self.terminal.press("tab")
        self.terminal.wait("the focus on the word", lambda text: "[▸" not in text)
        self.terminal.press(word, "enter")
        self.terminal.wait("the focus on the button", lambda text: f"[▸{title}" in text)
        self.terminal.press("enter")
        self.terminal.wait("the dialog to close", lambda text: f"─ {title}" not in text)

    def skips(self, title: str, reason: str) -> None:
        self.stands_at(title, "○✖■◐")
        self.terminal.press("s")
        self.sees("skip")
        self.terminal.press(reason, "enter")
        self.is_done(title)


def environ(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "", "LANG": "C.UTF-8", "TMPDIR": str(home), "BEDPLATE_DEMO_PACE": "0"}


def test_a_whole_recovery_is_rehearsed(tmp_path: Path) -> None:
    root = write_homelab(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    sheet = (tmp_path / "home.survival.yaml").read_bytes()
    argv = [sys.executable, str(ROOT / "bedplate.py"), "rehearse", "recover", "-C", str(root)]
    with Terminal(argv, environ=environ(tmp_path), cwd=tmp_path, lines=44) as terminal:
        person = Rehearsing(terminal)
        text = person.sees("3 things would be missing", seconds=SETTING_UP)
        assert "claim photos/cache" in text
        assert "REHEARSAL" in terminal.lines[0]
        terminal.press("enter")
        brings_storage_back(person)
        brings_services_back(person)
        person.sees("all 22 steps over")
        terminal.press("esc", "esc", "q")
        assert terminal.wait_for_end() == 1, "something would be missing"
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert (tmp_path / "home.survival.yaml").read_bytes() == sheet
    assert not list(tmp_path.glob("bedplate-demo-*"))
    (one,) = known_rehearsals(Journal(tmp_path / ".local" / "state" / "bedplate" / "journal.jsonl"))
    assert one.finished
    assert (one.context, one.uid, len(one.missing)) == ("home", UID, 3)
    assert 0 < one.to_storage < one.to_gitops <= one.took


def brings_storage_back(person: Rehearsing) -> None:
    """To every claim bound to its volume again."""
    person.chooses("Are the old disks alive?", "gone")
    person.stands_at("The right cluster")
    person.terminal.press("enter")
    person.sees("REHEARSAL")
    person.confirms_by_a_word("The right cluster", "home")
    person.does("Longhorn, by helmfile alone", "Apply longhorn", "Apply")
    person.is_done("Storage is usable")
    person.is_done("Backups are reachable")
    person.chooses("What is restored", "volumes")
    person.sees("photos/library")
    person.terminal.press("enter")
    person.does("Restored", "Restore", "Restore")
    person.is_done("Restored")


def brings_services_back(person: Rehearsing) -> None:
    """The rest of the foundation, Flux without the key that is missing, and what it applies."""
    person.does("minio", "Apply minio", "Apply")
    person.is_done("minio")
    person.does("reloader", "Apply reloader", "Apply")
    person.is_done("reloader")
    person.skips("Keys for flux", "the key is in the safe")
    person.stands_at("Flux")
    person.terminal.press("enter")
    person.overrides("Bootstrap", "home")
    person.is_done("Flux")
    person.is_done("Services are back")
    person.stands_at("Data looked at")
    person.terminal.press("enter")
    person.confirms_by_a_word("Data looked at", "home")
    person.does("minio stores objects", "Probe", "Probe")
    person.skips("Report and new sheet", "it is a rehearsal")
