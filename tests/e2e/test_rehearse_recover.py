"""Somebody's own recovery, rehearsed by keyboard from what is missing to the end, and what is left of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runners.journal import Journal
from runners.layers.rehearsal.record import Rehearsal
from runners.rehearsals import known_rehearsals
from tests.e2e.person import ROOT
from tests.e2e.terminal import Terminal
from tests.e2e.test_demo_walks import answers, restores_all
from tests.e2e.walker import Walker
from tests.rehearsed_homelab import UID, write_homelab

pytestmark = pytest.mark.long


PATIENCE = 120.0
"""Seconds until it stands, on a machine that is busy with other tests."""


def deeds(walker: Walker) -> dict[str, Callable[[], object]]:
    """What somebody does at steps that offer a choice, and at those that rest on the key that is missing."""
    return {
        "Are the old disks alive?": lambda: answers(walker, "gone"),
        "What is restored": lambda: restores_all(walker),
        "Recurring jobs released": lambda: walker.skips("jobs come with Git"),
        "Keys for flux": lambda: walker.skips("the key is in the safe"),
        "Flux": lambda: bootstraps_without_the_key(walker),
        "longhorn serves claims": lambda: walker.skips("the restored ones are looked at"),
        "Report and new sheet": lambda: walker.skips("it is a rehearsal"),
    }


def bootstraps_without_the_key(walker: Walker) -> None:
    """Goes on although the gate is closed, by the word that is asked for."""
    terminal = walker.terminal
    terminal.press("enter")
    terminal.wait("the question", lambda text: "to go on:" in text and "[▸Cancel ]" in text, seconds=PATIENCE)
    terminal.press("tab")
    terminal.wait("the focus on the word", lambda text: "[▸" not in text)
    terminal.press("home", "enter")
    walker.sees("[▸Bootstrap ]")
    terminal.press("enter")
    terminal.wait("the run to start", lambda text: "[▸Bootstrap ]" not in text, seconds=PATIENCE)


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
        walker = Walker(terminal, None, context="home")
        assert "claim photos/cache" in walker.sees("3 things would be missing", seconds=PATIENCE)
        assert "REHEARSAL" in terminal.lines[0]
        terminal.press("enter")
        walker.walks(own=deeds(walker))
        terminal.press("esc")
        walker.sees("3 things would be missing")
        terminal.press("esc")
        walker.sees("Foundation · helmfile")
        terminal.press("q")
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
        walker = Walker(terminal, None, context="home")
        walker.sees("3 things would be missing", seconds=PATIENCE)
        terminal.press("enter")
        walker.walks(own=deeds(walker), until="The right cluster")
        terminal.kill()
    one = rehearsed(tmp_path)
    assert one.words.startswith("left at “")
    assert not one.counts
