"""Which releases are late, and which are stuck, by a session's own signs."""

from __future__ import annotations

from pathlib import Path

from runners.layers.verdicts import Verdict
from runners.movement import Movement
from tests.layers import worlds as w
from tests.test_recovery import session_with
from tests.tui.still_session import StillSession

LATE = w.release("longhorn-system", "longhorn", "pending-upgrade", 2, w.NOW - 400)
HELD = {"holderIdentity": "bob@desk 7f3a", "renewTime": "2099-01-01T00:00:00.000000Z", "leaseDurationSeconds": 30}


def longhorn(session: StillSession) -> tuple[Verdict, str]:
    session.late.find_out()
    session.renew()
    state = session.picture.component("longhorn")
    assert state is not None
    return state.verdict, state.summary


def test_one_that_nobody_is_at_is_stuck_as_soon_as_helm_would_have_ended_it(tmp_path: Path) -> None:
    verdict, words = longhorn(session_with(tmp_path, LATE))
    assert verdict is Verdict.DEGRADED
    assert "is pending-upgrade for 6m40s: nobody seems to be at it" in words


def test_one_that_its_helmfile_lets_take_longer_is_at_work(tmp_path: Path) -> None:
    session = session_with(tmp_path, LATE)
    folder = session.options.repository / "longhorn"
    folder.mkdir()
    (folder / "helmfile.yaml").write_text("releases:\n- {name: longhorn, chart: a/b, timeout: 900}\n")
    assert longhorn(session) == (Verdict.PROGRESSING, "revision 2 is pending-upgrade")
    assert session.late.known == {}


def test_while_somebody_holds_the_lease_or_something_moves_it_is_late_and_not_stuck(tmp_path: Path) -> None:
    session = session_with(tmp_path, LATE, lease={"spec": HELD})
    assert longhorn(session)[0] is Verdict.PROGRESSING
    assert "is held by bob@desk 7f3a" in longhorn(session)[1]
    session.connection.lease = None  # type: ignore[attr-defined]
    session.movement = Movement(lambda: w.NOW - 5)
    assert longhorn(session)[0] is Verdict.PROGRESSING
    assert "something moved less than 30s ago" in longhorn(session)[1]
