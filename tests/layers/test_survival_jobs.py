"""Whether backups go on being made: said where there is something to back up, and somewhere to put it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.freshness import LIVE
from runners.layers.kinds.base import Row
from runners.layers.rows import FrozenRows
from runners.layers.survival.fold import Claims
from runners.layers.survival.jobs import job_findings
from runners.layers.survival.judge import survival
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import worlds as w

HOLDS = ["a recovery holds them, so no backup is made by itself"]
NONE = ["none makes backups: what would return only grows older"]
HELD = r.job(groups=(), held='{"groups": ["default"]}')


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([s.target(), s.stored("db")], NONE),
        ([s.target(), s.stored("db"), r.job(task="snapshot")], NONE),
        ([s.target(), s.stored("db"), r.job()], []),
        ([s.target(), s.stored("db"), HELD], HOLDS),
        ([s.target(), s.stored("db"), HELD, r.job("weekly")], []),
        ([s.target(), s.stored("db"), r.job(groups=())], NONE),
        ([s.target(), replace(s.stored("db"), jobs=("nightly",)), r.job(groups=())], []),
        ([s.target(), replace(s.stored("db"), held="nightly"), r.job(groups=())], HOLDS),
        ([s.target()], []),
        ([s.stored("db")], []),
    ],
)
def test_what_is_said_of_the_jobs(rows: Sequence[Row], said: list[str]) -> None:
    assert [finding.text for finding in job_findings(FrozenRows(rows))] == said


def test_it_stands_among_what_would_be_missing_besides() -> None:
    jobs = job_findings(FrozenRows([s.target(), s.stored("db")]))
    assert survival(Claims(), LIVE, None, (), w.NOW, jobs=jobs).besides == jobs
