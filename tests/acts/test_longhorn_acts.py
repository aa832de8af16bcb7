"""What our own acts ask of Longhorn, and how they say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runners.acts import ACTS, argv, longhorn, start
from runners.cluster.errors import NotFound
from runners.layers import commands as c
from runners.layers.commands import Situation, Target
from runners.layers.gates import gate
from runners.layers.jsons import Json
from runners.layers.picture import Picture
from runners.layers.probes import Outcome, Prospect
from runners.layers.rows import FrozenRows
from runners.layers.walkthroughs.act_prospects import act_prospects
from runners.layers.walkthroughs.longhorn_proofs import ENGINE_LIMIT
from runners.layers.walkthroughs.restore_rules import Recovery
from runners.probes.base import Say
from runners.probes.hands import Hands
from tests.layers.judged import SETTINGS

SETTING = f"/apis/longhorn.io/v1beta2/namespaces/longhorn-system/settings/{ENGINE_LIMIT}"
POLICY = ("if-not-present",)


class Answers:
    """Answers requests in the order in which they are written down."""

    def __init__(self, *answers: Json | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, object]] = []

    def request(self, method: str, path: str, *, body: Json | None = None, content_type: str = "") -> Json:
        self.asked.append((method, path, body))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


class Quick(Hands):
    """Looks again at once."""

    def pause(self) -> None:
        """Needs no time."""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    made = Answers()

    @contextmanager
    def hands(say: Say) -> Iterator[Hands]:
        yield Quick(made, say)

    monkeypatch.setattr(longhorn, "hands", hands)
    return made


def backup(state: str, **more: object) -> Json:
    return {"metadata": {"name": "b", "namespace": "longhorn-system"}, "status": {"state": state, **more}}


def test_a_system_backup_is_made_and_waited_for(answers: Answers) -> None:
    answers.answers = [{}, {}, backup("Generating"), backup("Generating"), backup("Ready", version="v1.11.2")]
    said: list[str] = []
    found = longhorn.back_up_system(POLICY, said.append)
    assert found.outcome is Outcome.WORKED
    assert found.text.endswith("is ready, of v1.11.2")
    method, path, body = answers.asked[0]
    assert (method, path) == ("POST", "/apis/longhorn.io/v1beta2/namespaces/longhorn-system/systembackups")
    assert isinstance(body, dict)
    assert body["spec"] == {"volumeBackupPolicy": "if-not-present"}
    assert said[1:] == ["it is Generating", "it is Ready"]


ERROR = {"type": "Error", "status": "True", "message": "no space left"}


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (backup("Error", conditions=[ERROR]), "no space left"),
        (NotFound("systembackups.longhorn.io is not there"), "taken away"),
    ],
)
def test_a_system_backup_that_does_not_come_says_why(answers: Answers, seen: Json | Exception, words: str) -> None:
    answers.answers = [{}, seen]
    found = longhorn.back_up_system(POLICY, lambda _line: None)
    assert found.outcome is Outcome.FAILED
    assert words in found.text


def test_one_that_never_comes_is_not_waited_for_for_ever(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(longhorn, "PATIENCE", 0.0)
    answers.answers = [{}, {}]
    assert "not begun" in longhorn.back_up_system(POLICY, lambda _line: None).text


@pytest.mark.parametrize(("value", "changes"), [("0", True), ("3", False)])
def test_the_engines_limit_is_raised_only_where_it_is_none(answers: Answers, value: str, changes: bool) -> None:
    answers.answers = [{"value": value}, {}]
    said = longhorn.upgrade_engines(("1",), lambda _line: None).text
    assert answers.asked[1:] == ([("PATCH", SETTING, {"value": "1"})] if changes else [])
    assert ("3 already" in said) is not changes


def test_a_refused_act_ends_its_process_with_a_reason(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers.answers = [NotFound("settings.longhorn.io is not there")]
    assert start.main("upgrade-engines", ["1"]) == 1
    assert "failed: " in capsys.readouterr().out


def test_every_act_has_its_command_and_the_other_way_round() -> None:
    commands = (c.HOLD_JOBS, c.RELEASE_JOBS, c.RESTORE, c.SYSTEM_BACKUP, c.UPGRADE_ENGINES)
    assert {command.act for command in commands} == set(ACTS)
    assert argv("system-backup", Prospect(("if-not-present",)))[1:2] == ("-I",)


@pytest.mark.parametrize("command", [c.SYSTEM_BACKUP, c.UPGRADE_ENGINES])
def test_only_longhorn_has_them(command: c.Command) -> None:
    def closed(component: str) -> str:
        rows = FrozenRows(())
        offered = act_prospects(component, rows, Recovery(None, {}), Picture(0.0))
        situation = Situation(Picture(0.0), SETTINGS, Target(component=component), prospects=offered)
        return " ".join(finding.text for finding in gate(command, situation).closed_by)

    assert "only Longhorn has" in closed("minio")
    assert "only Longhorn has" not in closed("longhorn")
