"""A walkthrough on a session puts on record what is proved while somebody looks, and nothing that was so before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runners.cluster.store import Delta
from runners.decision_keeping import keep
from runners.journal import Journal
from runners.layers import commands as c
from runners.layers.findings import Severity, worst
from runners.layers.freshness import Freshness, Reach
from runners.layers.jsons import text
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState
from runners.layers.walkthroughs.recover import triage_step
from runners.layers.walkthroughs.shared_steps import right_cluster
from runners.layers.walkthroughs.steps import Subject, Walkthrough
from runners.rehearsals import known_recoveries
from runners.tools.run_files import write_json
from runners.tools.runs import Runs
from runners.walking import Walk
from runners.watchfulness import BEFORE, Watch, note
from tests.layers import worlds as w
from tests.tui.still_session import HOME, KINDS, SETTINGS, StillSession, clock, still_session
from tui.walk_texts import record_facts


@pytest.fixture
def session(tmp_path: Path) -> Iterator[StillSession]:
    made = still_session(tmp_path)
    yield made
    made.stop()


def recorded(session: StillSession) -> list[tuple[str, str]]:
    lines = map(json.loads, session.journal.path.read_text().splitlines())
    return [(line["event"], line.get("step") or line.get("title", "")) for line in lines]


def walk(session: StillSession) -> Walk:
    return Walk(session, WALKTHROUGHS["bootstrap"](Subject(SETTINGS)), clock)


def test_a_step_is_on_record_when_it_becomes_proved_and_not_when_it_was_before(session: StillSession) -> None:
    session.fill(w.longhorn_world())
    followed = walk(session)
    followed.reload()
    followed.progress()
    followed.progress()
    assert recorded(session) == [("opened", "Bootstrap")]
    session.fill([*w.longhorn_world(), *w.minio_world()])
    followed.progress()
    followed.progress()
    assert recorded(session) == [("opened", "Bootstrap"), ("proved", "foundation:minio")]
    followed.reload()
    assert followed.passage is not None
    assert [*followed.passage.proved] == ["foundation:minio"]


def test_that_every_step_is_over_is_on_record_once(session: StillSession) -> None:
    session.fill(w.longhorn_world())
    assert session.identity is not None
    made = Walkthrough("recover", "Recover", (right_cluster(),))
    followed = Walk(session, made, clock)
    followed.reload()
    assert not followed.progress().finished
    decision = Decision("recover", "cluster", Choice.CONFIRMED, clock(), "ada@desk", answer=session.identity.uid)
    keep(session.connection, session.journal, session.identity, decision)
    for _look in range(3):
        followed.reload()
        assert followed.progress().finished
    (one,) = known_recoveries(session.journal)
    assert (one.finished, one.cluster) == (True, session.cluster_words)
    again = Walk(session, made, clock)
    again.reload()
    again.progress()
    assert [event for event, _step in recorded(session)] == ["opened", "decided", "finished", "opened"]


def test_what_was_taken_back_and_decided_anew_ends_a_second_time(session: StillSession) -> None:
    session.fill(w.longhorn_world())
    assert session.identity is not None
    followed = Walk(session, Walkthrough("recover", "Recover", (right_cluster(),)), clock)
    confirmed = Decision("recover", "cluster", Choice.CONFIRMED, clock(), "ada@desk", answer=session.identity.uid)
    for at, choice in enumerate((Choice.CONFIRMED, Choice.TAKEN_BACK, Choice.CONFIRMED)):
        keep(session.connection, session.journal, session.identity, replace(confirmed, choice=choice, at=clock() + at))
        followed.reload()
        followed.progress()
        followed.reload()
    assert [event for event, _step in recorded(session)].count("finished") == 2


def test_what_was_over_before_anybody_decided_comes_to_no_end(session: StillSession) -> None:
    session.fill(w.longhorn_world())
    followed = Walk(session, Walkthrough("recover", "Recover", (triage_step(),)), clock)
    followed.reload()
    assert followed.progress().finished
    followed.reload()
    followed.progress()
    assert recorded(session) == [("opened", "Recover")]
    assert known_recoveries(session.journal) == ()


def test_nothing_is_asked_that_a_colleague_may_have_decided(session: StillSession) -> None:
    session.fill(w.longhorn_world())
    followed = walk(session)
    unread = followed.progress().steps[0]
    assert (unread.state, unread.proof[0].text) == (StepState.UNKNOWN, "what was decided on it is being read")
    followed.reload()
    assert followed.progress().steps[0].state is StepState.READY


def test_what_could_not_be_told_before_is_not_news(session: StillSession) -> None:
    followed = walk(session)
    followed.progress()  # nobody has answered yet
    session.fill([*w.longhorn_world(), *w.minio_world()])
    followed.reload()
    followed.progress()
    followed.progress()
    assert recorded(session) == [("opened", "Bootstrap")]


def test_what_is_proved_while_the_cluster_is_away_is_on_record_once_it_is_back(session: StillSession) -> None:
    away = {kind.id: Freshness(Reach.STALE, w.NOW - 34, "timeout") for kind in KINDS}
    followed = walk(session)
    session.fill(w.longhorn_world())
    followed.reload()
    assert followed.progress().away is None
    session.fill(w.longhorn_world(), away)
    assert not any(view.state.over for view in followed.progress().steps)
    session.fill([*w.longhorn_world(), *w.minio_world()])
    followed.progress()
    assert recorded(session) == [("opened", "Bootstrap"), ("proved", "foundation:minio")]


def test_what_could_not_be_told_for_a_moment_is_proved_all_the_same(session: StillSession) -> None:
    dark = {"services": Freshness(Reach.FORBIDDEN, w.NOW)}
    followed = walk(session)
    session.fill(w.longhorn_world())
    followed.reload()
    states = {view.step.id: view.state for view in followed.progress().steps}
    session.fill([*w.longhorn_world(), *w.minio_world()], dark)
    found = followed.progress()
    unseen = {view.step.id: view.proof for view in found.steps}
    assert found.away is None
    assert states["foundation:minio"] is StepState.LATER
    assert worst(unseen["foundation:minio"]) is Severity.UNKNOWN
    session.fill([*w.longhorn_world(), *w.minio_world()])
    followed.progress()
    assert ("proved", "foundation:minio") in recorded(session)


def test_a_journal_that_cannot_be_written_is_said_for_as_long_as_it_is_so(session: StillSession) -> None:
    session.fill(w.longhorn_world())
    session.journal.path.mkdir(parents=True)
    followed = walk(session)
    followed.progress()
    followed.reload()
    said = followed.unrecorded
    assert said is not None
    assert (said.text, said.overridable) == (f"{session.journal.path}: Is a directory", False)
    assert "nothing was changed, and nothing can be until then" in said.remedy
    assert [fact.head for fact in record_facts(said)] == ["Stop"]
    session.journal.path.rmdir()
    followed.reload()
    followed.progress()
    assert followed.unrecorded is None
    assert recorded(session) == [("opened", "Bootstrap")]


def test_a_key_that_is_missing_is_looked_for_each_time_until_it_is_there(
    session: StillSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.fill([])
    answers = iter((False, True))

    def look() -> None:
        session.ahead.keys = {"flux-system/sops-age": next(answers)}

    monkeypatch.setattr(session.ahead, "look_for_keys", look)
    session.ahead.keys = {"flux-system/sops-age": None}
    followed = walk(session)
    for _ in range(3):
        followed.reload()
    assert session.ahead.keys == {"flux-system/sops-age": True}


def test_volumes_are_compared_with_the_beginning_of_the_apply(session: StillSession, tmp_path: Path) -> None:
    before = [w.longhorn_volume("pvc-1", "healthy"), w.longhorn_volume("pvc-2", "degraded")]
    run = RunRecord("20270115-080000-7f3a", "apply longhorn", (), "/", "", w.NOW - 60, RunState.RUNNING)
    folder = session.runs.root / run.id
    folder.mkdir(parents=True)
    for name, value in note(c.APPLY, FrozenRows(before)).items():
        write_json(folder / name, value)
    watch = Watch(session.runs, session.journal)
    watch.look([run], w.NOW)
    worse = FrozenRows([replace(row, robustness="degraded") for row in before])
    words = "became degraded since the apply began"
    assert watch.alarms(FrozenRows(before), HOME) == ()
    assert [each.finding.text for each in watch.alarms(worse, HOME)] == [words]
    assert [each.finding.text for each in watch.alarms(FrozenRows(before), HOME)] == [f"{words}, over by now"]
    assert [text(each, "run") for each in session.journal.lines("alarmed")] == [run.id]
    long_over = replace(run, state=RunState.SUCCEEDED, ended=w.NOW - 7200)
    watch.look([long_over], w.NOW)
    assert [each.finding.text for each in watch.alarms(worse, HOME)] == [f"{words}, 2 times"]
    watch.acknowledge()
    assert watch.alarms(worse, HOME) == ()


def test_what_is_over_before_a_picture_is_made_is_still_said(session: StillSession, tmp_path: Path) -> None:
    run = RunRecord("20270115-080000-7f3a", "apply longhorn", (), "/", "", w.NOW - 60, RunState.RUNNING)
    (session.runs.root / run.id).mkdir(parents=True)
    write_json(session.runs.root / run.id / BEFORE, {"volumes": {"pvc-1": "healthy"}})
    watch = Watch(session.runs, session.journal)
    watch.look([run], w.NOW)
    for state in ("faulted", "healthy"):
        row = w.longhorn_volume("pvc-1", state)
        watch.heard(Delta("longhorn-volumes", {row.key: row}))
    (alarm,) = watch.alarms(FrozenRows([w.longhorn_volume("pvc-1", "healthy")]), HOME)
    assert alarm.words == "1 Longhorn volume became faulted since the apply began, over by now: apps/data"


def test_only_what_changes_the_foundation_is_watched() -> None:
    assert list(note(c.APPLY, FrozenRows([]))) == [BEFORE]
    assert note(c.SUSPEND, FrozenRows([])) == {}


def test_a_run_without_the_note_raises_no_alarm(tmp_path: Path) -> None:
    watch = Watch(Runs(tmp_path), Journal(tmp_path / "journal"))
    watch.look([RunRecord("r", "apply longhorn", (), "/", "", w.NOW, RunState.RUNNING)], w.NOW)
    assert watch.alarms(FrozenRows([w.longhorn_volume("pvc-1", "faulted")]), HOME) == ()
