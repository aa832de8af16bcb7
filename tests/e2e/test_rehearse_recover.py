"""Somebody's own recovery, rehearsed by keyboard from what is missing to the end, and what is left of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from runners.journal import Journal
from runners.layers.rehearsal.record import Rehearsal
from runners.rehearsals import known_rehearsals
from tests.e2e.demo_walker import PATIENCE, Walker
from tests.e2e.person import ROOT
from tests.e2e.terminal import Terminal
from tests.rehearsed_homelab import UID, write_homelab

pytestmark = pytest.mark.long


class Rehearsing(Walker):
    """Somebody whose recovery misses a key."""

    def does(self, title: str, question: str, verb: str) -> None:
        self.stands_at(title)
        # What the run before did may be proved before that has ended.
        self.terminal.wait("no run", lambda text: not re.search(r"read-write +\d+ run", text))
        self.terminal.press("enter")
        self.terminal.wait(f"the plan of {question}", lambda text: "│ gate  " in text, seconds=PATIENCE)
        self.agrees(question, verb)
        self.terminal.wait("the run to start", lambda text: f"─ {question}" not in text, seconds=PATIENCE)

    def bootstraps_without_the_key(self, word: str) -> None:
        """Goes on although the gate is closed, by the word that is asked for."""
        self.stands_at("Flux")
        self.terminal.press("enter")
        self.terminal.wait("the question", lambda text: f"type {word} to" in text, seconds=PATIENCE)
        self.terminal.press("tab")
        self.terminal.wait("the focus on the word", lambda text: "[▸" not in text)
        self.terminal.press(word, "enter")
        self.sees("[▸Bootstrap ]")
        self.terminal.press("enter")
        self.terminal.wait("the run to start", lambda text: "[▸Bootstrap ]" not in text, seconds=PATIENCE)

    def brings_storage_back(self) -> None:
        """To every claim bound to its volume again."""
        self.answers_with("Are the old disks alive?", "gone")
        self.gives_word("The right cluster", "home")
        self.does("Longhorn by helmfile", "Apply longhorn", "Apply")
        self.answers_with("What is restored", "volumes")
        assert "photos/library" in self.sees("space selects")
        self.terminal.press("enter")
        self.does("Restored", "Restore longhorn", "Restore")

    def brings_services_back(self) -> None:
        """The rest of the foundation, Flux without the key that is missing, and what it applies."""
        self.does("minio", "Apply minio", "Apply")
        self.does("reloader", "Apply reloader", "Apply")
        self.skips("Keys for flux", "◐", "the key is in the safe")
        self.bootstraps_without_the_key("home")
        self.gives_word("Data looked at", "home")
        self.skips("longhorn serves claims", "○", "the restored ones are looked at")
        self.does("minio stores objects", "Probe s3 minio", "Probe s3")
        self.skips("Report and new sheet", "◐", "it is a rehearsal")


def contents(home: Path) -> dict[Path, bytes]:
    """Everything of a person's own."""
    own = (*(home / "infra").rglob("*"), home / "home.survival.yaml")
    return {path: path.read_bytes() for path in own if path.is_file()}


def rehearsed(home: Path) -> Rehearsal:
    """The one rehearsal on record."""
    (one,) = known_rehearsals(Journal(home / ".local" / "state" / "bedplate" / "journal.jsonl"))
    return one


def rehearsing(home: Path) -> Terminal:
    argv = [sys.executable, str(ROOT / "bedplate.py"), "rehearse", "recover", "-C", str(home / "infra")]
    environ = {"HOME": str(home), "PATH": "", "LANG": "C.UTF-8", "TMPDIR": str(home), "BEDPLATE_DEMO_PACE": "0"}
    return Terminal(argv, environ=environ, cwd=home, lines=44)


def test_a_whole_recovery_is_rehearsed_and_nothing_of_the_persons_is_touched(tmp_path: Path) -> None:
    write_homelab(tmp_path)
    before = contents(tmp_path)
    with rehearsing(tmp_path) as terminal:
        person = Rehearsing(terminal)
        assert "claim photos/cache" in person.sees("3 things would be missing", seconds=PATIENCE)
        assert "REHEARSAL" in terminal.lines[0]
        terminal.press("enter")
        person.brings_storage_back()
        person.brings_services_back()
        person.has_finished(29)
        terminal.press("esc", "esc", "q")
        assert terminal.wait_for_end() == 1, "something would be missing"
    assert contents(tmp_path) == before
    assert not list(tmp_path.glob("bedplate-demo-*"))
    one = rehearsed(tmp_path)
    assert one.finished
    assert (one.context, one.uid, len(one.missing)) == ("home", UID, 3)
    assert 0 < one.to_storage < one.to_gitops <= one.took


def test_one_that_is_killed_is_on_record_as_left_half_way(tmp_path: Path) -> None:
    write_homelab(tmp_path)
    with rehearsing(tmp_path) as terminal:
        person = Rehearsing(terminal)
        person.sees("3 things would be missing", seconds=PATIENCE)
        terminal.press("enter")
        person.stands_at("Are the old disks alive?")
        terminal.kill()
    one = rehearsed(tmp_path)
    assert one.words.startswith("left at “")
    assert not one.counts
