"""Which backup targets a restore needs, and what of the others is only said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from runners.layers.findings import Severity
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn_backups import BackupTarget
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.decisions import Decision
from runners.layers.walkthroughs.restore_gates import restore_prospect
from runners.layers.walkthroughs.restore_rules import Recovery
from runners.layers.walkthroughs.restore_targets import needed_targets, target_proof
from tests.layers import recover_world as r
from tests.layers import survival_world as s

WIKI = "apps/wiki"
FIRST = s.target()
OK, NOTE, WARNING, BLOCKER = Severity.OK, Severity.NOTE, Severity.WARNING, Severity.BLOCKER


def second(*, available: bool = False, url: str = "s3://other@home/") -> BackupTarget:
    """Another target beside the default one."""
    return replace(s.target(available=available, url=url), name="second", uid="uid-second")


def sheet(**backups: str) -> Sheet:
    """A sheet that knows where the backup of each claim lies."""
    known = r.sheet(*backups)
    claims = tuple(replace(claim, backup=url) for claim, url in zip(known.claims, backups.values(), strict=True))
    return replace(known, claims=claims)


ROWS = (FIRST, second(), s.backup("photos"), s.backup("wiki", target="second"))
ON_FIRST, ON_SECOND = "s3://backups@home/?backup=a&volume=b", "s3://other@home?backup=a&volume=b"
ON_BOTH = sheet(photos=ON_FIRST)


@pytest.mark.parametrize(
    ("rows", "known", "decisions", "needed"),
    [
        (ROWS, sheet(photos=""), r.chosen(r.PHOTOS), {"default"}),
        (ROWS, sheet(photos=""), r.chosen(WIKI), set()),  # of which the sheet and its backup know nothing
        (ROWS, sheet(photos="", wiki=""), r.chosen(WIKI), {"second"}),
        (ROWS, sheet(photos="", wiki=""), r.chosen(r.PHOTOS, WIKI), {"default", "second"}),
        (ROWS[:3], sheet(photos="", wiki=""), r.chosen(r.PHOTOS, WIKI), set()),  # a backup that went out of sight
        ([FIRST, s.backup("photos", target="")], sheet(photos=""), r.chosen(r.PHOTOS), set()),
        (ROWS[:3], sheet(photos=""), r.decided(what="system-backup first"), {"default"}),
        (ROWS, sheet(photos="", wiki=""), r.decided(what="system-backup first"), {"default", "second"}),
        # What is seen lies on the second; the newest, by the sheet, on the first.
        ((*ROWS[:2], s.backup("photos", 30 * 24, target="second")), ON_BOTH, r.chosen(r.PHOTOS), {"default", "second"}),
        ((*ROWS[1:2], s.backup("photos", target="second")), ON_BOTH, r.chosen(r.PHOTOS), set()),
        (ROWS, sheet(photos="", wiki=ON_SECOND), r.chosen(r.PHOTOS), {"default"}),
        (ROWS, sheet(photos=ON_FIRST), r.decided(what="nothing"), set()),
        (ROWS, None, {}, set()),
        (ROWS, sheet(photos=""), {}, set()),
        (ROWS, sheet(photos=ON_FIRST), {}, {"default"}),
        (ROWS, sheet(photos=ON_FIRST, wiki=ON_SECOND), {}, {"default", "second"}),
        (ROWS, sheet(photos=ON_FIRST, wiki="s3://gone@home/?backup=a"), {}, set()),
    ],
)
def test_needed_are_the_targets_that_what_comes_back_lies_on(
    rows: Sequence[Row], known: Sheet | None, decisions: Mapping[str, Decision], needed: set[str]
) -> None:
    moment = r.moment(rows, sheet=known, decisions=decisions)
    assert needed_targets(moment.rows, Recovery(known, decisions)) == needed


@pytest.mark.parametrize(
    ("rows", "needed", "said"),
    [
        ([FIRST, second()], set(), {"default": OK, "second": WARNING}),
        ([FIRST, second()], {"default"}, {"default": OK, "second": NOTE}),
        ([FIRST, second()], {"second"}, {"default": OK, "second": WARNING}),
        ([FIRST, second(url="nfs://nas.default.svc:/b")], {"default"}, {"default": OK, "second": NOTE}),
        ([FIRST, second(url="nfs://nas.default.svc:/b")], {"second"}, {"default": OK, "second": BLOCKER}),
        ([s.target(available=False), second(available=True)], {"second"}, {"default": NOTE, "second": OK}),
        ([FIRST], {"default", "second"}, {"default": OK, "second": BLOCKER}),
    ],
)
def test_what_is_said_of_a_target_that_is_not_needed_is_a_note(
    rows: Sequence[Row], needed: set[str], said: Mapping[str, Severity]
) -> None:
    found = target_proof(r.moment(rows).rows, needed)
    assert {one.subject.removeprefix("backup target "): one.severity for one in found} == said


@pytest.mark.parametrize(
    ("claims", "closed"),
    [([r.PHOTOS], []), ([WIKI], ["backup target second"]), ([r.PHOTOS, WIKI], ["backup target second"])],
)
def test_a_target_that_is_down_closes_only_what_would_come_from_it(claims: list[str], closed: list[str]) -> None:
    known = sheet(photos="", wiki="")
    moment = r.moment(ROWS, sheet=known, decisions=r.chosen(*claims))
    found = restore_prospect(moment.rows, Recovery(known, moment.decisions), moment.picture).findings
    assert [one.subject for one in found if one.closes] == closed
    assert not any(one.overridable for one in found if one.closes)


def test_an_older_backup_elsewhere_does_not_stand_in_for_the_one_that_is_out_of_reach() -> None:
    rows = [s.target(available=False), second(available=True), s.backup("photos", 30 * 24, target="second")]
    moment = r.moment(rows, sheet=ON_BOTH, decisions=r.chosen(r.PHOTOS))
    found = restore_prospect(moment.rows, Recovery(ON_BOTH, moment.decisions), moment.picture).findings
    assert [one.subject for one in found if one.closes] == ["backup target default"]
