"""The survival sheet on disk: whole, private, never over another cluster's, and written after each good change."""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import pytest

from runners.asks import Refusal
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.storage import CLAIMS
from runners.layers.rehearsal.record import REHEARSED
from runners.layers.runs import RunRecord, RunState
from runners.layers.survival.sheet import Sheet
from runners.layers.survival.sheet_text import read_sheet, sheet_text
from runners.layers.walkthroughs.decisions import Choice, Decision, written
from runners.layers.walkthroughs.timeline import DECIDED, OPENED, PROVED
from runners.operate import Operator
from runners.survival_file import SheetRefused, current_sheet, keep_after, write_sheet
from runners.tools.calls import ToolError
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.tui.still_session import SETTINGS, StillSession, still_session

RUN = RunRecord("r", "apply longhorn", (), "", "", w.NOW - 60, RunState.SUCCEEDED, w.NOW, 0, exclusive=True)
HELD = (Finding("longhorn", Severity.OK, "applied what you saw"),)


@pytest.fixture
def session(tmp_path: Path) -> StillSession:
    session = still_session(tmp_path, settings=replace(SETTINGS, survival_file="kept/home.yaml"))
    session.fill([*w.longhorn_world(), *s.world()])
    return session


@pytest.fixture
def sheet(session: StillSession) -> Sheet:
    return anyio.run(current_sheet, session)


def kept(session: StillSession) -> Path:
    return session.options.repository / "kept" / "home.yaml"


def test_it_is_written_whole_and_private(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "new" / "home.yaml"
    for _time in range(2):
        write_sheet(path, sheet)
        assert read_sheet(path.read_text()) == sheet
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]


