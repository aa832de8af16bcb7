"""A rehearsal is put on record while it goes on, so that whatever ends it leaves what is true."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from runners.journal import Journal
from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.rehearsal.record import REHEARSED, last_rehearsal
from runners.layers.rehearsal.steps import as_rehearsed
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.steps import Moment, Proof, Step, Walkthrough, proved
from runners.rehearsals import Record, Rehearsed, known_rehearsals
from runners.reporting import report_since
from runners.tools.runs import Runs
from tests.layers.worlds import NOW

HOME = Identity("home", "https://10.0.0.10:6443", "41c7")
STEPS = tuple(
    Step(name, name.title(), "because", lambda _moment: (), milestone=milestone)
    for name, milestone in (("triage", ""), ("storage", "storage"), ("flux", "GitOps"), ("report", ""))
)


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Journal:
    return Journal(tmp_path / "journal.jsonl", clock)


def made(journal: Journal, clock: Clock, of: Identity = HOME, *missing: str) -> Record:
    return Record(journal, Rehearsed("recover", "/infra", of, missing), clock)


def at(done: int, name: str = "recover") -> Progress:
    """So many steps done, and the next one due."""
    states = [StepState.DONE] * done + [StepState.READY] * (len(STEPS) - done)
    views = tuple(StepView(step, state) for step, state in zip(STEPS, states, strict=True))
    return Progress(Walkthrough(name, name.title(), STEPS), views)


def goes(record: Record, clock: Clock, *done: int) -> None:
    """A minute for each look."""
    for count in done:
        record.follow(at(count))
        clock.now += 60


def test_one_that_is_finished_says_how_long_everything_took(journal: Journal, clock: Clock) -> None:
    record = made(journal, clock, HOME, "claim photos/cache: no backup")
    goes(record, clock, 0, 1, 2, 2, 3, 4)
    record.close()
    (one,) = known_rehearsals(journal)
    assert one.finished
    assert one.words == "all 4 steps in 5m, storage after 2m, GitOps after 4m"
    assert (one.began, one.uid, one.missing) == (NOW, "41c7", ("claim photos/cache: no backup",))
    assert last_rehearsal(known_rehearsals(journal), HOME) == one


def test_what_was_skipped_is_named_and_reaches_no_milestone(journal: Journal, clock: Clock) -> None:
    record = made(journal, clock)
    over = (StepState.DONE, StepState.SKIPPED, StepState.DONE, StepState.SKIPPED)
    views = tuple(StepView(step, state) for step, state in zip(STEPS, over, strict=True))
    record.follow(Progress(Walkthrough("recover", "Recover", STEPS), views))
    clock.now += 60
    record.follow(Progress(Walkthrough("recover", "Recover", STEPS), views))
    record.close()
    (known,) = known_rehearsals(journal)
    assert (known.to_storage, known.skipped) == (0, ("Storage", "Report"))
    assert known.words == "2 of 4 steps in 1m, GitOps after 1m; skipped: Storage, Report"


def test_one_that_was_killed_has_come_as_far_as_its_last_milestone(journal: Journal, clock: Clock) -> None:
    goes(made(journal, clock), clock, 0, 1, 2, 2)
    (one,) = known_rehearsals(journal)
    assert one.words == "left at “Flux” after 2 of 4 steps, 2m, storage after 2m"
    assert one.counts


def test_one_that_was_left_at_once_is_on_record_and_does_not_count(journal: Journal, clock: Clock) -> None:
    record = made(journal, clock)
    goes(record, clock, 0, 1)
    record.close()
    (one,) = known_rehearsals(journal)
    assert one.words == "left at “Storage” after 1 of 4 steps, 1m"
    assert last_rehearsal((one,), HOME) is None


def test_one_that_never_began_is_not_on_record(journal: Journal, clock: Clock) -> None:
    record = made(journal, clock)
    record.follow(at(3, "bootstrap"))
    record.close()
    assert list(journal.lines(REHEARSED)) == []


def test_a_milestone_that_is_lost_again_was_reached(journal: Journal, clock: Clock) -> None:
    record = made(journal, clock)
    goes(record, clock, 1, 2, 1, 2)
    record.close()
    assert known_rehearsals(journal)[0].to_storage == 60


@pytest.mark.parametrize(
    ("of", "mine"),
    [
        (HOME, True),
        (Identity("home", "https://10.0.0.10:6443", "other"), False),
        (Identity("home", "", ""), True),
        (Identity("work", "", ""), False),
    ],
)
def test_the_last_one_is_this_clusters(journal: Journal, clock: Clock, of: Identity, mine: bool) -> None:
    goes(made(journal, clock, of), clock, 0, 2)
    assert (last_rehearsal(known_rehearsals(journal), HOME) is not None) is mine


def test_a_journal_that_can_not_be_written_or_read_stops_nothing(tmp_path: Path, clock: Clock) -> None:
    broken = Journal(tmp_path)
    goes(made(broken, clock), clock, 0, 2)
    assert known_rehearsals(broken) == ()


def test_the_report_has_it_with_what_was_missing(journal: Journal, clock: Clock, tmp_path: Path) -> None:
    goes(made(journal, clock, HOME, "Secret a/b: is not *there*"), clock, 0, 2)
    said = report_since(journal, Runs(tmp_path / "runs"), clock.now, NOW - 10)
    assert "## Rehearsals\n\n- 2027-01-15 08:00:00Z: recover of home by " in said
    assert ": left at “Flux” after 2 of 4 steps, 1m, storage after 1m\n  - was missing: Secret a/b: is not" in said
    assert "Nothing:" not in said
    assert "## Rehearsals" not in report_since(journal, Runs(tmp_path / "runs"), clock.now, clock.now)


GONE = Finding("release a/b", Severity.BLOCKER, "its chart is not there", "put it into the repository")


def rehearsed(step_id: str, proof: Proof) -> tuple[Step, Proof]:
    """A step as it is rehearsed where its chart is gone, and its proof."""
    step = Step(step_id, "Step", "because", lambda _moment: proof)
    (made,) = as_rehearsed(Walkthrough("recover", "Recover", (step,)), {step_id: (GONE,)}).steps
    return made, made.proof(cast(Moment, None))


def test_a_step_says_what_would_be_missing_and_is_proved_as_before() -> None:
    done = Finding("a", Severity.OK, "healthy")
    step, proof = rehearsed("foundation:a", (done,))
    assert not step.skip
    assert proof == (
        done,
        Finding("release a/b", Severity.NOTE, "on the worst day: its chart is not there", "put it into the repository"),
    )
    assert proved(proof)


def test_what_would_be_missing_proves_nothing() -> None:
    assert rehearsed("foundation:a", ())[1] == ()


def test_the_step_that_asks_for_the_old_disks_says_what_is_true_of_the_played_ones() -> None:
    open_question = Finding("old disks", Severity.BLOCKER, "nobody has said")
    step, proof = rehearsed("disks", (open_question,))
    told = next(each for each in proof if each.subject == "the played disks")
    assert "are gone in this rehearsal" in told.text
    assert not proved(proof)
    assert not step.skip


def test_a_key_that_is_missing_can_be_skipped() -> None:
    assert rehearsed("keys:flux", ())[0].skip
