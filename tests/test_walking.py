"""A walkthrough on a session puts on record what is proved while somebody looks, and nothing that was so before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runners.layers import commands as c
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.steps import Subject
from runners.tools.run_files import write_json
from runners.tools.runs import Runs
from runners.walking import Walk
from runners.watchfulness import BEFORE, Watch, note
from tests.layers import worlds as w
from tests.tui.still_session import SETTINGS, StillSession, clock, still_session


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
    followed.progress()
    followed.progress()
    assert recorded(session) == [("opened", "Bootstrap")]
    session.fill([*w.longhorn_world(), *w.minio_world()])
    followed.progress()
    followed.progress()
    assert recorded(session) == [("opened", "Bootstrap"), ("proved", "foundation:minio")]
    followed.reload()
    assert followed.passage is not None
    assert [entry.title for entry in followed.passage.proved] == ["minio"]


def test_what_could_not_be_told_before_is_not_news(session: StillSession) -> None:
    followed = walk(session)
    followed.progress()  # nobody has answered yet
    session.fill([*w.longhorn_world(), *w.minio_world()])
    followed.progress()
    followed.progress()
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
    watch = Watch(session.runs)
    watch.look([run], w.NOW)
    worse = FrozenRows([replace(row, robustness="degraded") for row in before])
    assert watch.alarms(FrozenRows(before)) == ()
    assert [each.text for each in watch.alarms(worse)] == ["became degraded since the apply began: apps/data"]
    long_over = replace(run, state=RunState.SUCCEEDED, ended=w.NOW - 7200)
    watch.look([long_over], w.NOW)
    assert watch.alarms(worse) == ()


def test_only_what_changes_the_foundation_is_watched() -> None:
    assert list(note(c.APPLY, FrozenRows([]))) == [BEFORE]
    assert note(c.SUSPEND, FrozenRows([])) == {}


def test_a_run_without_the_note_raises_no_alarm(tmp_path: Path) -> None:
    watch = Watch(Runs(tmp_path))
    watch.look([RunRecord("r", "apply longhorn", (), "/", "", w.NOW, RunState.RUNNING)], w.NOW)
    assert watch.alarms(FrozenRows([w.longhorn_volume("pvc-1", "faulted")])) == ()
