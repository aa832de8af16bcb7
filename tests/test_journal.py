"""The journal: one line an event, for its owner alone, without credentials, also from several programs at once."""

from __future__ import annotations

import getpass
import json
import os
import stat
import threading
from pathlib import Path

import pytest

from runners.journal import Journal, user_and_host, who
from runners.layers.identity import Identity

HERE = Identity("home", "https://10.0.0.10:6443", "41c7")


def lines(journal: Journal) -> list[dict[str, object]]:
    return [json.loads(line) for line in journal.path.read_text().splitlines()]


def test_a_line_says_who_when_where_and_what(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state" / "journal.jsonl")
    journal.write("confirmed", HERE, command="apply", target="longhorn", argv=["helmfile", "sync"])
    (line,) = lines(journal)
    assert line["event"] == "confirmed"
    assert (line["context"], line["server"], line["uid"]) == ("home", "https://10.0.0.10:6443", "41c7")
    assert line["argv"] == ["helmfile", "sync"]
    assert "@" in str(line["who"])
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_credential_never_gets_in(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write(
        "failed", None, why="clone https://git:hunter2@git.home/x: token=hunter2", argv=["--password=hunter2"]
    )
    assert "hunter2" not in journal.path.read_text()


def test_lines_of_several_writers_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"

    def write(number: int) -> None:
        for at in range(50):
            Journal(path).write("planned", HERE, target=f"{number}-{at}", why="x" * 3000)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({line["target"] for line in lines(Journal(path))}) == 200


def test_a_path_that_is_not_utf_8_makes_a_line_that_is(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write("planned", HERE, target=os.fsdecode(b"caf\xe9/helmfile.yaml"), argv=[os.fsdecode(b"\xff")])
    (line,) = lines(journal)
    assert line["target"] == "caf?/helmfile.yaml"
    assert str(line["argv"]).isprintable()


@pytest.mark.parametrize("error", [KeyError("uid not found"), OSError("no user name")])
def test_a_person_without_a_name_is_their_number(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert user_and_host()[0] == str(os.getuid())
    assert who().startswith(f"{os.getuid()}@")


def test_a_full_disk_is_no_secret() -> None:
    with pytest.raises(OSError, match="No space left on device"):
        Journal(Path("/dev/full")).write("confirmed", None)
