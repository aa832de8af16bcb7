"""What is suspended is asked about once: the journal for the person, the server for the tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.cluster.errors import NotFound
from runners.journal import Journal
from runners.layers.jsons import Json
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.suspensions import Suspensions
from tests.layers import worlds as w
from tests.tui.still_session import HOME, StillSession, still_session

REF = "Kustomization/flux-system/apps"
OWNED: Json = {"f:spec": {"f:suspend": {}}}


class Answers:
    """A connection that knows who wrote the field, and counts how often it is asked."""

    def __init__(self, manager: str) -> None:
        self.manager = manager
        self.asked: list[str] = []

    def request(self, _method: str, path: str, **_more: object) -> Json:
        self.asked.append(path)
        if not self.manager:
            raise NotFound("it is gone")
        entry = {"manager": self.manager, "time": "2027-01-14T08:00:00Z", "fieldsV1": OWNED}
        return {"metadata": {"managedFields": [entry]}}


def holds(session: StillSession, *rows: FluxObject) -> None:
    session.store.apply(KUSTOMIZATIONS, {row.key: row for row in rows})


def apps(*, suspended: bool) -> FluxObject:
    return w.flux_object("Kustomization", "apps", suspended=suspended)


@pytest.fixture
def session(tmp_path: Path) -> StillSession:
    found = still_session(tmp_path)
    found.identity = HOME
    return found


def found_out(session: StillSession, answers: Answers) -> Suspensions:
    session.connection = answers  # type: ignore[assignment]
    session.suspensions.find_out()
    return session.suspensions


def test_the_server_is_asked_once_and_a_resumed_one_is_forgotten(session: StillSession) -> None:
    holds(session, apps(suspended=True))
    answers = Answers("flux")
    assert not session.suspensions.is_settled
    found = found_out(session, answers)
    assert (found.is_settled, found.known[REF].by) == (True, "flux")
    session.suspensions.find_out()
    assert len(answers.asked) == 1
    assert answers.asked[0].endswith("/kustomizations/apps")
    holds(session, apps(suspended=False))
    session.suspensions.find_out()
    assert session.suspensions.known == {}


def test_who_suspended_it_from_this_machine_is_named(session: StillSession) -> None:
    holds(session, apps(suspended=False))
    session.journal.write("started", HOME, command="suspend", target="Kustomization flux-system/apps", run="r1")
    holds(session, apps(suspended=True))
    found = found_out(session, Answers("")).known[REF]
    assert "@" in found.by
    assert found.since == w.NOW


def test_one_that_was_seen_to_be_suspended_needs_no_other_witness(session: StillSession, tmp_path: Path) -> None:
    holds(session, apps(suspended=False))
    holds(session, apps(suspended=True))
    assert found_out(session, Answers("")).known[REF].words(w.NOW + 60) == "is suspended, for 1m"
    assert not Journal(tmp_path / "journal.jsonl").path.exists()
    session.store.keep_only(KUSTOMIZATIONS, set())
    session.suspensions.find_out()
    assert session.suspensions.known == {}


def test_what_is_suspended_anew_while_the_server_is_asked_is_asked_about_again(session: StillSession) -> None:
    class Meanwhile(Answers):
        def request(self, _method: str, path: str, **_more: object) -> Json:
            found = super().request(_method, path)
            if len(self.asked) == 1:
                holds(session, apps(suspended=False))
                holds(session, apps(suspended=True))
                self.manager = "kubectl"
            return found

    holds(session, apps(suspended=True))
    answers = Meanwhile("flux")
    found_out(session, answers)
    session.suspensions.find_out()
    assert (len(answers.asked), session.suspensions.known[REF].by) == (2, "kubectl")
