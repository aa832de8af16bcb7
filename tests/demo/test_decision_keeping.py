"""Decisions are kept in the journal and in the cluster: a colleague's machine goes on where this one stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.cluster.connection import Connection
from runners.cluster.identity import resolve
from runners.cluster.kubeconfig import load
from runners.decision_keeping import NAME, decisions, keep
from runners.demo.server.server import EmbeddedServer
from runners.journal import Journal
from runners.layers.identity import Identity
from runners.layers.walkthroughs.decisions import Choice, Decision, latest, written

SKIP = Decision("bootstrap", "keys:longhorn", Choice.SKIPPED, 1_800_000_000.0, "ada@workshop", "it is there already")
CONFIRM = Decision("bootstrap", "cluster", Choice.CONFIRMED, 1_800_000_001.0, "ada@workshop", answer="41c7")


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as server:
        yield server


@pytest.fixture
def connection(server: EmbeddedServer, tmp_path: Path) -> Iterator[Connection]:
    path = tmp_path / "kubeconfig"
    path.write_text(server.kubeconfig("home"))
    connection = Connection(load({}, kubeconfig=path))
    yield connection
    connection.close()


@pytest.fixture
def identity(connection: Connection) -> Identity:
    return resolve(connection)


def test_another_machine_reads_what_was_decided(connection: Connection, identity: Identity, tmp_path: Path) -> None:
    here, there = Journal(tmp_path / "here.jsonl"), Journal(tmp_path / "there.jsonl")
    assert keep(connection, here, identity, SKIP) is None
    assert keep(connection, here, identity, CONFIRM) is None
    assert set(decisions(connection, there, identity)) == {SKIP, CONFIRM}
    assert set(decisions(connection, here, identity)) == {SKIP, CONFIRM}


def test_the_last_word_counts(connection: Connection, identity: Identity, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    back = Decision("bootstrap", SKIP.step, Choice.TAKEN_BACK, SKIP.at + 9, "bob@laptop")
    for decision in (SKIP, CONFIRM, back):
        keep(connection, journal, identity, decision)
    assert latest(decisions(connection, journal, identity), "bootstrap") == {"cluster": CONFIRM}
    assert latest(decisions(connection, journal, identity), "recover") == {}


def test_where_the_cluster_may_not_hold_it_the_journal_alone_does_and_says_so(
    server: EmbeddedServer, connection: Connection, identity: Identity, tmp_path: Path
) -> None:
    server.forbid("*", "configmaps")
    journal = Journal(tmp_path / "journal.jsonl")
    note = keep(connection, journal, identity, SKIP)
    assert note is not None
    assert NAME in note.subject
    assert "this machine alone knows" in note.text
    assert decisions(connection, journal, identity) == (SKIP,)


def test_what_is_not_written_down_is_not_decided(connection: Connection, identity: Identity, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")
    journal = Journal(tmp_path / "a-file" / "journal.jsonl")
    with pytest.raises(FileExistsError):
        keep(connection, journal, identity, SKIP)
    assert decisions(connection, Journal(tmp_path / "empty.jsonl"), identity) == ()


def test_another_clusters_word_counts_for_nothing(connection: Connection, identity: Identity, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    other = Identity("home", identity.server, "another")
    journal.write("decided", other, decision=written(CONFIRM))
    with journal.path.open("a") as file:
        file.write("no line\n[]\n")
    assert decisions(connection, journal, identity) == ()
    assert decisions(connection, journal, other) == (CONFIRM,)
