"""Which walkthrough is due, by what a person would expect on the day that a cluster has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runners.decision_keeping import keep
from runners.journal import Journal
from runners.layers.freshness import Freshness, Reach
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.steps import Subject
from runners.layers.walkthroughs.timeline import FINISHED
from tests.layers import worlds as w
from tests.tui.still_session import StillSession, still_session
from tui.walk_choice import Days, due, offered

BUILT = Days(built=True, installed="1.12.1", asked="1.12.1")
NEWER = replace(BUILT, asked="1.13.0")
DAY = 86_400.0


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (Days(), "bootstrap"),
        (replace(BUILT, built=False), "bootstrap"),
        (BUILT, "upgrade"),
        (NEWER, "upgrade"),
        (Days(died=True), "recover"),
        (replace(BUILT, died=True), "recover"),
        (Days(recovering=True), "recover"),
        (replace(BUILT, recovering=True), "recover"),
        (replace(NEWER, recovering=True), "recover"),
        (replace(BUILT, recovered=True), "recover"),
        (replace(NEWER, recovered=True), "upgrade"),
        (replace(BUILT, recovered=True, asked=""), "upgrade"),
        (replace(BUILT, recovered=True, installed="", asked=""), "upgrade"),
        (Days(recovered=True), "bootstrap"),
    ],
)
def test_the_one_that_is_due(days: Days, name: str) -> None:
    assert due(days) == name


@pytest.mark.parametrize(
    ("decided", "finished", "is_open"),
    [
        (None, None, False),
        (0.0, None, True),
        (0.0, 60.0, False),
        (0.4, 0.0, False),
        (60.0, 0.0, True),
        (-4 * DAY, None, False),
    ],
)
def test_a_recovery_is_open_from_its_first_decision_to_its_end(
    decided: float | None, finished: float | None, is_open: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = still_session(tmp_path)
    session.fill(w.longhorn_world())
    assert session.identity is not None
    if decided is not None:
        decision = Decision("recover", "disks", Choice.CONFIRMED, w.NOW + decided, "ada", answer="gone")
        keep(session.connection, session.journal, session.identity, decision)
    if finished is not None:
        journal = Journal(session.journal.path, lambda: w.NOW + finished)
        journal.write(FINISHED, session.identity, walkthrough="recover")
    monkeypatch.setattr(session.recovering, "_clock", lambda: w.NOW + 60)
    session.read_decisions()
    assert session.recovering.is_open is is_open


def test_one_that_was_left_half_way_is_marked_whatever_runs_by_then(tmp_path: Path) -> None:
    session = still_session(tmp_path)
    session.fill([*w.longhorn_world(), *w.minio_world()])
    assert session.identity is not None
    about = Subject(session.settings, "longhorn", {"longhorn-system/longhorn": "1.9.2"})
    assert marked(session, about) != "recover"
    decision = Decision("recover", "looked", Choice.CONFIRMED, w.NOW, "ada", answer=session.identity.uid)
    keep(session.connection, session.journal, session.identity, decision)
    session.read_decisions()
    assert marked(session, about) == "recover"


def test_while_the_cluster_is_being_read_nobody_can_tell_which_is_due(tmp_path: Path) -> None:
    session = still_session(tmp_path)
    session.fill(w.longhorn_world())
    session.picture = replace(session.picture, freshness=Freshness(Reach.LOADING, w.NOW))
    assert marked(session, Subject(session.settings, "longhorn", {})) is None


def marked(session: StillSession, about: Subject) -> str | None:
    options, at = offered(session, about)
    return options[at].answer if at is not None else None


def test_a_recovery_of_which_all_was_taken_back_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = still_session(tmp_path)
    session.fill(w.longhorn_world())
    assert session.identity is not None
    decision = Decision("recover", "disks", Choice.CONFIRMED, w.NOW, "ada", answer="gone")
    for choice, at in ((Choice.CONFIRMED, 0.0), (Choice.TAKEN_BACK, 9.0)):
        keep(session.connection, session.journal, session.identity, replace(decision, choice=choice, at=w.NOW + at))
    monkeypatch.setattr(session.recovering, "_clock", lambda: w.NOW + 60)
    session.read_decisions()
    assert len(session.recovering.decisions) == 2
    assert not session.recovering.is_open
