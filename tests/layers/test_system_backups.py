"""Which way of bringing data back is recommended, by what there is to bring it back from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.kinds.base import Row
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.restore_choices import chosen, what_options
from runners.layers.walkthroughs.restore_gates import restore_prospect
from runners.layers.walkthroughs.restore_rules import Recovery
from runners.layers.walkthroughs.steps import Moment
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import worlds as w

TARGET, PHOTOS, WIKI = s.target(), s.backup("photos"), s.backup("wiki")
GONE = replace(s.backup("gone", 90 * 24), claim="apps/gone")
OLDER = replace(r.system_backup("older", "v1.12.0"), made=w.NOW - 5400)


def at(rows: Sequence[Row]) -> Moment:
    return r.moment([TARGET, *rows], sheet=r.sheet("photos", "wiki"), decisions=r.decided(disks="gone"))


@pytest.mark.parametrize(
    ("rows", "answer", "why"),
    [
        ([PHOTOS, WIKI, r.system_backup()], "system-backup first", "restores all 2 claims"),
        ([PHOTOS, r.system_backup()], "system-backup first", "restores the claim"),
        ([r.system_backup()], "system-backup first", "restores what it holds"),
        ([PHOTOS, OLDER, r.system_backup()], "system-backup first", "restores the claim"),
        ([PHOTOS, GONE, r.system_backup()], "volumes", "apps/gone has a backup and no line on the sheet"),
        ([PHOTOS, OLDER, r.system_backup(version="v1.11.0")], "system-backup older", "restores the claim"),
        ([PHOTOS], "volumes", "there is no system backup"),
        ([PHOTOS, r.system_backup(state="Error")], "volumes", "there is no system backup"),
        ([PHOTOS, r.system_backup(version="v1.11.0")], "volumes", "was made by v1.11.0, and longhorn is 1.12"),
        ([PHOTOS, r.system_backup(), s.stored("db")], "volumes", "lh-db is attached"),
        ([s.backup("photos", 0.5), WIKI, r.system_backup()], "volumes", "may lack apps/photos: each backup of it is"),
        ([s.backup("photos", 0.5), s.backup("wiki", 0.2), r.system_backup()], "volumes", "it and of 1 more is newer"),
        ([s.backup("photos", 0.5), PHOTOS, r.system_backup()], "system-backup first", "restores the claim"),
    ],
)
def test_what_is_recommended_stands_first_and_says_why(rows: Sequence[Row], answer: str, why: str) -> None:
    first, *others = what_options(at(rows))
    assert first.answer == answer
    assert first.text.startswith("recommended: ")
    assert why in first.text
    assert not any("recommended" in other.text for other in others)
    (said,) = (finding for finding in chosen(at(rows)) if finding.subject == "recommended")
    assert why in said.text


@pytest.mark.parametrize(
    ("disks", "said", "answer"),
    [
        ("alive", "live", "volumes"),
        ("kept", "are kept", "volumes"),
        ("", "are not said to be gone", "volumes"),
        ("gone", "", "system-backup first"),
    ],
)
def test_where_old_disks_are_kept_no_system_backup_is_recommended(disks: str, said: str, answer: str) -> None:
    """It brings settings back: one of them may have Longhorn delete what stands on those disks."""
    rows = [TARGET, PHOTOS, WIKI, r.system_backup()]
    decisions = r.decided(what="system-backup first", **({"disks": disks} if disks else {}))
    moment = r.moment(rows, sheet=r.sheet("photos", "wiki"), decisions=decisions)
    first, *_others = what_options(moment)
    assert first.answer == answer
    found = restore_prospect(moment.rows, Recovery(moment.sheet, moment.decisions), moment.picture).findings
    endangered = [(finding.overridable, finding.text) for finding in found if finding.subject == "old disks"]
    words = f"{said}, and a system backup brings settings back: if orphan deletion was on, it deletes their replicas"
    assert endangered == ([(True, words)] if said else [])
    if said:
        assert f"recommended: the old disks {words}" in first.text


def test_where_old_disks_are_kept_and_no_claim_is_known_nothing_is_recommended() -> None:
    moment = r.moment([TARGET, r.system_backup()], decisions=r.decided(disks="kept"))
    assert not any("recommended" in option.text for option in what_options(moment))


@pytest.mark.parametrize(
    ("rows", "what", "said"),
    [
        ([], f"volumes {r.PHOTOS}", ["claim apps/wiki"]),
        ([r.claim("wiki", "pvc-7")], f"volumes {r.PHOTOS}", []),
        ([], f"volumes {r.PHOTOS},apps/wiki", []),
        ([r.system_backup()], "system-backup first", []),
        ([], "nothing", []),
    ],
)
def test_what_is_left_out_is_said_while_it_can_still_be_chosen(rows: Sequence[Row], what: str, said: list[str]) -> None:
    decisions = r.decided(disks="gone", what=what)
    found = chosen(r.moment([TARGET, PHOTOS, WIKI, *rows], sheet=r.sheet("photos", "wiki"), decisions=decisions))
    assert [finding.subject for finding in found if "left out" in finding.text] == said


def test_nothing_is_recommended_where_nothing_can_come_back() -> None:
    (nothing,) = what_options(at([]))
    assert "recommended" not in nothing.text
    assert not any(finding.subject == "recommended" for finding in chosen(at([])))


def test_no_system_backup_is_recommended_before_longhorn_says_its_version() -> None:
    rows = [TARGET, PHOTOS, r.system_backup()]
    absent = {"longhorn": Verdict.ABSENT}
    first, *_others = what_options(r.moment(rows, sheet=r.sheet("photos"), verdicts=absent))
    assert first.answer == "volumes"
    assert "longhorn is of an unknown version" in first.text


def test_without_a_sheet_nobody_can_say_that_all_comes_back() -> None:
    first, *_others = what_options(
        r.moment([TARGET, PHOTOS, WIKI, r.system_backup()], decisions=r.decided(disks="gone"))
    )
    assert "restores what it holds" in first.text