def test_the_sheet_of_a_cluster_that_died_is_not_overwritten(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "home.yaml"
    dead = replace(sheet, cluster=replace(sheet.cluster, uid="0f5e77aa-dead"))
    write_sheet(path, dead)
    with pytest.raises(SheetRefused, match="the sheet of another cluster, uid 0f5e77aa"):
        write_sheet(path, sheet)
    assert read_sheet(path.read_text()) == dead


def test_the_sheet_of_a_cluster_that_died_is_kept_beside_the_new_one(session: StillSession, sheet: Sheet) -> None:
    path = kept(session)
    dead = replace(sheet, cluster=replace(sheet.cluster, uid="0f5e77aa-dead"), written="2026-01-01T00:00:00Z")
    for name in ("home.yaml.0f5e77aa", "home.yaml.0f5e77aa-2"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(sheet_text(dead))
        written = anyio.run(partial(Operator(session).write_survival, path, aside=True))
        assert written.cluster.uid == sheet.cluster.uid
        assert read_sheet(path.read_text()) == written
        assert read_sheet(path.with_name(name).read_text()) == dead
        line = json.loads(session.journal.path.read_text().splitlines()[-1])
        assert (line["event"], line["kept"]) == ("sheet written", str(path.with_name(name)))


@pytest.mark.parametrize(("uid", "name"), [("a/b", "ab"), ("../..", "before"), ("", "before")])
def test_what_a_sheet_says_is_no_path(uid: str, name: str, session: StillSession, sheet: Sheet) -> None:
    path = kept(session)
    path.parent.mkdir()
    path.write_text(sheet_text(replace(sheet, cluster=replace(sheet.cluster, uid=uid))))
    anyio.run(partial(Operator(session).write_survival, path, aside=True))
    assert {each.name for each in path.parent.iterdir()} == {"home.yaml", f"home.yaml.{name}"}


def test_where_it_can_not_be_written_the_old_sheet_stays_where_it_was(
    session: StillSession, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(session)
    path.parent.mkdir()
    path.write_text(sheet_text(replace(sheet, cluster=replace(sheet.cluster, uid="0f5e77aa-dead"))))
    before = path.read_text()

    def is_full(**_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("runners.survival_file.tempfile.mkstemp", is_full)
    with pytest.raises(ToolError, match="No space left"):
        anyio.run(partial(Operator(session).write_survival, path, aside=True))
    assert list(path.parent.iterdir()) == [path]
    assert path.read_text() == before


def test_what_is_this_clusters_own_or_no_sheet_is_not_moved_aside(session: StillSession, sheet: Sheet) -> None:
    path = kept(session)
    write_sheet(path, sheet)
    anyio.run(partial(Operator(session).write_survival, path, aside=True))
    assert list(path.parent.iterdir()) == [path]
    path.write_text("# my notes\n")
    with pytest.raises(Refusal, match="is no survival sheet"):
        anyio.run(partial(Operator(session).write_survival, path, aside=True))
    assert path.read_text() == "# my notes\n"


@pytest.mark.parametrize("there", ["# my notes\n", "version: 1\n", "\x00"])
def test_what_is_no_sheet_is_not_overwritten(there: str, sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "notes.yaml"
    path.write_text(there)
    with pytest.raises(SheetRefused, match="is no survival sheet"):
        write_sheet(path, sheet)
    assert path.read_text() == there


def test_a_good_change_leaves_a_sheet_on_record(session: StillSession) -> None:
    assert anyio.run(keep_after, session, RUN, HELD) == (
        Finding("survival sheet", Severity.OK, f"written to {kept(session)}"),
    )
    assert {claim.name for claim in read_sheet(kept(session).read_text()).claims} >= {"photos", "wiki"}
    line = json.loads(session.journal.path.read_text().splitlines()[-1])
    assert (line["event"], line["path"], line["claims"]) == ("sheet written", str(kept(session)), 6)


@pytest.mark.parametrize(
    ("run", "findings"),
    [
        (replace(RUN, state=RunState.FAILED), HELD),
        (replace(RUN, state=RunState.LOST), HELD),
        (replace(RUN, exclusive=False), HELD),
        (RUN, (*HELD, Finding("longhorn", Severity.WARNING, "differs from what you saw"))),
    ],
)
def test_a_change_that_was_not_good_leaves_none(
    run: RunRecord, findings: tuple[Finding, ...], session: StillSession
) -> None:
    assert anyio.run(keep_after, session, run, findings) == ()
    assert not kept(session).exists()


def test_nothing_is_written_that_nobody_asked_for(tmp_path: Path) -> None:
    unset = still_session(tmp_path)
    unset.fill(w.longhorn_world())
    assert anyio.run(keep_after, unset, RUN, HELD) == ()
    read_only = still_session(tmp_path, read_only=True, settings=replace(SETTINGS, survival_file="home.yaml"))
    read_only.fill(w.longhorn_world())
    assert anyio.run(keep_after, read_only, RUN, HELD) == ()


def test_a_sheet_that_can_not_be_written_is_said_and_costs_nothing_else(session: StillSession) -> None:
    kept(session).parent.write_text("a file where the folder would be")
    (said,) = anyio.run(keep_after, session, RUN, HELD)
    assert (said.severity, said.subject) == (Severity.WARNING, "survival sheet")
    assert said.text.startswith("was not written: survival sheet")


def test_the_choke_point_says_why_it_does_not_write(session: StillSession, tmp_path: Path) -> None:
    notes, folder = tmp_path / "notes.yaml", tmp_path / "folder"
    notes.write_text("# my notes\n")
    folder.mkdir()
    with pytest.raises(Refusal, match="is no survival sheet"):
        anyio.run(Operator(session).write_survival, notes)
    with pytest.raises(ToolError, match="survival sheet"):
        anyio.run(Operator(session).write_survival, folder)


def test_what_a_person_wrote_of_the_last_rehearsal_stays(session: StillSession) -> None:
    anyio.run(keep_after, session, RUN, HELD)
    written = kept(session).read_text()
    kept(session).write_text(written.replace("last_rehearsed: ''", "last_rehearsed: 2026-11-24"))
    anyio.run(keep_after, session, RUN, HELD)
    assert read_sheet(kept(session).read_text()) == replace(read_sheet(written), last_rehearsed="2026-11-24")


def test_the_last_rehearsal_that_this_machine_knows_is_on_the_sheet(session: StillSession) -> None:
    assert session.identity is not None
    session.journal.write(REHEARSED, session.identity, rehearsal="a1", began=1_800_000_000, to_storage=190)
    anyio.run(keep_after, session, RUN, HELD)
    written = read_sheet(kept(session).read_text())
    assert (written.last_rehearsed, written.rehearsed_to_storage) == ("2027-01-15T08:00:00Z", 190)


def test_a_recovery_that_was_done_is_on_the_sheet(session: StillSession) -> None:
    assert session.identity is not None
    decision = Decision("recover", "cluster", Choice.CONFIRMED, w.NOW, "ada", answer=session.identity.uid)
    session.journal.write(OPENED, session.identity, walkthrough="recover", title="Recover")
    session.journal.write(DECIDED, session.identity, decision=written(decision))
    session.journal.write(PROVED, session.identity, walkthrough="recover", step="storage", milestone="storage")
    anyio.run(keep_after, session, RUN, HELD)
    assert read_sheet(kept(session).read_text()).last_rehearsed == "2027-01-15T08:00:00Z"


def test_a_later_rehearsal_on_another_machine_stays_on_the_sheet(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "home.yaml"
    theirs = replace(sheet, last_rehearsed="2027-01-15T09:00:00Z", rehearsed_to_storage=300)
    write_sheet(path, theirs)
    mine = replace(sheet, last_rehearsed="2027-01-15T08:00:00Z", rehearsed_to_storage=190)
    assert write_sheet(path, mine) == theirs


def test_a_sheet_that_has_claims_is_not_overwritten_by_one_without(sheet: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "home.yaml"
    write_sheet(path, sheet)
    with pytest.raises(SheetRefused, match=r"has claims \(6\), and the cluster has none now"):
        write_sheet(path, replace(sheet, claims=()))
    assert read_sheet(path.read_text()) == sheet


def test_a_read_only_session_writes_no_sheet_and_says_so_on_record(tmp_path: Path) -> None:
    session, path = still_session(tmp_path, read_only=True), tmp_path / "home.yaml"
    session.fill([*w.longhorn_world(), *s.world()])
    with pytest.raises(Refusal, match="changes nothing"):
        anyio.run(Operator(session).write_survival, path)
    assert not path.exists()
    line = json.loads(session.journal.path.read_text().splitlines()[-1])
    assert (line["event"], line["command"], line["target"]) == ("refused", "write sheet", str(path))


def test_a_sheet_that_was_written_is_not_called_unwritten_for_the_journal(session: StillSession) -> None:
    session.journal.path.mkdir()
    (said,) = anyio.run(keep_after, session, RUN, HELD)
    assert said.severity is Severity.OK
    assert read_sheet(kept(session).read_text()).claims


def test_no_sheet_is_made_without_claims(session: StillSession) -> None:
    anyio.run(keep_after, session, RUN, HELD)
    before = kept(session).read_text()
    session.store.set_freshness(CLAIMS, Freshness(Reach.FORBIDDEN, detail="list claims"))
    (said,) = anyio.run(keep_after, session, RUN, HELD)
    assert "claims are forbidden: list claims" in said.text
    assert kept(session).read_text() == before


def test_no_secret_is_in_it(sheet: Sheet) -> None:
    text = sheet_text(sheet)
    assert "backup-credentials" in text
    assert not [word for word in ("password", "hunter2", "AWS_SECRET") if word in text]


def test_a_cluster_that_is_half_back_leaves_no_sheet(session: StillSession) -> None:
    decided = Decision("recover", "disks", Choice.CONFIRMED, w.NOW - 60, "ada@desk", answer="gone")
    wanted = replace(decided, step="what", answer="volumes apps/photos")
    session.recovering.decisions = (decided, wanted)
    assert anyio.run(keep_after, session, RUN, HELD) == ()
    assert not kept(session).exists()
    looked = replace(decided, step="looked", answer="", at=w.NOW - 30)
    session.recovering.decisions = (decided, wanted, looked)
    assert anyio.run(keep_after, session, RUN, HELD)[0].text == f"written to {kept(session)}"
