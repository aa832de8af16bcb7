"""What our own acts ask of Longhorn, and how they say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runners.acts import ACTS, longhorn, start
from runners.acts.base import ActError, argv
from runners.cluster.errors import NotFound
from runners.layers import commands as c
from runners.layers.commands import Situation, Target
from runners.layers.gates import gate
from runners.layers.jsons import Json
from runners.layers.picture import Picture
from runners.layers.walkthroughs.longhorn_proofs import ENGINE_LIMIT
from tests.layers.judged import SETTINGS

SETTING = f"/apis/longhorn.io/v1beta2/namespaces/longhorn-system/settings/{ENGINE_LIMIT}"


class Answers:
    """Answers requests in the order in which they are written down."""

    def __init__(self, *answers: Json | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, object]] = []

    def request(self, method: str, path: str, *, body: object = None, content_type: str = "") -> Json:
        self.asked.append((method, path, body))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    made = Answers()

    @contextmanager
    def connection() -> Iterator[Answers]:
        yield made

    monkeypatch.setattr(longhorn, "_connection", connection)
    monkeypatch.setattr(longhorn, "_LOOK_EVERY", 0.0)
    return made


def backup(state: str, **more: object) -> Json:
    return {"metadata": {"name": "b", "namespace": "longhorn-system"}, "status": {"state": state, **more}}


def test_a_system_backup_is_made_and_waited_for(answers: Answers) -> None:
    answers.answers = [{}, {}, backup("Generating"), backup("Generating"), backup("Ready", version="v1.11.2")]
    said: list[str] = []
    assert longhorn.back_up_system(said.append).endswith("is ready, of v1.11.2")
    method, path, body = answers.asked[0]
    assert (method, path) == ("POST", "/apis/longhorn.io/v1beta2/namespaces/longhorn-system/systembackups")
    assert isinstance(body, dict)
    assert body["spec"] == {"volumeBackupPolicy": "if-not-present"}
    assert said[1:] == ["it is Generating", "it is Ready"]


def test_a_system_backup_that_fails_says_why(answers: Answers) -> None:
    error = {"type": "Error", "status": "True", "message": "no space left"}
    answers.answers = [{}, backup("Error", conditions=[error])]
    with pytest.raises(ActError, match="no space left"):
        longhorn.back_up_system(lambda _line: None)


def test_one_that_never_comes_is_not_waited_for_for_ever(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(longhorn, "PATIENCE", 0.0)
    answers.answers = [{}]
    with pytest.raises(ActError, match="not begun"):
        longhorn.back_up_system(lambda _line: None)


@pytest.mark.parametrize(("value", "changes"), [("0", True), ("3", False)])
def test_the_engines_limit_is_raised_only_where_it_is_none(answers: Answers, value: str, changes: bool) -> None:
    answers.answers = [{"value": value}, {}]
    said = longhorn.upgrade_engines(lambda _line: None)
    assert answers.asked[1:] == ([("PATCH", SETTING, {"value": "1"})] if changes else [])
    assert ("3 already" in said) is not changes


def test_a_refused_act_ends_its_process_with_a_reason(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers.answers = [NotFound("settings.longhorn.io is not there")]
    assert start.main("upgrade-engines") == 1
    assert "failed: " in capsys.readouterr().out


def test_every_act_has_its_command_and_the_other_way_round() -> None:
    assert {c.SYSTEM_BACKUP.act, c.UPGRADE_ENGINES.act} == set(ACTS)
    assert argv("system-backup")[1:2] == ("-I",)


@pytest.mark.parametrize("command", [c.SYSTEM_BACKUP, c.UPGRADE_ENGINES])
def test_only_longhorn_has_them(command: c.Command) -> None:
    def closed(component: str) -> str:
        situation = Situation(Picture(0.0), SETTINGS, Target(component=component))
        return " ".join(finding.text for finding in gate(command, situation).closed_by)

    assert "only Longhorn has" in closed("minio")
    assert "only Longhorn has" not in closed("longhorn")
