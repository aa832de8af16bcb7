"""What happened on a walkthrough, from lines of a journal and runs, and how a report says it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from runners.layers.jsons import Json
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision, written
from runners.layers.walkthroughs.report import report
from runners.layers.walkthroughs.timeline import Passage, alarms_by_run, passages
from tests.layers.worlds import NOW

CLUSTER = {"context": "home", "server": "https://10.0.0.10:6443", "uid": "41c7"}
HOUR = 3600.0


def line(event: str, at: float, walkthrough: str = "bootstrap", **facts: str) -> Json:
    stamp = datetime.fromtimestamp(NOW + at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"at": stamp, "who": "ada@desk", "event": event, "walkthrough": walkthrough, **CLUSTER, **facts}


def decided(step: str, at: float, choice: Choice = Choice.SKIPPED, reason: str = "", answer: str = "") -> Json:
    decision = written(Decision("bootstrap", step, choice, NOW + at, "bob@desk", reason, answer))
    return line("decided", at, "", decision=decision)


def run(title: str, at: float, state: RunState = RunState.SUCCEEDED, code: int = 0, cluster: str = "") -> RunRecord:
    where = cluster or f"{CLUSTER['server']} {CLUSTER['uid']}"
    return RunRecord(f"id-{title}-{at}", title, (), "/", where, NOW + at, state, NOW + at + 30, code)


FIRST_DAY: Sequence[Json] = (
    line("opened", 0, title="Bootstrap"),
    decided("cluster", 10, Choice.CONFIRMED),
    line("proved", 100, step="foundation:longhorn", title="longhorn", milestone="storage"),
    line("proved", 200, step="flux", title="Flux", milestone="GitOps"),
    decided("services", 300, reason="I will *look* myself"),
)


def test_a_passage_has_its_milestones_what_was_proved_and_what_was_skipped() -> None:
    (found,) = passages(reversed(FIRST_DAY), [run("apply longhorn", 20)])
    assert (found.title, found.milestones) == ("Bootstrap", {"storage": 100, "GitOps": 200})
    assert [*found.proved] == ["foundation:longhorn", "flux"]
    assert {step: (each.choice, each.who) for step, each in found.decided.items()} == {
        "cluster": (Choice.CONFIRMED, "bob@desk"),
        "services": (Choice.SKIPPED, "bob@desk"),
    }
    assert [each.title for each in found.runs] == ["apply longhorn"]
    assert found.ended - found.began == 300


def test_what_was_taken_back_is_not_decided() -> None:
    (found,) = passages([*FIRST_DAY, decided("services", 400, Choice.TAKEN_BACK)], [])
    assert [*found.decided] == ["cluster"]


def test_what_was_lost_and_proved_again_counts_from_the_last_time() -> None:
    again = line("proved", 900, step="foundation:longhorn", title="longhorn", milestone="storage")
    (found,) = passages([*FIRST_DAY, again], [])
    assert found.milestones["storage"] == 900
    assert [entry.at - found.began for entry in found.proved["foundation:longhorn"]] == [100, 900]
    told = shown([found], [])
    assert "- 1m40s: longhorn is proved\n" in told
    assert "- 15m: longhorn is proved again" in told


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("", ""),
        (CLUSTER["uid"], ""),
        ("gone", "gone"),
        ("volumes apps/a", "volumes apps/a"),
        ("volumes apps/a,apps/b,apps/c,apps/d,apps/e", "volumes apps/a, apps/b, apps/c and 2 more"),
    ],
)
def test_an_answer_is_said_for_people(answer: str, says: str) -> None:
    (found,) = passages([decided("what", 0, Choice.CONFIRMED, answer=answer)], [])
    assert found.answer(found.decided["what"]) == says
    told = shown([found], [])
    assert f"- 0s: `what` confirmed by bob@desk{': ' if says else ''}{says}\n" in f"{told}\n"


def test_that_every_step_is_over_is_told() -> None:
    (going,) = passages(FIRST_DAY, [])
    (found,) = passages([*FIRST_DAY, line("finished", 301)], [])
    assert (going.finished, found.finished) == (False, True)
    assert "- 5m1s: every step is over" in shown([found], [])
    assert found.moved == going.moved


def test_a_long_pause_another_walkthrough_and_another_title_begin_another_passage() -> None:
    lines = [
        *FIRST_DAY,
        line("opened", 13 * HOUR, title="Bootstrap"),
        line("opened", 14 * HOUR, "upgrade", title="Upgrade longhorn"),
        line("opened", 15 * HOUR, "upgrade", title="Upgrade minio"),
        line("opened", 15.1 * HOUR, "upgrade", title="Upgrade minio"),
    ]
    titles = ["Bootstrap", "Bootstrap", "Upgrade longhorn", "Upgrade minio"]
    assert [each.title for each in passages(lines, [])] == titles


def test_runs_belong_to_the_passage_that_they_were_started_in() -> None:
    later = [line("opened", HOUR, "upgrade", title="Upgrade longhorn"), line("proved", HOUR + 99, "upgrade", step="s")]
    ran = [
        run("early", -50),
        run("first", 50),
        run("second", HOUR + 50),
        run("late", 3 * HOUR),
        run("far", 60, cluster="x y"),
    ]
    day, upgrade = passages([*FIRST_DAY, *later], ran)
    assert [[each.title for each in found.runs] for found in (day, upgrade)] == [["first"], ["second"]]


def test_who_looks_into_another_walkthrough_comes_back_to_the_one_that_they_are_on() -> None:
    lines = [*FIRST_DAY, line("opened", 400, "upgrade", title="Upgrade longhorn"), line("opened", 420)]
    ran = [run("apply longhorn", 50), run("system backup longhorn", 410), run("probe s3 minio", 450)]
    day, upgrade = passages([*lines, line("proved", 460, step="verify:minio")], ran)
    assert [each.title for each in day.runs] == ["apply longhorn", "probe s3 minio"]
    assert [each.title for each in upgrade.runs] == ["system backup longhorn"]


def test_lines_that_are_none_are_left_out() -> None:
    assert passages([{}, line("proved", 0, ""), line("confirmed", 0), line("decided", 0, decision="{")], []) == ()


def shown(found: Sequence[Passage], runs: Sequence[RunRecord], lines: Sequence[Json] = ()) -> str:
    return report(found, runs, NOW + HOUR, NOW - HOUR, alarms_by_run(lines))


def test_a_report_says_it_all_and_nothing_of_it_is_markup() -> None:
    ran = [run("apply longhorn", 20), run("apply | minio", -400, RunState.FAILED, 1)]
    text = shown(passages([*FIRST_DAY, line("alarmed", 150, title="1 volume became faulted")], ran), ran)
    assert "## Bootstrap on home" in text
    assert "5m; by ada@desk" in text
    assert "- time to storage: 1m40s" in text
    assert "- 10s: `cluster` confirmed by bob@desk" in text
    assert r"- 5m: `services` skipped by bob@desk: I will \*look\* myself" in text
    assert "- 2m30s: **alarm:** 1 volume became faulted" in text
    assert "| apply longhorn | succeeded | 30s |" in text
    other = text.partition("## Other runs")[2]
    assert r"| apply \| minio | failed, exit code 1 | 30s |" in other
    assert "longhorn" not in other


def test_an_alarm_belongs_to_its_run_whatever_screen_was_open() -> None:
    ran = [run("apply longhorn", 20), run("apply minio", 90 * 60)]
    first, other = ran
    alarms = [
        line("alarmed", 30, "", run=first.id, title="1 volume became degraded"),
        line("alarmed", 31, "", run=first.id, title="1 volume became degraded"),
        line("alarmed", 90 * 60 + 5, "", run=other.id, title="7 volumes became faulted"),
        line("alarmed", 40, "", title="of no run"),
    ]
    (passage,) = passages([*FIRST_DAY, *alarms], ran)
    assert [entry.title for entry in passage.alarms] == ["1 volume became degraded"]
    beside = shown([passage], ran, alarms).partition("## Other runs")[2]
    assert "**alarm:** 7 volumes became faulted" in beside
    assert "degraded" not in beside


def test_a_report_of_nothing_says_so() -> None:
    assert "Nothing: no walkthrough was opened" in shown((), ())


def test_a_secret_in_a_reason_is_masked() -> None:
    reason = "password=hunter2-hunter2"
    assert json.dumps(reason).strip('"') not in shown(passages([*FIRST_DAY, decided("x", 310, reason=reason)], []), [])
